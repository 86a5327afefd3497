"""The deadline badge: four states, each with its words and its colour (UX 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from uketsuke.console.words import Words
from uketsuke.domain.calendar import Calendar, local, local_day
from uketsuke.domain.deadline import Urgency, urgency
from uketsuke.domain.wording import console_day, console_time

CSS = {"overdue": "over", "today": "today", "tomorrow": "soon", "later": ""}


@dataclass(frozen=True)
class Badge:
    """What the badge shows: a heading, a line below it, and the colour's class."""

    css: str
    head: str
    detail: str


def badge(
    due_at: datetime | None, now: datetime, calendar: Calendar, words: Words, what: str = ""
) -> Badge | None:
    """The badge for a moment at which something is due, `what` naming it; None without one.

    What remains is counted in opening hours, so it stands still while the desk is closed (AP-2).
    """
    if due_at is None:
        return None
    how = urgency(due_at, now, calendar)
    detail = _detail(how, due_at, now, words)
    if what:
        detail = words("due.of", detail=detail, what=what)
    return Badge(CSS[how.state], _head(how, due_at, now, words), detail)


def _head(how: Urgency, due_at: datetime, now: datetime, words: Words) -> str:
    day = console_day(local_day(due_at), local_day(now))
    match how.state:
        case "overdue":
            return (
                words("due.overdue", days=how.business_days) if how.business_days else words("due.just-over")
            )
        case "today":
            return words("due.today", time=f"{local(due_at):%H:%M}")
        case "tomorrow" if local_day(due_at) - local_day(now) == timedelta(days=1):
            return words("due.tomorrow", day=day)
        case _:
            return day


def _detail(how: Urgency, due_at: datetime, now: datetime, words: Words) -> str:
    match how.state:
        case "overdue":
            return words("due.until", at=console_time(due_at, now))
        case "today":
            hours, minutes = divmod(int(how.remaining.total_seconds()) // 60, 60)
            return words("due.left-hours" if hours else "due.left-minutes", hours=hours, minutes=minutes)
        case _:
            return words("due.left-days", days=how.business_days)
