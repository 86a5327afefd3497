"""Inquiries (問合せ): a question that a person answers; it leads to no plan (DESIGN 5, UX AP-86)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError

from uketsuke.domain.calendar import JST, Calendar, local, local_day
from uketsuke.domain.clock_times import read_time, without_time
from uketsuke.domain.content import Content, Frozen
from uketsuke.domain.dates import read_date

TAKEN = "inquiry"
"""Name under which a note carries what its operator did with the question."""
CALL_BACK = "inquiry.call-back"
"""What is due when somebody is to be called back."""
LONGEST_TITLE = 40
_BLANK, _BESIDE = re.compile(r"[\s、,。]"), re.compile(r"の?[朝昼]?の?(?:頃|ごろ|ころ)?に?")
"""What may stand beside day and time; anything else says more than was understood (金曜の, か11時)."""


class Category(StrEnum):
    """What an inquiry is about."""

    OPERATION = "operation"
    TROUBLE = "trouble"
    ACCOUNT = "account"
    DEVICE = "device"
    NETWORK = "network"
    PROCEDURE = "procedure"
    OTHER = "other"


class AnswerWay(StrEnum):
    """How somebody was told the answer."""

    LETTER = "letter"
    PHONE = "phone"
    COUNTER = "counter"


class Act(StrEnum):
    """What an operator did with a question while the caller was there."""

    ANSWER = "answer"
    CALL_BACK = "call-back"
    HAND_OVER = "hand-over"


class Taken(Frozen):
    """What an operator entered beside the caller's words; every text as it was typed."""

    question: str
    act: Act
    category: Category | None = None
    way: AnswerWay = AnswerWay.PHONE
    """How the caller was there: on the phone or at the counter."""
    answer: str = ""
    number: str = ""
    """Where to call back."""
    at: datetime | None = None
    """When to call back."""
    to: str = ""
    """Section or person that it was handed over to."""
    handed: str = ""
    """What they are asked."""

    def written(self) -> dict[str, str]:
        """The values for the note's bytes; what is empty is left out."""
        return {name: text for name, text in self.model_dump(mode="json").items() if text}


def taken_of(content: Content) -> Taken | None:
    """What the operator of a note did; None where the message is no such note."""
    try:
        return Taken.model_validate(json.loads(content.extra.get(TAKEN, "null")))
    except (ValidationError, ValueError):
        return None


def question_of(content: Content) -> str:
    """The question as it was asked: of a note what its operator wrote down, else what the sender wrote."""
    taken = taken_of(content)
    if taken is not None:
        return taken.question
    return (content.text or content.full_text).strip() or content.subject


def title_of(content: Content) -> str:
    """What the desk calls an inquiry: its subject, else how the question begins."""
    words = " ".join((content.subject or question_of(content)).split())
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1]}…"


class CallTime(Frozen):
    """When somebody will be called back, or why the words do not say so.

    `fault`: `missing` (no time of day), `unclear` (no possible day or time, or more than was
    understood), `past`, `closed`, `early` (before the desk opens: 3時 in the afternoon is 15時).
    """

    at: datetime | None = None
    fault: str | None = None


def read_call_time(text: str, now: datetime, calendar: Calendar) -> CallTime:
    """Read 「15時半」「明日 10:00」「12/11 午後3時」, seen from `now`; without a day it is today in Japan."""
    today = local_day(now)
    reading = read_date(text, today)
    clock = read_time(text)
    if clock is None:
        return CallTime(fault="missing")
    day = reading.value if reading else today
    if day is None or (reading and reading.concern) or clock.value is None:
        return CallTime(fault="unclear")
    rest = text if reading is None else f"{text[: reading.start]} {text[reading.end :]}"
    if not _BESIDE.fullmatch(_BLANK.sub("", without_time(rest))):
        return CallTime(fault="unclear")
    at = datetime.combine(day, clock.value, JST)
    if at <= local(now):
        return CallTime(fault="past")
    if not calendar.is_open(day):
        return CallTime(fault="closed")
    return CallTime(at=at) if clock.value >= calendar.opening else CallTime(fault="early")
