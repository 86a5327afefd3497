"""Times of day as Japanese staff write them: 15:30, 15時半, 午後3時, ３：００."""

from __future__ import annotations

import re
from datetime import time

from uketsuke.domain.content import Frozen
from uketsuke.domain.text import fold

_TIME = re.compile(
    r"(?P<half>午前|午後|AM|PM)?[ ]{0,2}(?<![0-9])(?P<hour>[0-9]{1,2})"
    r"(?:[ ]?:[ ]?(?P<minute>[0-9]{2})(?![0-9:])|時(?!間)(?:(?P<thirty>半)|(?P<minutes>[0-9]{1,2})分)?)",
    re.IGNORECASE,
)


class ClockTime(Frozen):
    """A time of day that was found; `value` is None where no clock shows it (25:00, 午後13時)."""

    value: time | None


def without_time(text: str) -> str:
    """The text, folded, without the first time of day that it names."""
    return _TIME.sub("", fold(text), count=1)


def read_time(text: str) -> ClockTime | None:
    """The first time of day that a text names, by the 24-hour clock; None if it names none."""
    found = _TIME.search(fold(text))
    if found is None:
        return None
    hour = int(found["hour"])
    minute = 30 if found["thirty"] else int(found["minute"] or found["minutes"] or 0)
    half = (found["half"] or "").upper()
    if half and hour > 12:
        return ClockTime(value=None)
    if half in ("午後", "PM") and hour < 12:
        hour += 12
    elif half in ("午前", "AM") and hour == 12:
        hour = 0
    return ClockTime(value=time(hour, minute) if hour < 24 and minute < 60 else None)
