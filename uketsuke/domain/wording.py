"""How days and moments are written for people (UX 2): console, letters, reports."""

from __future__ import annotations

from datetime import date, datetime

from uketsuke.domain.calendar import local, local_day
from uketsuke.domain.date_styles import WEEKDAYS
from uketsuke.domain.eras import era_year


def console_day(day: date, today: date) -> str:
    """Write a day for the console: `4/6(月)`, with its year only when it is another than today's."""
    year = "" if day.year == today.year else f"{day.year}/"
    return f"{year}{day.month}/{day.day}({WEEKDAYS[day.weekday()]})"


def console_time(at: datetime, now: datetime) -> str:
    """Write a moment for the console, as clocks in Japan show it: `4/6(月) 17:30`."""
    return f"{console_day(local_day(at), local_day(now))} {local(at):%H:%M}"


def letter_day(day: date) -> str:
    """Write a day for letters and requesters' pages: `11月27日（金）`."""
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def letter_until(at: datetime) -> str:
    """Write a limit for letters and requesters' pages: `11月27日（金）17時30分まで`."""
    here = local(at)
    minutes = f"{here.minute}分" if here.minute else ""
    return f"{letter_day(here.date())}{here.hour}時{minutes}まで"


def wareki(day: date) -> str:
    """Write a day in its era, for reports: `令和8年11月27日`, `令和元年5月1日`."""
    return f"{wareki_month(day)}{day.day}日"


def wareki_month(day: date) -> str:
    """Write a day's month in its era, for reports: `令和8年11月`."""
    era, year = era_year(day)
    return f"{era}{'元' if year == 1 else year}年{day.month}月"
