"""When a call back was promised, and what a note says of an inquiry (UX AP-86)."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.domain.days import CALENDAR
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.inquiry import Act, Category, Taken, question_of, read_call_time, taken_of, title_of

NOW = datetime(2026, 12, 10, 14, 0, tzinfo=JST)
"""A Thursday."""


@pytest.mark.parametrize(
    ("typed", "day", "hour", "minute"),
    [
        ("15:00", 10, 15, 0),
        ("１５：３０", 10, 15, 30),
        ("15時半", 10, 15, 30),
        ("午後3時", 10, 15, 0),
        ("本日 16時10分", 10, 16, 10),
        ("明日 9:15", 11, 9, 15),
        ("12/11(金) 午前10時", 11, 10, 0),
        ("12月11日 午後0時15分", 11, 12, 15),
        ("12/14 PM 1:05", 14, 13, 5),
        ("明日の朝9時ごろ", 11, 9, 0),
        ("明日、１７：４５に", 11, 17, 45),
    ],
)
def test_a_call_time_is_read_as_people_write_it(typed: str, day: int, hour: int, minute: int) -> None:
    found = read_call_time(typed, NOW, CALENDAR)
    assert (found.fault, found.at) == (None, datetime(2026, 12, day, hour, minute, tzinfo=JST))


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "missing"),
        ("明日", "missing"),
        ("3時間後", "missing"),
        ("13:59", "past"),
        ("14:00", "past"),
        ("12/9 15:00", "past"),
        ("25:00", "unclear"),
        ("15:75", "unclear"),
        ("午後15時", "unclear"),
        ("2/30 15:00", "unclear"),
        ("12/11(土) 15:00", "unclear"),
        ("12/12 15:00", "closed"),
        ("12/30 10:00", "closed"),
        ("金曜の15時", "unclear"),
        ("週明け16時", "unclear"),
        ("10日後 16時", "unclear"),
        ("16時30", "unclear"),
        ("明日10時か11時", "unclear"),
        ("明日 10:00-11:00", "unclear"),
        ("明日 3時", "early"),
        ("明日午後の3時", "early"),
    ],
)
def test_what_is_no_possible_call_time_says_why(typed: str, fault: str) -> None:
    found = read_call_time(typed, NOW, CALENDAR)
    assert (found.fault, found.at) == (fault, None)


def note(**taken: str) -> Content:
    return Content(channel=Channel.NOTE, extra={"inquiry": json.dumps(taken)})


def test_what_an_operator_entered_comes_back_from_the_note() -> None:
    taken = Taken(question="印刷できない", act=Act.CALL_BACK, category=Category.DEVICE, number="0312", at=NOW)
    assert taken_of(note(**taken.written())) == taken
    assert question_of(note(**taken.written())) == "印刷できない"


@pytest.mark.parametrize("taken", [{}, {"act": "answer"}, {"question": "?", "act": "delete"}])
def test_a_note_that_says_nothing_of_the_kind_is_none(taken: dict[str, str]) -> None:
    assert taken_of(note(**taken)) is None
    assert taken_of(Content(channel=Channel.NOTE, extra={"inquiry": "{"})) is None


def test_an_inquiry_is_called_by_its_subject_or_the_beginning_of_its_question() -> None:
    mail = Content(channel=Channel.MAIL, subject="VPNについて", text="つながりますか。\n")
    assert (title_of(mail), question_of(mail)) == ("VPNについて", "つながりますか。")
    long = title_of(note(question="あ" * 80, act="answer"))
    assert (len(long), long[-1]) == (40, "…")
