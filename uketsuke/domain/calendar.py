"""Business time: which days and hours the desk is open, and how they are counted.

All days are days in Japan. The calendar is data (holidays, year-end closing,
hours); it is handed in and never fetched, so that the same day always counts
the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from uketsuke.errors import UketsukeError

JST = timezone(timedelta(hours=9), "JST")
"""Japan has no summer time; a fixed offset needs no time zone database."""

_DAY = timedelta(days=1)
_LONGEST_CLOSING = 366


class NeverOpen(UketsukeError):
    """The calendar has no open day within a year: it is set wrongly."""

    def __init__(self, day: date) -> None:
        """Remember the day from which an open one was looked for."""
        super().__init__(f"no open day within a year of {day.isoformat()}; check the calendar")
        self.day = day


def local(at: datetime) -> datetime:
    """Give a moment as the clock on the wall in Japan shows it; `ValueError` if it has no zone."""
    if at.utcoffset() is None:
        raise ValueError(f"a moment without time zone: {at.isoformat()}")
    return at.astimezone(JST)


def local_day(at: datetime) -> date:
    """Give the day in Japan on which a moment falls."""
    return local(at).date()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The opening days and hours of one desk.

    Closed are Saturdays, Sundays, the holidays given, and the year-end closing
    (`MM-DD`, both ends included, None for no such closing), unless the day is a
    special opening.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    """National holidays and other closed days, with the name to show."""
    closed_from_md: str | None = "12-29"
    closed_to_md: str | None = "01-03"
    opening: time = time(8, 45)
    closing: time = time(17, 30)
    special_openings: frozenset[date] = frozenset()

    @property
    def known_until(self) -> date | None:
        """The last day of the last year whose holidays are loaded; later days are only weekdays."""
        return date(max(self.holidays).year, 12, 31) if self.holidays else None

    def why_closed(self, day: date) -> str | None:
        """Say why a day is closed: `holiday`, `saturday`, `sunday`, `year-end`; None when it is open.

        The name of a holiday is `holiday_name(day)`.
        """
        if day in self.special_openings:
            return None
        if day in self.holidays:
            return "holiday"
        if day.weekday() >= 5:
            return "saturday" if day.weekday() == 5 else "sunday"
        return "year-end" if self._in_year_end(day) else None

    def holiday_name(self, day: date) -> str | None:
        """Give the name of a holiday or other listed closed day."""
        return self.holidays.get(day)

    def is_open(self, day: date) -> bool:
        """Say whether the desk works on a day."""
        return self.why_closed(day) is None

    def next_open(self, day: date) -> date:
        """Give the first open day on or after `day`; `NeverOpen` when there is none."""
        return self._first_open(day, _DAY)

    def previous_open(self, day: date) -> date:
        """Give the last open day on or before `day`; `NeverOpen` when there is none."""
        return self._first_open(day, -_DAY)

    def add_business_days(self, day: date, n: int) -> date:
        """Give the n-th open day after `day`, which itself counts 0 (初日不算入); 0 gives `day`."""
        if n < 0:
            raise ValueError(f"business days are counted forward: {n}")
        for _ in range(n):
            day = self.next_open(day + _DAY)
        return day

    def business_days_between(self, a: date, b: date) -> int:
        """Count the open days after `a` up to and including `b`; negative when `b` is earlier."""
        if b < a:
            return -self.business_days_between(b, a)
        return sum(self.is_open(day) for day in days(a + _DAY, b))

    def opening_at(self, day: date) -> datetime:
        """Give the moment at which the desk opens on a day, were it open."""
        return datetime.combine(day, self.opening, JST)

    def closing_at(self, day: date) -> datetime:
        """Give the moment at which a day's work ends, in Japan time."""
        return datetime.combine(day, self.closing, JST)

    def is_within_hours(self, at: datetime) -> bool:
        """Say whether the desk is open at a moment; the closing minute itself is outside."""
        day = local_day(at)
        return self.is_open(day) and self.opening_at(day) <= at < self.closing_at(day)

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Add up the opening hours between two moments; zero when `end` is not later (UX AP-2)."""
        total = timedelta()
        for day in days(local_day(start), local_day(end)):
            if self.is_open(day):
                from_, to = max(start, self.opening_at(day)), min(end, self.closing_at(day))
                total += max(to - from_, timedelta())
        return total

    def starting_day(self, at: datetime) -> date:
        """Give the day an arrival counts for when closing time rolls over to the next open day."""
        day = local_day(at)
        if self.is_open(day) and at < self.closing_at(day):
            return day
        return self.next_open(day + _DAY)

    def _in_year_end(self, day: date) -> bool:
        first, last = self.closed_from_md, self.closed_to_md
        if first is None or last is None:
            return False
        today = f"{day:%m-%d}"
        return first <= today <= last if first <= last else today >= first or today <= last

    def _first_open(self, day: date, step: timedelta) -> date:
        for count in range(_LONGEST_CLOSING):
            if self.is_open(day + count * step):
                return day + count * step
        raise NeverOpen(day)


def days(first: date, last: date) -> Iterator[date]:
    """Walk from one day to another, both included; nothing when `last` is earlier."""
    for count in range((last - first).days + 1):
        yield first + count * _DAY
