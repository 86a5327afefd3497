"""Who else gets a copy of a result: people of the requester's section whom the mail had in Cc (FAULTS 3)."""

from __future__ import annotations

from uketsuke.domain.authority import Authority, Evidence, Risk
from uketsuke.domain.content import Content
from uketsuke.domain.people import Person
from uketsuke.domain.plan import SendMail, Step
from uketsuke.domain.world import World

MOST = 10
"""Copies of one letter."""


def with_copies(
    steps: tuple[Step, ...], content: Content, asking: Person | None, authority: Authority, world: World
) -> tuple[Step, ...]:
    """The plan, its last letter to who asks with copies to colleagues at their directory addresses.

    None of R3, whose results are the owner's alone, and none where it is not proven who wrote the Cc.
    """
    proven = authority.evidence is not Evidence.WEAK and authority.risk not in (None, Risk.R3)
    if asking is None or asking.mail is None or not proven:
        return steps
    copies = _colleagues(content, asking, world)
    last = max((step.seq for step in steps if _tells(step, asking)), default=None)
    if not copies:
        return steps
    return tuple(step.model_copy(update={"cc": copies}) if step.seq == last else step for step in steps)


def _tells(step: Step, asking: Person) -> bool:
    return isinstance(step, SendMail) and step.to == asking.mail


def _colleagues(content: Content, asking: Person, world: World) -> tuple[str, ...]:
    """Active people of the same section, each named by exactly one address of the directory."""
    found: list[str] = []
    for address in content.cc:
        people = world.people(mail=address) or []
        if len(people) == 1 and people[0].mail and people[0].department == asking.department:
            found.append(people[0].mail)
    return tuple(dict.fromkeys(one for one in found if one != asking.mail))[:MOST]
