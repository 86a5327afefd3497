"""What may happen with a request: who asks, whose thing it is, how grave it is, and the table (FAULTS 3)."""

from __future__ import annotations

from uketsuke.domain.authority import (
    Authority,
    Need,
    SecondPerson,
    Target,
    evidence_for,
    need_for,
    strictest,
)
from uketsuke.domain.consent import deeds_of, owners_of
from uketsuke.domain.gravity import actions_of, risk_of
from uketsuke.domain.people import Post
from uketsuke.domain.plan import Step
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.world import World
from uketsuke.processors.base import Processor
from uketsuke.processors.sender import Who
from uketsuke.processors.standing import asker_of, posts_of


def authority_of(who: Who) -> Authority:
    """Who asks and how well that is proven; nothing may happen yet."""
    return Authority(
        path=who.path,
        identity=who.identity,
        evidence=evidence_for(who.path, who.identity),
        person=who.person.employee_number if who.person else None,
        doubts=who.doubts,
    )


def authorise(
    processor: Processor | None,
    who: Who,
    values: Plain,
    request: ServiceRequest | None,
    steps: tuple[Step, ...],
    world: World,
) -> Authority:
    """The cell of the table; a service's requests are never less grave than what their steps do."""
    authority = authority_of(who)
    if processor is None:
        return authority
    target = processor.target(values, asker_of(who, world), world)
    declared = processor.risk_in(request, world)
    risk = max(declared, risk_of(steps))
    need = need_for(authority.evidence, target, risk)
    second = _second_person(processor, who, steps, world) if Need.CONFIRM in need else None
    facts = {"target": target, "risk": risk, "need": need, "second_person": second}
    posts = _posts(processor, who, values, target, world)
    declared_less = declared if declared is not risk else None
    return authority.model_copy(update={**facts, "declared": declared_less, "posts": posts})


def _posts(processor: Processor, who: Who, values: Plain, target: Target, world: World) -> tuple[str, ...]:
    """The posts without which it would be somebody else's."""
    held = posts_of(who, world)

    def without(*left_out: Post) -> Target:
        kept = [one for one in held if one not in left_out]
        return processor.target(values, asker_of(who, world, kept), world)

    if not held or target is Target.OTHER or without(*held) is not Target.OTHER:
        return ()
    needed = [one.title for one in held if without(one) is Target.OTHER]
    return tuple(needed or (one.title for one in held))


def _second_person(processor: Processor, who: Who, steps: tuple[Step, ...], world: World) -> SecondPerson:
    """The city's policy, the strictest of all that is done; before, where a service names no action."""
    if processor.action is None:
        return SecondPerson.BEFORE
    asking = {who.person.employee_number} if who.person else set()
    persons = owners_of(steps) | asking
    effects = max(1, sum(1 for step in steps if deeds_of(step)))
    return strictest(
        world.second_person(processor.id, action, persons=persons, effects=effects)
        for action in sorted({processor.action} | actions_of(steps))
    )
