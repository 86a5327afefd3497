"""Deadlines: when something is due, why, and how pressing it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.domain.days import CALENDAR
from uketsuke.domain.calendar import JST
from uketsuke.domain.deadline import (
    AfterBusinessDays,
    AtEvent,
    EndOfFollowingMonth,
    MonthlyDay,
    Rule,
    due,
    urgency,
)


def at(text: str) -> datetime:
    """A moment in Japan: `2026-04-03 16:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def due_day(applied: str, business_days: int, **options: bool) -> date | None:
    """The day a step is due that counts from the application."""
    rule = AfterBusinessDays(event="applied", business_days=business_days)
    return due(rule, {"applied": at(applied)}, CALENDAR, **options).day


def test_ap_01_the_next_business_day_after_a_friday_is_monday() -> None:
    assert due_day("2026-04-03 16:00", 1) == date(2026, 4, 6)


def test_ap_01_three_business_days_skip_a_holiday() -> None:
    assert due_day("2026-04-28 10:00", 3) == date(2026, 5, 7)
    assert due_day("2026-04-27 10:00", 3) == date(2026, 5, 1)


# (applied, business days, due): every date of the catalogue's samples whose rule is
# {after: applied, business_days: n}, deadline_urgent and deadline_otherwise included.
CATALOGUE = [
    ("2027-02-08 08:40", 1, "2027-02-09"),
    ("2027-02-09 16:20", 1, "2027-02-10"),
    ("2027-02-10 10:05", 1, "2027-02-12"),
    ("2027-02-12 09:10", 1, "2027-02-15"),
    ("2026-12-10 10:00", 1, "2026-12-11"),
    ("2026-12-11 16:50", 1, "2026-12-14"),
    ("2026-12-16 22:40", 1, "2026-12-17"),
    ("2026-11-20 10:12", 1, "2026-11-24"),
    ("2026-11-24 15:40", 1, "2026-11-25"),
    ("2026-11-24 17:20", 1, "2026-11-25"),
    ("2027-04-06 09:15", 3, "2027-04-09"),
    ("2026-12-01 11:30", 1, "2026-12-02"),
    ("2026-12-02 17:02", 1, "2026-12-03"),
    ("2026-12-03 14:20", 3, "2026-12-08"),
    ("2026-12-03 15:01", 3, "2026-12-08"),
    ("2026-12-08 14:25", 1, "2026-12-09"),
    ("2026-12-04 16:55", 1, "2026-12-07"),
    ("2026-12-07 10:02", 1, "2026-12-08"),
    ("2026-12-14 10:45", 1, "2026-12-15"),
    ("2026-12-10 09:05", 2, "2026-12-14"),
    ("2026-12-09 10:00", 2, "2026-12-11"),
    ("2026-12-09 17:25", 2, "2026-12-11"),
    ("2026-12-11 11:40", 2, "2026-12-15"),
    ("2026-12-11 16:10", 2, "2026-12-15"),
    ("2026-12-14 09:50", 5, "2026-12-21"),
    ("2026-12-14 15:30", 5, "2026-12-21"),
    ("2026-12-15 10:20", 3, "2026-12-18"),
    ("2026-12-28 16:45", 3, "2027-01-06"),
    ("2026-12-16 09:31", 1, "2026-12-17"),
    ("2026-12-16 17:18", 1, "2026-12-17"),
    ("2026-12-17 10:00", 2, "2026-12-21"),
    ("2026-12-17 13:00", 2, "2026-12-21"),
    ("2026-12-18 09:10", 2, "2026-12-22"),
    ("2026-12-18 11:10", 2, "2026-12-22"),
    ("2026-12-21 10:30", 2, "2026-12-23"),
    ("2026-12-21 14:00", 2, "2026-12-23"),
]


@pytest.mark.parametrize(("applied", "business_days", "expected"), CATALOGUE)
def test_due_dates_are_those_of_the_catalogue(applied: str, business_days: int, expected: str) -> None:
    assert due_day(applied, business_days) == date.fromisoformat(expected)


def test_a_step_is_due_at_closing_time() -> None:
    rule = AfterBusinessDays(event="applied", business_days=1)
    assert due(rule, {"applied": date(2026, 4, 3)}, CALENDAR).at == at("2026-04-06 17:30")


def test_ap_71_a_deadline_explains_itself_day_by_day() -> None:
    rule = AfterBusinessDays(event="applied", business_days=2)
    notes = due(rule, {"applied": at("2026-11-20 10:12")}, CALENDAR).because
    assert [(note.day.day, note.counts, note.why, note.name) for note in notes] == [
        (20, False, "event", None),
        (21, False, "saturday", None),
        (22, False, "sunday", None),
        (23, False, "holiday", "勤労感謝の日"),
        (24, True, "counts", None),
        (25, True, "counts", None),
    ]


@given(st.dates(date(2026, 1, 1), date(2027, 6, 30)), st.integers(0, 20))
def test_the_days_that_count_are_as_many_as_the_rule_says(day: date, n: int) -> None:
    rule = AfterBusinessDays(event="applied", business_days=n)
    result = due(rule, {"applied": day}, CALENDAR)
    assert sum(note.counts for note in result.because) == n
    assert [note.day for note in result.because] == [
        day + timedelta(days=count) for count in range(len(result.because))
    ]
    assert result.because[-1].day == result.day


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        ("2026-04-02 17:29", "2026-04-03"),
        ("2026-04-02 17:30", "2026-04-06"),
        ("2026-04-03 18:00", "2026-04-07"),
        ("2026-04-04 10:00", "2026-04-07"),
        ("2026-04-03 06:00", "2026-04-06"),
    ],
)
def test_what_comes_after_hours_rolls_over_only_where_the_city_wants_it(applied: str, expected: str) -> None:
    assert due_day(applied, 1, after_hours_rollover=True) == date.fromisoformat(expected)
    assert due_day("2026-04-02 17:30", 1) == date(2026, 4, 3)


def test_a_rolled_over_start_is_explained_too() -> None:
    rule = AfterBusinessDays(event="applied", business_days=1)
    result = due(rule, {"applied": at("2026-04-03 18:00")}, CALENDAR, after_hours_rollover=True)
    assert [note.why for note in result.because] == ["after-hours", "saturday", "sunday", "event", "counts"]


@pytest.mark.parametrize(
    ("rule", "pending"),
    [
        (AtEvent(event="agreed"), "agreed"),
        (
            AfterBusinessDays(event="dept_check_passed", business_days=2),
            "dept_check_passed + 2 business days",
        ),
    ],
)
def test_what_has_not_happened_is_pending_and_has_no_date(rule: Rule, pending: str) -> None:
    for events in ({}, {rule.event: None}):
        result = due(rule, events, CALENDAR)
        assert (result.day, result.at, result.pending, result.because) == (None, None, pending, ())


def test_a_designated_day_is_kept_also_when_it_is_closed() -> None:
    saturday = date(2026, 10, 10)
    result = due(AtEvent(event="designated_date"), {"designated_date": saturday}, CALENDAR)
    assert (result.day, result.at) == (saturday, at("2026-10-10 17:30"))


def test_what_happens_after_closing_time_is_not_overdue_before_it_happened() -> None:
    result = due(AtEvent(event="agreed"), {"agreed": at("2026-04-03 18:00")}, CALENDAR)
    assert (result.day, result.at) == (date(2026, 4, 3), at("2026-04-03 18:00"))


@pytest.mark.parametrize(
    ("rule", "month", "expected"),
    [
        (MonthlyDay(day=20), date(2026, 12, 1), date(2026, 12, 18)),
        (MonthlyDay(day=20, roll="next"), date(2026, 12, 1), date(2026, 12, 21)),
        (MonthlyDay(day=20, roll="none"), date(2026, 12, 1), date(2026, 12, 20)),
        (MonthlyDay(day=10), date(2026, 12, 8), date(2026, 12, 10)),
        (MonthlyDay(day=10), date(2027, 1, 8), date(2027, 1, 8)),
        (MonthlyDay(day=20), date(2027, 1, 1), date(2027, 1, 20)),
        (EndOfFollowingMonth(), date(2026, 11, 1), date(2026, 12, 28)),
        (EndOfFollowingMonth(), date(2026, 12, 15), date(2027, 1, 29)),
        (EndOfFollowingMonth(roll="none"), date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_monthly_days_roll_to_an_open_day_as_the_catalogue_says(
    rule: Rule, month: date, expected: date
) -> None:
    result = due(rule, {"period": month}, CALENDAR)
    assert result.day == expected
    assert [note.counts for note in result.because if note.day == expected] == [True]


def test_a_rule_is_stored_and_read_back_by_its_kind() -> None:
    adapter: TypeAdapter[Rule] = TypeAdapter(Rule)
    rule = AfterBusinessDays(event="applied", business_days=1)
    assert adapter.validate_json(adapter.dump_json(rule)) == rule
    with pytest.raises(ValidationError):
        adapter.validate_python({"kind": "sometime", "event": "applied"})


DUE = at("2026-04-06 17:30")  # a Monday


@pytest.mark.parametrize(
    ("now", "state", "business_days", "remaining"),
    [
        ("2026-04-02 16:00", "later", 2, timedelta(hours=1.5 + 8.75 + 8.75)),
        ("2026-04-03 16:00", "tomorrow", 1, timedelta(hours=1.5 + 8.75)),
        ("2026-04-05 12:00", "tomorrow", 1, timedelta(hours=8.75)),
        ("2026-04-06 14:20", "today", 0, timedelta(hours=3, minutes=10)),
        ("2026-04-06 17:30", "today", 0, timedelta()),
        ("2026-04-06 17:31", "overdue", 0, timedelta()),
        ("2026-04-07 08:00", "overdue", 1, timedelta()),
        ("2026-04-13 09:00", "overdue", 5, timedelta()),
    ],
)
def test_the_badge_counts_business_time(
    now: str, state: str, business_days: int, remaining: timedelta
) -> None:
    found = urgency(DUE, at(now), CALENDAR)
    assert (found.state, found.business_days, found.remaining) == (state, business_days, remaining)


@given(st.timedeltas(timedelta(), timedelta(hours=15, minutes=15)))
def test_ap_02_what_is_left_does_not_shrink_while_the_desk_is_closed(later: timedelta) -> None:
    evening = at("2026-04-02 17:30")
    assert urgency(DUE, evening + later, CALENDAR).remaining == urgency(DUE, evening, CALENDAR).remaining


def test_ap_02_what_is_left_shrinks_while_the_desk_is_open() -> None:
    morning, later = at("2026-04-03 08:45"), at("2026-04-03 08:46")
    left = urgency(DUE, morning, CALENDAR).remaining - urgency(DUE, later, CALENDAR).remaining
    assert left == timedelta(minutes=1)
