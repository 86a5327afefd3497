"""The spans of time that the query functions name: `TODAY()`, `THIS_MONTH()`, `FROM_TODAY(5, DAYS)` …"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.query import Function

TOKYO = timezone(timedelta(hours=9))
"""The time zone of everybody here."""
WEEK = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")


@dataclass(frozen=True)
class Span:
    """From `start`, until before `end`; both UTC."""

    start: datetime
    end: datetime


def span_of(function: Function, now: datetime) -> Span:
    """The time that a function means at a moment; raises `Problem` for what is no function of time."""
    today = now.astimezone(TOKYO).date()
    name, arguments = function.name, function.arguments
    if name == "NOW" and not arguments:
        return Span(now.replace(second=0, microsecond=0), now.replace(second=0, microsecond=0) + _MINUTE)
    shifts = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if name in shifts and not arguments:
        return _days(today + timedelta(days=shifts[name]), 1)
    if name == "FROM_TODAY" and len(arguments) == 2:
        return _days(_from_today(today, *arguments), 1)
    which, _, unit = name.partition("_")
    step = {"LAST": -1, "THIS": 0, "NEXT": 1}.get(which)
    if step is None or unit not in _UNITS:
        raise illegal()
    return _UNITS[unit](today, step, arguments)


def illegal() -> Problem:
    """GAIA_IL08: the function or its arguments do not exist."""
    return Problem(400, "GAIA_IL08", "function")


_MINUTE = timedelta(minutes=1)


def _days(first: date, count: int) -> Span:
    start = datetime.combine(first, time(), TOKYO).astimezone(UTC)
    return Span(start, start + timedelta(days=count))


def _from_today(today: date, number: str, unit: str) -> date:
    try:
        count = int(number)
    except ValueError:
        raise illegal() from None
    match unit:
        case "DAYS":
            return today + timedelta(days=count)
        case "WEEKS":
            return today + timedelta(weeks=count)
        case "MONTHS" | "YEARS":
            months = today.month - 1 + count * (12 if unit == "YEARS" else 1)
            year, month = today.year + months // 12, months % 12 + 1
            return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
        case _:
            raise Problem(400, "GAIA_IQ25", "function")


def _week(today: date, step: int, arguments: tuple[str, ...]) -> Span:
    sunday = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=step)
    if not arguments:
        return _days(sunday, 7)
    if arguments[0] not in WEEK:
        raise illegal()
    return _days(sunday + timedelta(days=WEEK.index(arguments[0])), 1)


def _month(today: date, step: int, arguments: tuple[str, ...]) -> Span:
    first = _from_today(today.replace(day=1), str(step), "MONTHS")
    length = calendar.monthrange(first.year, first.month)[1]
    if not arguments:
        return _days(first, length)
    if arguments[0] == "LAST":
        return _days(first.replace(day=length), 1)
    if not arguments[0].isdigit() or not 1 <= int(arguments[0]) <= 31:
        raise Problem(400, "GAIA_IQ23", "function")
    return _days(first + timedelta(days=min(int(arguments[0]) - 1, length)), 1)


def _year(today: date, step: int, arguments: tuple[str, ...]) -> Span:
    first = date(today.year + step, 1, 1)
    return _days(first, (date(today.year + step + 1, 1, 1) - first).days)


_UNITS = {"WEEK": _week, "MONTH": _month, "YEAR": _year}
