"""その場で行ったこと on the page 新規受付: what to record, and what will be recorded (UX AP-85)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.work import ResultRow, result_rows, task_title
from uketsuke.domain.plan import ManualTask, SendMail, Step
from uketsuke.domain.reading import Concern
from uketsuke.processors.deeds import UNITS, Asked, Fault
from uketsuke.queue.onspot import Verdict


@dataclass(frozen=True)
class UnitsField:
    """The units that were handed over."""

    label: str
    value: str
    free: tuple[str, ...]
    """In stock now, offered to choose from."""
    error: str = ""


@dataclass(frozen=True)
class OnSpotPart:
    """The part of the form; empty rows while there is no plan to ask from."""

    implied: tuple[tuple[str, str], ...] = ()
    """What needs no question: (label, word)."""
    units: UnitsField | None = None
    results: tuple[ResultRow, ...] = ()
    says: str = ""
    """What will be recorded when it is pressed; empty while something is missing."""


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, the control where it is put right, and what to say."""

    id: str
    text: str


def implied_rows(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The results that only one word lets go on."""
    return tuple(
        (one.label, one.choices[asked.implied[one.name]])
        for one in asked.results
        if one.name in asked.implied
    )


def asked_rows(
    asked: Asked, typed: Mapping[str, str], errors: Mapping[str, str], naming: Naming
) -> tuple[ResultRow, ...]:
    """The results to type or choose; a day begins as today."""
    fields = [one for one in asked.results if one.name not in asked.implied]
    return result_rows(fields, typed, errors, naming)


def units_label(asked: Asked, naming: Naming) -> str:
    """What the units are called, and how many were handed over."""
    ledger = naming.ledger(asked.reserves[0].ledger)
    column = ledger.column(ledger.key)
    return naming.words(
        "onspot.units" if asked.units == 1 else "onspot.units-many",
        label=column.label if column else ledger.title,
        count=asked.units,
    )


def says(steps: Sequence[Step], who: str, naming: Naming) -> str:
    """What pressing records, in one sentence."""
    tasks = dict.fromkeys(task_title(step, naming) for step in steps if isinstance(step, ManualTask))
    return naming.words(
        "onspot.says",
        who=who,
        tasks="、".join(tasks),
        changes=sum(step.kind in ("reserve", "ledger-update") for step in steps),
        letters=sum(isinstance(step, SendMail) for step in steps),
    )


def missing_of(
    verdict: Verdict, asked: Asked, service: str, fields: Mapping[str, str], naming: Naming
) -> tuple[Missing, ...]:
    """Everything that is missing, in the order of the form; `fields` are ids by the name of the field."""
    found = [Missing(_place(one, fields), naming.concern(one, service)) for one in verdict.concerns]
    if verdict.lacks and not (verdict.lacks == "plan" and found):
        place = "check" if verdict.lacks == "identity" else "what"
        found.insert(0, Missing(place, naming.words(f"onspot.lacks.{verdict.lacks}")))
    return (*found, *(Missing(f"d_{one.name}", _fault(one, asked, naming)) for one in verdict.faults))


def _place(concern: Concern, fields: Mapping[str, str]) -> str:
    return fields.get(concern.field or "", "what")


def _fault(fault: Fault, asked: Asked, naming: Naming) -> str:
    if fault.name == UNITS:
        return _unit_fault(fault, asked, naming)
    label = next((one.label for one in asked.results if one.name == fault.name), fault.name)
    code = "choose" if fault.code == "unknown-choice" else fault.code
    return naming.words(f"work.{code}", label=label)


def _unit_fault(fault: Fault, asked: Asked, naming: Naming) -> str:
    facts = dict(fault.facts)
    if fault.code == "not-free":
        column = naming.ledger(str(facts["ledger"])).column(str(facts["column"]))
        facts["state"] = column.shown(facts["value"]) if column else facts["value"]
    if not asked.units:
        return naming.words("onspot.no-units")
    return naming.words(f"onspot.{fault.code}", **facts)
