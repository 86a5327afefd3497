"""What a plan changes in the ledgers, row by row, before and after (UX 5.2, AP-67)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from pydantic import JsonValue

from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import (
    AllocateNumber,
    LedgerUpdate,
    Ref,
    Reserve,
    Results,
    Step,
    Value,
    Values,
    is_pending,
    resolve,
)
from uketsuke.domain.wording import console_day
from uketsuke.processors.ledger import Ledger


@dataclass(frozen=True)
class Change:
    """One value before and after."""

    label: str
    before: str | None
    after: str
    later: str = ""
    """In place of a value that is not known yet: 付番後に決まる, 当日に決まる."""


@dataclass(frozen=True)
class ChangeRow:
    """What happens to rows of a ledger; `key` is empty while it is not known."""

    ledger: str
    key: str
    op: str
    css: str
    changes: tuple[Change, ...]
    note: str = ""
    href: str = ""
    """The row's own page, where it is one row and known."""


def change_rows(step: Step, results: Results, naming: Naming) -> tuple[ChangeRow, ...]:
    """The rows that a step changes or adds; none for a step that touches no ledger."""
    if isinstance(step, AllocateNumber):
        return _new_rows(step, results, naming)
    row = _change_row(step, results, naming)
    return (row,) if row else ()


def _change_row(step: Step, results: Results, naming: Naming) -> ChangeRow | None:
    words = naming.words
    if isinstance(step, Reserve):
        ledger = naming.ledger(step.ledger)
        key = _keys(results.get(step.seq, {}).get("asset_no"))
        note = words("op.reserve-note", count=step.count)
        changes = _changes(step.set, step.criteria, ledger, results, naming)
        return ChangeRow(ledger.title, key, words("op.reserve"), "add", changes, note)
    if isinstance(step, LedgerUpdate):
        ledger = naming.ledger(step.ledger)
        key = (
            ""
            if is_pending(step.key, results)
            else _keys(resolve(step.key, results)) or words("plan.unknown-key")
        )
        changes = _changes({**step.set, **step.add}, step.before, ledger, results, naming)
        return ChangeRow(
            ledger.title, key, words("op.change"), "", changes, href=_page_of(ledger, step.key, results)
        )
    return None


def _new_rows(step: AllocateNumber, results: Results, naming: Naming) -> tuple[ChangeRow, ...]:
    """The rows that numbers are given to: one by one, until then 付番後に決まる (AP-67)."""
    ledger, words = naming.ledger(step.ledger), naming.words
    left = results.get(step.seq, {}).get("numbers")
    numbers = [str(one) for one in left] if isinstance(left, list) else [""] * step.count
    column = ledger.column(ledger.series_of(step.series).column)
    label = column.label if column else step.series
    if column is None or column.id != ledger.key:
        note = words(
            "op.allocate-reuse" if step.reuse else "op.allocate-note", number=label, count=step.count
        )
        later = words("plan.after-numbering") if left is None else ""
        change = Change(label, None, "、".join(numbers), later)
        return (
            ChangeRow(
                ledger.title, "、".join(filter(None, numbers)), words("op.allocate"), "add", (change,), note
            ),
        )
    note = words("op.allocate-note", number=label, count=step.count)
    own = [*step.rows, *({} for _ in range(len(numbers) - len(step.rows)))]
    return tuple(
        ChangeRow(
            ledger.title,
            number,
            words("op.allocate"),
            "add",
            _changes({**step.row, **values}, {}, ledger, results, naming),
            note if place == 0 else "",
            href=_page_of(ledger, number or None, results),
        )
        for place, (number, values) in enumerate(zip(numbers, own, strict=True))
    )


def _page_of(ledger: Ledger, key: Value, results: Results) -> str:
    found = None if is_pending(key, results) else resolve(key, results)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    known = isinstance(found, str) and found not in ("", "None")
    return f"/ledgers/{quote(ledger.id)}/{quote(str(found), safe='')}" if known else ""


def _keys(value: JsonValue) -> str:
    many = value if isinstance(value, list) else [value]
    # A plan made while the number is still missing names nobody's row.
    return "、".join(str(one) for one in many if one not in (None, "", "None"))


def _changes(
    values: Values, before: Mapping[str, JsonValue], ledger: Ledger, results: Results, naming: Naming
) -> tuple[Change, ...]:
    found = []
    for name, value in values.items():
        column = ledger.column(name)
        label = column.label if column else name
        was = ledger_value(ledger, name, before.get(name), naming) if name in before else None
        if is_pending(value, results):
            found.append(Change(label, was, "", later=_later(value, naming)))
            continue
        becomes = ledger_value(ledger, name, resolve(value, results), naming)
        if was != becomes:
            found.append(Change(label, was, becomes))
    return tuple(found)


def _later(value: Value, naming: Naming) -> str:
    """How it is said that a value is not known yet: a number is allocated, anything else happens."""
    numbered = isinstance(value, Ref) and value.name.partition(".")[0] in ("asset_no", "numbers")
    return naming.words("plan.after-numbering" if numbered else "plan.on-that-day")


def ledger_value(ledger: Ledger, column: str, value: JsonValue, naming: Naming) -> str:
    """A ledger's value in the words and date style of the console."""
    known = ledger.column(column)
    if value is None:
        return ""
    text = known.shown(value) if known else str(value)
    try:
        return console_day(date.fromisoformat(text), local_day(naming.now)) if len(text) == 10 else text
    except ValueError:
        return text
