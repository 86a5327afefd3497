"""Dates as Japanese staff write them, read by our own grammar (DESIGN 13).

General libraries read 12月3日 as 2012-03-20. Here a text either is a date, looks
like one that does not exist (`impossible-date`), or is none; what could mean two
days says so in its concern. Phone numbers, asset numbers, versions, fractions,
durations and times are no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from uketsuke.domain.content import Frozen
from uketsuke.domain.date_styles import STYLES, WEEKDAYS, Found
from uketsuke.domain.text import fold_marked

# After a date: its weekday, then the half of the day. Both belong to what was read.
_TAIL = re.compile(
    r"(?:[ ]{0,3}(?:\((?P<bracketed>[月火水木金土日])(?:曜日?)?(?:[・,、/ ]?(?:祝日?|休))?\)"
    r"|(?P<plain>[月火水木金土日])曜日?))?"
    r"(?:[ の、,]{0,3}(?P<part>午前|午後|AM|PM|am|pm)(?P<both>(?:[・、,/~]|か|でも|または)(?:午前|午後))?)?"
)
_PARTS: dict[str, Literal["am", "pm"]] = {"午前": "am", "am": "am", "午後": "pm", "pm": "pm"}

# 12/4か5, 12月4日・5日, 来週火曜か水曜: a second day that is no date by itself.
_SECOND_DAY = re.compile(
    r"[ ]{0,3}(?:[,、・~-]|か|または|もしくは|から|or)[ ]{0,3}"
    r"(?:[0-9]{1,2}[ ]{0,3}(?:日|$|[(にので、,。])|[月火水木金土日]曜)"
)

# Words that make a date a limit, a guess or the opposite of a wish.
_SUFFIXES = (
    ("excluded-date", re.compile(r"[ ]{0,3}(?:以外|を除|は不可|はNG|は都合が悪|は無理|ではなく|でなく)")),
    ("open-ended", re.compile(r"[ ]{0,3}(?:以降|以後|から|より後)")),
    ("until-date", re.compile(r"[ ]{0,3}(?:まで|以前|より前)")),
    ("inexact-date", re.compile(r"[ ]{0,3}(?:頃|ごろ|ころ|前後|あたり|辺り|過ぎ|すぎ)")),
)


class DateReading(Frozen):
    """A date that was found in a text.

    `concern` is None, or why an operator must look: `impossible-date` (value None),
    `several-dates`, `weekday-contradiction`, `year-contradiction`, `era-mismatch`,
    `ambiguous-week`, `excluded-date`, `open-ended`, `until-date`, `inexact-date`.
    """

    value: date | None
    rule: str
    """The style it was read by: `full-date`, `era-date`, `month-day`, `day-of-month`,
    `day-of-named-month`, `month-end`, `relative-day`, `relative-weekday`."""
    concern: str | None = None
    start: int
    """Where it stands in the text as given, weekday and half of the day included."""
    end: int
    part_of_day: Literal["am", "pm"] | None = None


def read_date(text: str, on: date) -> DateReading | None:
    """Read the date that a text names, seen from the day `on` (when it was written); None if it names none.

    A day without a year is its next occurrence, or the last one where that is at
    most 30 days ago; the rules of the field then say whether a past day is wrong.
    Where the text names different days the first is given, with `several-dates`.
    """
    readings = read_dates(text, on)
    if not readings:
        return None
    first = readings[0]
    if len({reading.value for reading in readings}) > 1:
        return first.model_copy(update={"concern": "several-dates"})
    return first


def read_dates(text: str, on: date) -> tuple[DateReading, ...]:
    """Read every date that a text names, in their order."""
    marked = fold_marked(text)
    readings = []
    for found in _leftmost(marked.text, on):
        tail = _TAIL.match(marked.text, found.end)
        end = tail.end() if tail else found.end
        start, end_in_text = marked.span(found.start, end)
        readings.append(
            DateReading(
                value=found.value,
                rule=found.rule,
                concern=_concern(found, tail, marked.text[end : end + 12]),
                start=start,
                end=end_in_text,
                part_of_day=_part(tail),
            )
        )
    return tuple(readings)


def _leftmost(text: str, on: date) -> Iterator[Found]:
    """Take what begins first, the longest of it, and nothing that overlaps."""
    found = [one for style in STYLES for one in style.find(text, on)]
    end = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            yield one
            end = one.end


def _concern(found: Found, tail: re.Match[str] | None, rest: str) -> str | None:
    if found.value is None:
        return "impossible-date"
    if _SECOND_DAY.match(rest):
        return "several-dates"
    weekday = tail and (tail["bracketed"] or tail["plain"])
    if weekday and WEEKDAYS.index(weekday) != found.value.weekday():
        return "weekday-contradiction"
    if found.concern:
        return found.concern
    return next((code for code, pattern in _SUFFIXES if pattern.match(rest)), None)


def _part(tail: re.Match[str] | None) -> Literal["am", "pm"] | None:
    if tail is None or tail["part"] is None or tail["both"]:
        return None
    return _PARTS[tail["part"].lower()]
