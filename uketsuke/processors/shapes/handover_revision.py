"""What is left of a hand-over after an outcome or a correction; step numbers go on, reservations stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import JsonValue

from uketsuke.domain.plan import (
    STEP,
    AgreeDate,
    LedgerUpdate,
    ManualTask,
    Plan,
    Ref,
    Results,
    SendMail,
    Step,
    Values,
)
from uketsuke.domain.world import World
from uketsuke.processors.base import Outcome
from uketsuke.processors.shapes.handover_plan import BACK, HANDED_OVER, NEW_DAY, OUT, RESULT, HandoverTerms

_LEGS = {OUT: (6, 7), BACK: (8, 9)}


def revised(
    terms: HandoverTerms, plan: Plan, results: Results, outcome: Outcome, world: World
) -> tuple[Step, ...]:
    """Contact and agree again for every hand-over that has not happened; all else goes on as planned."""
    open_names = [name for name in _LEGS if _is_open(plan, results, outcome, name)]
    done = {*results, outcome.step}
    left = [step for step in plan.steps if _stays(step, done, open_names, plan)]
    first = max(step.seq for step in plan.steps) + 1
    day = _new_day(outcome, world)
    days = dict.fromkeys(open_names, day) if day else {}
    offered = () if day else terms.offered(world)
    agree = AgreeDate(seq=first + 1, of=(4,), names=tuple(open_names), proposed=days, offered=offered)
    contact = _contact_again(terms, plan, first, open_names, day, offered, outcome)
    numbers = {step.seq: first + 2 + index for index, step in enumerate(left)}
    refs = {
        (old.seq, name): agree.seq for old in plan.steps if isinstance(old, AgreeDate) for name in open_names
    }
    return (contact, agree, *(_renumbered(step, numbers, refs) for step in left))


def what_is_left(
    terms: HandoverTerms, fresh: tuple[Step, ...], plan: Plan, results: Results
) -> tuple[Step, ...]:
    """The steps of a corrected plan without those that are done and would be done the same way."""
    numbers: dict[int, int] = {}
    left: list[Step] = []
    following = max((*results, *(step.seq for step in plan.steps)), default=0)
    for step in fresh:
        before = next((old for old in plan.steps if old.seq in results and _same_work(old, step)), None)
        if before is None:
            following += 1
            left.append(step)
        numbers[step.seq] = before.seq if before else following
    return tuple(_renumbered(step, numbers, {}) for step in left)


def _is_open(plan: Plan, results: Results, outcome: Outcome, name: str) -> bool:
    confirm = next((step for step in plan.steps if step.of == (_LEGS[name][0],)), None)
    if confirm is None:
        return False
    return confirm.seq == outcome.step or results.get(confirm.seq, {}).get(RESULT) != HANDED_OVER


def _stays(step: Step, done: set[int], open_names: Iterable[str], plan: Plan) -> bool:
    """What open hand-overs still need, bookings of finished ones, the desk's and the last mail."""
    reopened = {of for name in open_names for of in _LEGS[name]}
    if step.of and step.of[0] in (5, 10):
        return True
    if step.of and step.of[0] in reopened:
        return True
    return isinstance(step, LedgerUpdate) and step.of[:1] in ((7,), (9,)) and step.seq not in done


def _contact_again(
    terms: HandoverTerms,
    plan: Plan,
    seq: int,
    names: list[str],
    day: date | None,
    offered: tuple[date, ...],
    outcome: Outcome,
) -> SendMail:
    last = next(step for step in plan.steps if isinstance(step, SendMail) and step.of == (3,))
    shown = day.isoformat() if day else None
    days: list[JsonValue] = [one.isoformat() for one in offered]
    facts: Values = {
        **last.facts,
        **{name: shown if name in names else None for name in _LEGS},
        "offered": days,
        "desired_date": None,
        "reason": outcome.results.get(RESULT),
    }
    template = f"{terms.prefix}contact-again"
    return last.model_copy(
        update={"seq": seq, "after": (), "template": template, "facts": facts, "deadline": None}
    )


def _new_day(outcome: Outcome, world: World) -> date | None:
    """The day that was agreed on the spot, where it is possible."""
    typed = outcome.results.get(NEW_DAY)
    if not isinstance(typed, str) or not typed:
        return None
    day = date.fromisoformat(typed)
    return day if day >= world.today and world.calendar.is_open(day) else None


def _same_work(old: Step, new: Step) -> bool:
    """Whether what is done is what the corrected step would do; letters count by what they told."""
    if old.of != new.of or old.kind != new.kind:
        return False
    if isinstance(old, LedgerUpdate) and isinstance(new, LedgerUpdate):
        return old.key == new.key
    if isinstance(old, AgreeDate | ManualTask | SendMail):
        mine, other = (_plain(step) for step in (old, new))
        return {**mine, "seq": 0, "after": 0} == {**other, "seq": 0, "after": 0}
    return old.model_copy(update={"seq": 0, "set": {}}) == new.model_copy(update={"seq": 0, "set": {}})


def _renumbered(step: Step, numbers: Mapping[int, int], refs: Mapping[tuple[int, str], int]) -> Step:
    """The step under its new number, pointing to the new numbers of the steps it needs."""
    plain = _mapped(_plain(step), numbers, refs)
    plain["seq"] = numbers[step.seq]
    if step.after is not None:
        plain["after"] = [numbers.get(seq, seq) for seq in step.after]
    renumbered: Step = STEP.validate_python(plain)
    return renumbered


def _mapped(value: Any, numbers: Mapping[int, int], refs: Mapping[tuple[int, str], int]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"step", "name"}:
            step = refs.get((value["step"], value["name"]), numbers.get(value["step"], value["step"]))
            return Ref(step=step, name=value["name"]).model_dump()
        return {name: _mapped(one, numbers, refs) for name, one in value.items()}
    return [_mapped(one, numbers, refs) for one in value] if isinstance(value, list) else value


def _plain(step: Step) -> dict[str, Any]:
    return step.model_dump(mode="json")
