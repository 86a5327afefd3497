"""What of a plan changes somebody's account, and whether the plan asks the owner first (FAULTS 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uketsuke.domain.plan import AccountAction, AccountDeed, AgreeDate, Confirm, ManualTask, Plan, Step

DELIVERS = "deliver-password"
"""The task of handing an initial password over."""


def deeds_of(step: Step) -> tuple[AccountDeed, ...]:
    """What the step does to an account; empty for every step that changes none."""
    match step:
        case AccountAction():
            return (step.do,)
        case ManualTask():
            return step.does
    return ()


def changes_of(step: Step) -> int:
    """How many changes of accounts it is: each deed once for every person of the task."""
    people = len(step.persons) if isinstance(step, ManualTask) else 0
    return len(deeds_of(step)) * max(1, people)


def owner_of(step: Step) -> str | None:
    """Employee number of whose account or asset the step is about."""
    return step.owner if isinstance(step, Confirm | AccountAction | ManualTask) else None


def owners_of(steps: Iterable[Step]) -> frozenset[str]:
    """Everybody whose account or asset the steps are about."""
    known = [owner for step in steps for owner in (owner_of(step), *_people_of(step))]
    return frozenset(owner for owner in known if owner is not None)


def _people_of(step: Step) -> tuple[str | None, ...]:
    return tuple(person.owner for person in step.persons) if isinstance(step, ManualTask) else ()


def does_more(agreed: Iterable[Step], steps: Iterable[Step]) -> bool:
    """Whether the steps do anything to an account that the agreed ones did not."""
    return bool(set(map(_done_by, steps)) - {None} - set(map(_done_by, agreed)))


def _done_by(step: Step) -> str | None:
    if not deeds_of(step):
        return None
    facts = step.model_dump(mode="json", include={"system", "account", "owner", "values", "persons"})
    return f"{deeds_of(step)} {sorted(facts.items())}"


def asks_first(steps: Sequence[Step]) -> bool:
    """Whether nothing happens before the owner has agreed: each owner for what is theirs.

    Only a question about a date may come before it. A plan without a `Confirm` never asks.
    """
    plan = Plan(service="", version=1, steps=tuple(steps))
    confirms = {step.seq: step.owner for step in steps if isinstance(step, Confirm)}
    return bool(confirms) and all(
        _asked(step, {confirms[seq] for seq in ancestors(plan, step.seq) if seq in confirms})
        for step in steps
        if not isinstance(step, Confirm | AgreeDate)
    )


def _asked(step: Step, owners: set[str]) -> bool:
    owner = owner_of(step)
    return bool(owners) if owner is None else owner in owners


def ancestors(plan: Plan, seq: int) -> frozenset[int]:
    """Every step of this version that must be done before that one, however far back."""
    found: set[int] = set()
    known = {step.seq for step in plan.steps}
    waiting = [one for one in plan.needs(seq) if one in known]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [earlier for earlier in plan.needs(one) if earlier in known]
    return frozenset(found)
