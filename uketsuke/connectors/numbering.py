"""Numbers of a series, given out when the step runs: one with its transaction (DESIGN 7)."""

from __future__ import annotations

from datetime import date
from typing import Any

from uketsuke.connectors.base import Done, Effect, local
from uketsuke.domain.numbering import AllocateNumber, NoStem, NumberSeries
from uketsuke.domain.plan import resolve_all
from uketsuke.store.ledgers import Origin
from uketsuke.store.numbers import Range
from uketsuke.store.transaction import Transaction


def allocate(
    tx: Transaction, step: AllocateNumber, effect: Effect, series: NumberSeries, key: str, today: date
) -> Done:
    """Give the numbers, and write their rows where they are keys; `key` is the ledger's key column.

    Raises `NoStem` where the department has no code, `SeriesExhausted`, `RowExists`.
    """
    local(tx, effect)
    wanted = _range(tx, step, series, series.column == key, today)
    facts = {"ledger": step.ledger, "series": step.series}
    tx.numbers.hold(wanted)
    if step.reuse and (found := tx.numbers.held_by_department(wanted)):
        result = {"numbers": [found], "reused": True, "version": []}
        return Done(result, {**facts, "numbers": [found], "reused": True})
    given = tx.numbers.take(wanted, step.count, effect.step_id)
    rows = _rows(step, effect, series, given) if wanted.keyed else {}
    origin = Origin(
        actor="uketsuke",
        effect_key=effect.key,
        request_id=effect.request_id,
        reason=effect.number,
        at=effect.at,
    )
    versions = [tx.ledgers.insert(step.ledger, number, values, origin) for number, values in rows.items()]
    return Done(
        {"numbers": given, "reused": False, "version": versions},
        {**facts, "numbers": given, "reused": False},
        {"after": rows} if rows else None,
    )


def _range(tx: Transaction, step: AllocateNumber, series: NumberSeries, keyed: bool, today: date) -> Range:
    known = [one for one in tx.departments.matching(step.department or "") if one.is_valid(today)]
    department = known[0] if len(known) == 1 else None
    if department is None and (series.department_digits or step.reuse):
        raise NoStem(series.id, step.department)
    if department is None:
        return Range(step.ledger, series, keyed, series.stem(None))
    names = (department.name, *department.aliases)
    return Range(step.ledger, series, keyed, series.stem(department.code), department.code, names)


def _rows(
    step: AllocateNumber, effect: Effect, series: NumberSeries, given: list[str]
) -> dict[str, dict[str, Any]]:
    """The new rows by their keys: what is the same for all, and what each says besides."""
    shared = resolve_all(step.row, effect.results)
    own = [resolve_all(values, effect.results) for values in step.rows]
    own += [{}] * (len(given) - len(own))
    return {
        number: {series.column: number, **_said({**shared, **values})}
        for number, values in zip(given, own, strict=True)
    }


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
