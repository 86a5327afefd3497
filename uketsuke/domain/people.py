"""People and departments of the city, as the directory knows them (DESIGN 10)."""

from __future__ import annotations

from datetime import date

from uketsuke.domain.content import Frozen


class Post(Frozen):
    """A post somebody holds, with the roles that come with it, and for whom its holder may ask."""

    title: str
    roles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    """Sections beside the holder's own (兼務, 代理), by name, alias or code."""
    persons: tuple[str, ...] = ()
    """Employee numbers of those whom the holder stands in for (秘書)."""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, on: date) -> bool:
        """Whether it is held on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


def speaks(post: Post, on: date) -> bool:
    """Whether its holder may ask for somebody else on that day."""
    return bool(post.sections or post.persons) and post.is_valid(on)


class Person(Frozen):
    """One person of the directory; rules compare persons, not sign-ins."""

    employee_number: str
    name: str
    kana: str = ""
    mail: str | None = None
    phone: str | None = None
    department: str
    posts: tuple[Post, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    active: bool = True

    def is_active(self, on: date) -> bool:
        """Whether the person is in office on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and self.valid_to < on
        return self.active and begun and not ended


class Department(Frozen):
    """A section: its code, its names, where its letters go when a person has no address."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    general_affairs_list: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, on: date) -> bool:
        """Whether the section exists on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


class SharedMailbox(Frozen):
    """A section's mailbox that several people read."""

    mail: str
    department: str


class Asker(Frozen):
    """Who asks, and for whom by the directory alone: what tells whose thing it is (FAULTS 3, target)."""

    person: Person | None = None
    """None where a section's mailbox asks, or nobody knows who."""
    sections: frozenset[str] = frozenset()
    """One's own section and those that a post gives today; the section whose mailbox it came from."""
    persons: frozenset[str] = frozenset()
    """Employee numbers of others whom a post lets one stand in for."""


class Account(Frozen):
    """An account in a named system, and whose it is."""

    system: str
    id: str
    employee_number: str | None
    active: bool = True
    locked: bool | None = None
    """What was last seen; None = only the system itself can tell."""


class RegisteredForm(Frozen):
    """A form whose answers a relay mails to the desk: only both together make a machine's mail credible."""

    relay: str
    form_id: str
    service: str
    system: str = "intranet_cms"
    """The system whose login names the form carries."""
