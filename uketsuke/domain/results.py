"""What a person records for a piece of work: whether it is all there, and possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from uketsuke.domain.plan import ResultField

LONG_AGO = timedelta(days=180)
"""Work is recorded within days; a day further back is the slip of a year."""


def faults_of(fields: Iterable[ResultField], results: Mapping[str, str], today: date) -> dict[str, str]:
    """What is wrong, by the name of the result: missing, no choice, no date, a day ahead or long ago."""
    return {field.name: code for field in fields if (code := _fault(field, results, today))}


def _fault(field: ResultField, results: Mapping[str, str], today: date) -> str | None:
    value = results.get(field.name, "").strip()
    if not value:
        return "missing" if field.required else None
    if field.choices and value not in field.choices:
        return "unknown-choice"
    if field.rule == "date":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return "not-a-date"
        if day > today:
            return "in-the-future"
        return "long-ago" if today - day > LONG_AGO else None
    return None


def taken(fields: Iterable[ResultField], results: Mapping[str, str]) -> dict[str, str]:
    """The results asked for, without blanks around them and without what was left empty."""
    found = {field.name: results.get(field.name, "").strip() for field in fields}
    return {name: value for name, value in found.items() if value}


def today_where_unsaid(fields: Iterable[ResultField], today: date) -> dict[str, str]:
    """A day that may be left out is the day on which the work is recorded; the ledger needs one."""
    return {field.name: today.isoformat() for field in fields if field.rule == "date" and not field.required}
