"""When something is due, and why: every deadline explains itself, day by day.

The rules are the forms of the catalogue ("Deadline rules"). Nothing is ever due
"after received", so a late poll moves no due date (DESIGN 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from uketsuke.domain.calendar import Calendar, days, local_day
from uketsuke.domain.content import Frozen

Events = Mapping[str, date | datetime | None]
"""What has happened or is set, by the catalogue's event names; absent or None = not yet."""

Roll = Literal["none", "previous", "next"]


class AfterBusinessDays(Frozen):
    """End of the n-th business day after the event's day, which counts 0 (翌営業日まで = 1)."""

    kind: Literal["after-business-days"] = "after-business-days"
    event: str
    business_days: int = Field(ge=0)


class AtEvent(Frozen):
    """On the event's own day, also when that day is closed; at once where the event is a moment."""

    kind: Literal["at-event"] = "at-event"
    event: str


class MonthlyDay(Frozen):
    """On or before a day of the month in which the event lies (by default the run's `period`)."""

    kind: Literal["monthly-day"] = "monthly-day"
    day: int = Field(ge=1, le=28)
    roll: Roll = "previous"
    event: str = "period"


class EndOfFollowingMonth(Frozen):
    """On the last day of the month after the one in which the event lies."""

    kind: Literal["end-of-following-month"] = "end-of-following-month"
    roll: Roll = "previous"
    event: str = "period"


Rule = Annotated[AfterBusinessDays | AtEvent | MonthlyDay | EndOfFollowingMonth, Field(discriminator="kind")]


class DayNote(Frozen):
    """One line of the explanation: a day, whether it counts, and why.

    `why` is `event` (the day it is counted from), `after-hours`, `counts`, `due`
    or a reason of `Calendar.why_closed`; `name` is a holiday's name.
    """

    day: date
    counts: bool
    why: str
    name: str | None = None


class Due(Frozen):
    """When a step is due, or what it still waits for."""

    day: date | None = None
    at: datetime | None = None
    """Closing time of `day`, in Japan time; a later moment where the event itself came after it."""
    pending: str | None = None
    """What has to happen first, where `day` is None: `agreed`, `dept_check_passed + 2 business days`."""
    because: tuple[DayNote, ...] = ()


class Urgency(Frozen):
    """What the deadline badge says (UX 4), in business time."""

    state: Literal["overdue", "today", "tomorrow", "later"]
    """`tomorrow` = due on the next business day, which after a Friday is Monday."""
    business_days: int
    """Open days left; for `overdue` open days since (0 until the next open day)."""
    remaining: timedelta
    """Opening hours left; it stands still while the desk is closed, and is zero when overdue."""


def due(rule: Rule, events: Events, calendar: Calendar, *, after_hours_rollover: bool = False) -> Due:
    """Apply a rule to what has happened.

    With `after_hours_rollover` an event after closing time or on a closed day counts
    as one of the next business day; this is a setting of the city, off by default.
    """
    event = events.get(rule.event)
    if event is None:
        return Due(pending=_waiting_for(rule))
    match rule:
        case AfterBusinessDays():
            return _after_business_days(rule, event, calendar, after_hours_rollover)
        case AtEvent():
            return _at_event(event, calendar)
        case MonthlyDay():
            return _rolled(_day(event).replace(day=rule.day), rule.roll, calendar)
        case EndOfFollowingMonth():
            return _rolled(_end_of_following_month(_day(event)), rule.roll, calendar)


def urgency(due_at: datetime, now: datetime, calendar: Calendar) -> Urgency:
    """Say how pressing a due moment is."""
    today, due_day = local_day(now), local_day(due_at)
    left = calendar.business_days_between(today, due_day)
    if now > due_at:
        return Urgency(state="overdue", business_days=max(-left, 0), remaining=timedelta())
    state: Literal["today", "tomorrow", "later"] = "later"
    if due_day == today:
        state = "today"
    elif left <= 1:
        state = "tomorrow"
    return Urgency(state=state, business_days=left, remaining=calendar.business_time_between(now, due_at))


def _waiting_for(rule: Rule) -> str:
    if isinstance(rule, AfterBusinessDays):
        unit = "day" if rule.business_days == 1 else "days"
        return f"{rule.event} + {rule.business_days} business {unit}"
    return rule.event


def _after_business_days(
    rule: AfterBusinessDays, event: date | datetime, calendar: Calendar, rollover: bool
) -> Due:
    happened, start = _day(event), _start(event, calendar, rollover)
    last = calendar.add_business_days(start, rule.business_days)
    notes = (
        *(_before_start(day, calendar) for day in days(happened, start - timedelta(days=1))),
        DayNote(day=start, counts=False, why="event"),
        *(_note(day, calendar) for day in days(start + timedelta(days=1), last)),
    )
    return _ending(last, notes, calendar)


def _start(event: date | datetime, calendar: Calendar, rollover: bool) -> date:
    if not rollover:
        return _day(event)
    return calendar.starting_day(event) if isinstance(event, datetime) else calendar.next_open(event)


def _before_start(day: date, calendar: Calendar) -> DayNote:
    # Only the day of the event itself can be open here: it was too late on it.
    closed = calendar.why_closed(day)
    return DayNote(day=day, counts=False, why=closed or "after-hours", name=calendar.holiday_name(day))


def _at_event(event: date | datetime, calendar: Calendar) -> Due:
    day = _day(event)
    result = _ending(day, (DayNote(day=day, counts=True, why="due"),), calendar)
    if isinstance(event, datetime) and event > calendar.closing_at(day):
        return result.model_copy(update={"at": event})
    return result


def _rolled(nominal: date, roll: Roll, calendar: Calendar) -> Due:
    last = nominal
    if roll != "none":
        last = calendar.previous_open(nominal) if roll == "previous" else calendar.next_open(nominal)
    between = days(min(nominal, last), max(nominal, last))
    notes = [_note(day, calendar) for day in between if day != last]
    notes.append(DayNote(day=last, counts=True, why="due"))
    return _ending(last, tuple(sorted(notes, key=lambda note: note.day)), calendar)


def _ending(day: date, because: tuple[DayNote, ...], calendar: Calendar) -> Due:
    return Due(day=day, at=calendar.closing_at(day), because=because)


def _note(day: date, calendar: Calendar) -> DayNote:
    closed = calendar.why_closed(day)
    if closed is None:
        return DayNote(day=day, counts=True, why="counts")
    return DayNote(day=day, counts=False, why=closed, name=calendar.holiday_name(day))


def _day(event: date | datetime) -> date:
    return local_day(event) if isinstance(event, datetime) else event


def _end_of_following_month(day: date) -> date:
    months = day.year * 12 + day.month + 1
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
