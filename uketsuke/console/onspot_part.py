"""Gathers その場で行ったこと for 新規受付, and reads what was typed there (UX AP-85)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from uketsuke.app import App
from uketsuke.console.forms import Sent
from uketsuke.console.site import actor
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.onspot import (
    Missing,
    OnSpotPart,
    UnitsField,
    asked_rows,
    implied_rows,
    missing_of,
    says,
    units_label,
)
from uketsuke.console.visitor import Visitor
from uketsuke.domain.content import Content, Deed
from uketsuke.domain.dates import read_date
from uketsuke.domain.plan import ResultField
from uketsuke.domain.text import asset_key
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.deeds import UNITS, Asked, asked_of
from uketsuke.queue.onspot import Verdict, judge
from uketsuke.store.transaction import Transaction

OFFERED = 8
"""How many units in stock are shown to choose from."""


@dataclass(frozen=True)
class Done:
    """What the part of the form holds, as typed."""

    units: str = ""
    results: Mapping[str, str] = field(default_factory=dict)
    """By name; one that was not sent has not been shown yet, and a day begins as today."""


def read_done(form: Sent) -> Done | None:
    """What was typed; None while the part is closed."""
    if not form.one("onspot"):
        return None
    return Done(form.one(f"d.{UNITS}"), {k: v for k, v in form.under("d.").items() if k != UNITS})


def deed_of(done: Done, asked: Asked, visitor: Visitor, content: Content, today: date) -> Deed | None:
    """The deed that was typed; a day that is none stays as it was written, to be refused."""
    if content.submitted_at is None:
        return None
    me = actor(visitor)
    fields = {one.name: one for one in asked.results if one.name not in asked.implied}
    return Deed(
        by=me.login,
        role=me.role,
        at=content.submitted_at,
        units=tuple(asset_key(one) for one in re.split(r"[\s、，,・]+", done.units) if one),
        results={
            **asked.implied,
            **{name: _plain(one, done.results.get(name), today) for name, one in fields.items()},
        },
    )


def _plain(one: ResultField, text: str | None, today: date) -> str:
    if text is None:
        return today.isoformat() if one.rule == "date" else ""
    if one.rule != "date" or not text.strip():
        return text.strip()
    reading = read_date(text, today)
    return reading.value.isoformat() if reading and reading.value else text


@dataclass(frozen=True)
class OnSpot:
    """The note as it would be carried through: what is asked, what is missing, the deed to store."""

    asked: Asked
    verdict: Verdict
    deed: Deed | None


def judge_done(
    app: App, tx: Transaction, visitor: Visitor, done: Done, content: Content, assessment: Assessment
) -> OnSpot:
    """Judge what was typed as the worker will."""
    asked = asked_of(assessment.steps or ())
    deed = deed_of(done, asked, visitor, content, app.today())
    verdict = judge(content.model_copy(update={"done": deed}), assessment, app.world(tx))
    return OnSpot(asked, verdict, deed)


def on_spot_part(
    tx: Transaction, visitor: Visitor, done: Done, found: OnSpot, errors: Mapping[str, str], naming: Naming
) -> OnSpotPart:
    """The part of the page; `errors` by the id of the control."""
    asked = found.asked
    wrong = {name.removeprefix("d_"): text for name, text in errors.items() if name.startswith("d_")}
    units = None
    if asked.reserves or done.units:
        free = [
            row.key
            for step in asked.reserves[:1]
            for row in tx.stock.free(step.ledger, step.criteria)[:OFFERED]
        ]
        label = units_label(asked, naming) if asked.reserves else naming.words("onspot.units-none")
        units = UnitsField(label, done.units, tuple(free), wrong.get(UNITS, ""))
    return OnSpotPart(
        implied_rows(asked),
        units,
        asked_rows(asked, done.results, wrong, naming),
        says(found.verdict.steps, visitor.name, naming) if found.verdict.steps else "",
    )


def missing(found: OnSpot, service: str, fields: Mapping[str, str], naming: Naming) -> tuple[Missing, ...]:
    """What is missing before it can be carried through."""
    return missing_of(found.verdict, found.asked, service, fields, naming)
