"""For whom somebody may ask: their own section, those a post gives them today, or a mailbox's (FAULTS 3).

Nothing written in a message gives anybody a section: the directory alone does.
"""

from __future__ import annotations

from collections.abc import Iterable

from uketsuke.domain.people import Asker, Post
from uketsuke.domain.world import World
from uketsuke.processors.sender import Who, section_of


def asker_of(who: Who, world: World, posts: Iterable[Post] | None = None) -> Asker:
    """Who asks, with the sections and persons that count as theirs; by these posts instead, where given."""
    if who.person is None:
        section = who.section(world)
        return Asker(sections=frozenset({section} if section else ()))
    held = tuple(posts) if posts is not None else posts_of(who, world)
    given = (section_of(name, world) for post in held for name in post.sections)
    return Asker(
        person=who.person,
        sections=frozenset({who.person.department, *(name for name in given if name)}),
        persons=frozenset(number for post in held for number in post.persons),
    )


def posts_of(who: Who, world: World) -> tuple[Post, ...]:
    """The posts by which a person may ask for others today."""
    return world.posts(who.person.employee_number) if who.person else ()
