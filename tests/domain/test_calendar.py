"""Business days and hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.days import CALENDAR, HOLIDAYS
from uketsuke.domain.calendar import JST, Calendar, NeverOpen, local_day

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
counts = st.integers(1, 40)
moments = st.datetimes(datetime(2026, 4, 1), datetime(2026, 6, 1)).map(lambda at: at.replace(tzinfo=JST))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 4, 3), None),
        (date(2026, 4, 4), "saturday"),
        (date(2026, 4, 5), "sunday"),
        (date(2026, 4, 29), "holiday"),
        (date(2026, 5, 3), "holiday"),
        (date(2026, 1, 2), "year-end"),
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), "year-end"),
        (date(2026, 12, 31), "year-end"),
        (date(2027, 1, 1), "holiday"),
        (date(2027, 1, 4), None),
    ],
)
def test_a_closed_day_says_why(day: date, why: str | None) -> None:
    assert CALENDAR.why_closed(day) == why


def test_a_holiday_has_its_name() -> None:
    assert CALENDAR.holiday_name(date(2026, 4, 29)) == "昭和の日"


def test_a_special_opening_beats_every_closing() -> None:
    calendar = Calendar(HOLIDAYS, special_openings=frozenset({date(2026, 4, 29), date(2026, 4, 4)}))
    assert calendar.is_open(date(2026, 4, 29))
    assert calendar.next_open(date(2026, 4, 4)) == date(2026, 4, 4)


def test_a_city_may_have_no_year_end_closing_or_one_within_a_year() -> None:
    assert Calendar(closed_from_md=None).is_open(date(2026, 12, 30))
    assert Calendar(closed_from_md="08-12", closed_to_md="08-14").why_closed(date(2026, 8, 13)) == "year-end"


def test_the_calendar_knows_how_far_its_holidays_reach() -> None:
    assert CALENDAR.known_until == date(2027, 12, 31)
    assert Calendar().known_until is None


def test_a_calendar_without_any_open_day_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(NeverOpen) as caught:
        Calendar(closed_from_md="01-01", closed_to_md="12-31").next_open(date(2026, 4, 1))
    assert caught.value.day == date(2026, 4, 1)


@given(days, counts)
def test_adding_and_counting_agree(day: date, n: int) -> None:
    end = CALENDAR.add_business_days(day, n)
    assert CALENDAR.is_open(end)
    assert CALENDAR.business_days_between(day, end) == n


@given(days, counts, counts)
def test_adding_in_two_steps_is_adding_at_once(day: date, n: int, m: int) -> None:
    twice = CALENDAR.add_business_days(CALENDAR.add_business_days(day, n), m)
    assert twice == CALENDAR.add_business_days(day, n + m)


@given(days, days, counts)
def test_an_earlier_start_never_ends_later(a: date, b: date, n: int) -> None:
    first, second = sorted((a, b))
    assert CALENDAR.add_business_days(first, n) <= CALENDAR.add_business_days(second, n)


@given(days, days)
def test_counting_back_is_counting_forward_with_the_other_sign(a: date, b: date) -> None:
    assert CALENDAR.business_days_between(a, b) == -CALENDAR.business_days_between(b, a)


@given(days)
def test_the_next_and_the_previous_open_day_enclose_a_day(day: date) -> None:
    before, after = CALENDAR.previous_open(day), CALENDAR.next_open(day)
    assert before <= day <= after
    assert (before == day) == CALENDAR.is_open(day) == (after == day)


@pytest.mark.parametrize(
    ("at", "within"),
    [
        (time(8, 44, 59), False),
        (time(8, 45), True),
        (time(17, 29, 59), True),
        (time(17, 30), False),
    ],
)
def test_ap_02_hours_end_at_half_past_five(at: time, within: bool) -> None:
    assert CALENDAR.is_within_hours(datetime.combine(date(2026, 4, 3), at, JST)) is within
    assert not CALENDAR.is_within_hours(datetime.combine(date(2026, 4, 4), at, JST))


def test_hours_are_those_of_japan_whatever_the_zone_of_the_moment() -> None:
    assert CALENDAR.is_within_hours(datetime(2026, 4, 3, 0, 0, tzinfo=UTC))
    assert local_day(datetime(2026, 4, 2, 15, 0, tzinfo=UTC)) == date(2026, 4, 3)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        local_day(datetime(2026, 4, 3, 9, 0))


@given(moments, moments, moments)
def test_business_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    first, second, third = sorted((a, b, c))
    parts = CALENDAR.business_time_between(first, second) + CALENDAR.business_time_between(second, third)
    assert parts == CALENDAR.business_time_between(first, third)


def test_an_open_day_has_eight_hours_and_three_quarters() -> None:
    start = datetime(2026, 4, 3, 0, 0, tzinfo=JST)
    assert CALENDAR.business_time_between(start, start + timedelta(days=3)) == timedelta(hours=8, minutes=45)
