"""Who else gets a copy of a result: people of the requester's section whom the mail had in Cc (FAULTS 3)."""

from __future__ import annotations

from uketsuke.domain.authority import Authority, Evidence, Risk
from uketsuke.domain.content import Content
from uketsuke.domain.plan import SendMail, Step
from uketsuke.domain.world import World
from uketsuke.processors.sender import Who

MOST = 10
"""Copies of one letter."""


def with_copies(
    steps: tuple[Step, ...], content: Content, who: Who, authority: Authority, world: World
) -> tuple[Step, ...]:
    """The plan, its last letter to who asks with copies to colleagues at their directory addresses.

    Who asks may be a section's own mailbox. None of R3, whose results are the owner's alone, and
    none where it is not proven who wrote the Cc.
    """
    proven = authority.evidence is not Evidence.WEAK and authority.risk not in (None, Risk.R3)
    address, section = who.address, who.section(world)
    if address is None or section is None or not proven:
        return steps
    copies = _colleagues(content, section, world)
    last = max(
        (step.seq for step in steps if isinstance(step, SendMail) and step.to == address), default=None
    )
    cc = tuple(one for one in copies if one != address)[:MOST]
    if not cc:
        return steps
    return tuple(step.model_copy(update={"cc": cc}) if step.seq == last else step for step in steps)


def _colleagues(content: Content, section: str, world: World) -> tuple[str, ...]:
    """Active people of that section, each named by exactly one address of the directory."""
    found: list[str] = []
    for address in content.cc:
        people = world.people(mail=address) or []
        if len(people) == 1 and people[0].mail and people[0].department == section:
            found.append(people[0].mail)
    return tuple(dict.fromkeys(found))
