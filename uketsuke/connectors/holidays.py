"""National holidays of Japan, from the library that computes them.

Only this module knows the library; everything else is handed days and names.
The law may still change a future year: the calendar is editable (UX 5.9).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import holidays


def japanese_holidays(years: Iterable[int]) -> dict[date, str]:
    """Give the national holidays (国民の祝日, with 振替休日 and 国民の休日) of years, named in Japanese."""
    return dict(sorted(holidays.country_holidays("JP", years=years, language="ja").items()))
