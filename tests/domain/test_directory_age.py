"""When the list of people is too old to be silent about (FAULTS 3)."""

from __future__ import annotations

from datetime import date

import pytest

from uketsuke.domain.directory_age import StaleDirectory, stale_directory


@pytest.mark.parametrize(
    ("imported", "today", "stale"),
    [
        (date(2026, 10, 11), date(2026, 11, 20), None),
        (date(2026, 10, 10), date(2026, 11, 20), 41),
        (date(2027, 3, 10), date(2027, 3, 17), None),
        (date(2027, 3, 10), date(2027, 3, 18), 8),
        (date(2027, 4, 6), date(2027, 4, 14), 8),
        (date(2027, 4, 6), date(2027, 4, 15), None),
        (None, date(2027, 4, 1), None),
    ],
)
def test_forty_days_are_too_old_and_a_week_around_the_first_of_april(
    imported: date | None, today: date, stale: int | None
) -> None:
    found = stale_directory(True, imported, today, 40, 7)
    assert (found.days if found else None) == stale


def test_no_directory_at_all_is_said_too() -> None:
    assert stale_directory(False, None, date(2026, 11, 20), 40, 7) == StaleDirectory()
