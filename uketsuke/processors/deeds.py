"""The plan of what is done already (その場で完了, UX AP-85): any service's plan, seen from after the fact.

Letters that only announce the work are left out, agreements and work are recorded as
they were, and units are the ones that were handed over. Numbers, ledgers and the
completion letter stay as the service planned them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import JsonValue

from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Deed
from uketsuke.domain.plan import (
    AccountAction,
    AgreeDate,
    Check,
    Confirm,
    ManualTask,
    Plan,
    Recorded,
    Reserve,
    ResultField,
    SendMail,
    Step,
)
from uketsuke.domain.reading import Concern
from uketsuke.domain.results import faults_of, taken
from uketsuke.domain.world import World
from uketsuke.processors.shapes.renumbering import renumbered

UNITS = "units"
"""Names the units among the faults; no result of a task is called so."""
UNSETTLED = Concern(code="done-on-the-spot", rule="FR-14", hard=False)
"""What was said to be done stands in the note and has not been carried through: somebody must look."""


@dataclass(frozen=True)
class Asked:
    """What must be known of a deed for that plan."""

    results: tuple[ResultField, ...] = ()
    """Each once, a choice narrowed to what lets the plan go on."""
    implied: Mapping[str, str] = field(default_factory=dict)
    """Choices that leave nothing to choose."""
    reserves: tuple[Reserve, ...] = ()

    @property
    def units(self) -> int:
        """How many units were handed over."""
        return sum(step.count for step in self.reserves)


@dataclass(frozen=True)
class Fault:
    """Something about a deed that its plan cannot be carried through with."""

    name: str
    """A result's name, or `UNITS`."""
    code: str
    facts: dict[str, JsonValue] = field(default_factory=dict)


def asked_of(steps: Iterable[Step]) -> Asked:
    """Ask for what the plan's own work records, and for the units that it would have chosen."""
    steps = tuple(steps)
    results: dict[str, ResultField] = {}
    implied: dict[str, str] = {}
    for step in steps:
        for one in step.results if isinstance(step, ManualTask) else ():
            goes_on = step.goes_on.get(one.name, ()) if isinstance(step, ManualTask) else ()
            choices = {value: word for value, word in one.choices.items() if not goes_on or value in goes_on}
            results.setdefault(one.name, one.model_copy(update={"choices": choices, "required": True}))
            if len(choices) == 1:
                implied[one.name] = next(iter(choices))
    return Asked(tuple(results.values()), implied, tuple(step for step in steps if isinstance(step, Reserve)))


def may_record(steps: Iterable[Step]) -> bool:
    """Whether all the work of the plan is an operator's.

    A check by an officer is nobody else's; what the owner confirms and what a system
    does has to happen, and is no one's word.
    """
    return not any(
        isinstance(step, Check | Confirm | AccountAction)
        or (isinstance(step, ManualTask) and "operator" not in step.role)
        for step in steps
    )


def faults_in(deed: Deed, steps: Iterable[Step], world: World) -> tuple[Fault, ...]:
    """What is missing or impossible: units first, then results in the order in which they are asked."""
    asked = asked_of(steps)
    wrong = faults_of(asked.results, {**asked.implied, **deed.results}, world.today)
    return (*_unit_faults(deed, asked, world), *(Fault(name, code) for name, code in wrong.items()))


def _unit_faults(deed: Deed, asked: Asked, world: World) -> Iterator[Fault]:
    if len(deed.units) != asked.units or len(set(deed.units)) != len(deed.units):
        code = "wrong-units" if deed.units else "missing"
        yield Fault(UNITS, code, {"wanted": asked.units, "found": len(set(deed.units))})
        return
    for step, units in _shared_out(deed, asked.reserves):
        for unit in units:
            row = world.row(step.ledger, unit)
            if row is None:
                yield Fault(UNITS, "unknown-unit", {"unit": unit})
                continue
            for column, value in step.criteria.items():
                if row.values.get(column) != value:
                    facts = {"unit": unit, "ledger": step.ledger, "column": column}
                    yield Fault(UNITS, "not-free", {**facts, "value": row.values.get(column)})


def carried_out(steps: tuple[Step, ...], deed: Deed) -> tuple[Step, ...]:
    """The steps that are left when everything that people do is done, numbered from 1."""
    implied = asked_of(steps).implied
    results = {**implied, **deed.results}
    plan = Plan(service="", version=1, steps=steps)
    announcing = _announcing(steps)
    units = {step.seq: keys for step, keys in _shared_out(deed, asked_of(steps).reserves)}
    left = [step for step in steps if step.seq not in announcing]
    numbers = {step.seq: place for place, step in enumerate(left, 1)}
    before = {step.seq: _needs(plan, step.seq, announcing) for step in left}
    done = (_settled(step, deed, results, units, steps) for step in left)
    return tuple(
        renumbered(step.model_copy(update={"after": before[step.seq]}), numbers, {}) for step in done
    )


def _announcing(steps: tuple[Step, ...]) -> frozenset[int]:
    """Letters before the first work of a person say only that it will be done."""
    first = min((step.seq for step in steps if isinstance(step, ManualTask)), default=0)
    return frozenset(step.seq for step in steps if isinstance(step, SendMail) and step.seq < first)


def _needs(plan: Plan, seq: int, without: frozenset[int]) -> tuple[int, ...]:
    """What must be done before a step, seen through the steps that are left out."""
    found: set[int] = set()
    for need in plan.needs(seq):
        found.update(_needs(plan, need, without) if need in without else (need,))
    return tuple(sorted(found))


def _settled(
    step: Step,
    deed: Deed,
    results: Mapping[str, str],
    units: Mapping[int, tuple[str, ...]],
    steps: tuple[Step, ...],
) -> Step:
    if isinstance(step, Reserve):
        return step.model_copy(update={"keys": units[step.seq]})
    if isinstance(step, ManualTask):
        return step.model_copy(update={"recorded": _recorded(deed, taken(step.results, results))})
    if isinstance(step, AgreeDate):
        return _agreed(step, deed, _day(results, steps, deed), steps)
    return step


def _agreed(step: AgreeDate, deed: Deed, day: date, steps: tuple[Step, ...]) -> Step:
    """The agreement is the fact; what was to be written about it by some day is met with it."""
    asking = [one for one in steps if isinstance(one, SendMail) and one.seq < step.seq and one.deadline]
    met = {} if step.deadline or not asking else {"deadline": asking[0].deadline}
    of = tuple(dict.fromkeys((*(number for one in asking for number in one.of), *step.of)))
    days = dict.fromkeys(step.names, day)
    return step.model_copy(
        update={
            "proposed": days,
            "offered": (),
            "of": of,
            "recorded": _recorded(deed, {name: one.isoformat() for name, one in days.items()}),
            **met,
        }
    )


def _recorded(deed: Deed, results: dict[str, str]) -> Recorded:
    return Recorded(by=deed.by, role=deed.role, at=deed.at, results=results)


def _day(results: Mapping[str, str], steps: Iterable[Step], deed: Deed) -> date:
    """The day that was recorded, else that of the call."""
    days = [
        results[one.name] for one in asked_of(steps).results if one.rule == "date" and one.name in results
    ]
    return date.fromisoformat(days[0]) if days else local_day(deed.at)


def _shared_out(deed: Deed, reserves: Iterable[Reserve]) -> Iterator[tuple[Reserve, tuple[str, ...]]]:
    start = 0
    for step in reserves:
        yield step, deed.units[start : start + step.count]
        start += step.count
