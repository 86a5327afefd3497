"""Days and moments as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from uketsuke.domain.calendar import JST
from uketsuke.domain.wording import (
    console_day,
    console_time,
    letter_day,
    letter_until,
    wareki,
    wareki_month,
)

TODAY = date(2026, 11, 20)


def test_the_console_shows_a_day_short_and_its_year_only_when_it_differs() -> None:
    assert console_day(date(2026, 4, 6), TODAY) == "4/6(月)"
    assert console_day(date(2027, 1, 4), TODAY) == "2027/1/4(月)"


def test_the_console_shows_the_time_of_japan() -> None:
    now = datetime(2026, 4, 3, 16, 0, tzinfo=JST)
    assert console_time(datetime(2026, 4, 6, 8, 30, tzinfo=UTC), now) == "4/6(月) 17:30"
    assert console_time(datetime(2026, 4, 6, 0, 5, tzinfo=UTC), now) == "4/6(月) 09:05"


def test_whether_the_year_differs_is_asked_in_japan_too() -> None:
    new_year = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert console_time(new_year, new_year) == "1/1(金) 00:00"


def test_letters_write_days_and_limits_out() -> None:
    assert letter_day(date(2026, 11, 27)) == "11月27日（金）"
    assert letter_until(datetime(2026, 11, 27, 8, 30, tzinfo=UTC)) == "11月27日（金）17時30分まで"
    assert letter_until(datetime(2026, 11, 27, 17, 0, tzinfo=JST)) == "11月27日（金）17時まで"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 27), "令和8年11月27日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
    ],
)
def test_reports_write_days_in_their_era(day: date, written: str) -> None:
    assert wareki(day) == written
    assert written.startswith(wareki_month(day))


def test_a_day_before_the_known_eras_is_refused() -> None:
    with pytest.raises(ValueError, match="no era"):
        wareki(date(1926, 12, 24))
