"""The holidays library against a second one."""

from __future__ import annotations

from datetime import date, datetime

import jpholiday
import pytest

from uketsuke.connectors.holidays import japanese_holidays


def second_opinion(year: int) -> dict[date, str]:
    """What jpholiday says, under plain days."""
    found: dict[date, str] = {}
    for day, name in jpholiday.year_holidays(year):
        found[day.date() if isinstance(day, datetime) else day] = name
    return found


@pytest.mark.parametrize("year", range(2020, 2036))
def test_two_libraries_agree_on_the_days_and_names_of_a_year(year: int) -> None:
    ours, theirs = japanese_holidays([year]), second_opinion(year)
    assert set(ours) == set(theirs)
    # The second one says which holiday a substitute stands for; the law does not.
    assert {day: name for day, name in ours.items() if not theirs[day].endswith(name)} == {}


def test_several_years_come_in_order_and_with_japanese_names() -> None:
    found = japanese_holidays([2027, 2026])
    assert list(found) == sorted(found)
    assert (found[date(2026, 11, 23)], found[date(2027, 3, 22)]) == ("勤労感謝の日", "振替休日")
    assert len({day.year for day in found}) == 2
