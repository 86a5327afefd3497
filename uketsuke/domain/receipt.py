"""The receipt number: what people read out on the phone.

`2026-000087-6` is the fiscal year (April to March), the serial within it, and
a Damm check digit over these ten digits (DESIGN 5). Damm's scheme (H. M. Damm,
2004) finds every wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from uketsuke.domain.calendar import local_day
from uketsuke.domain.text import asset_key
from uketsuke.errors import UketsukeError

_LAST_SERIAL = 999_999
_WRITTEN = re.compile(r"(?:(\d{4})-?)?(\d{6})-?(\d)", re.ASCII)

# The totally anti-symmetric quasigroup of order 10 of Damm's thesis.
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class WrongReceiptNumber(UketsukeError, ValueError):
    """What was typed is no receipt number, or one with a slip in it (UX AP-64)."""

    def __init__(self, text: str, reason: str) -> None:
        """Remember what was typed and why it is refused: `form`, `serial` or `check-digit`."""
        super().__init__(f"not a receipt number ({reason}): {text!r}")
        self.text = text
        self.reason = reason


def fiscal_year(at: date | datetime) -> int:
    """Give the fiscal year of a day, or of a moment as the clock in Japan shows it."""
    day = local_day(at) if isinstance(at, datetime) else at
    return day.year if day.month >= 4 else day.year - 1


@dataclass(frozen=True, slots=True, order=True)
class ReceiptNumber:
    """The number of one receipt; its order is that of year and serial."""

    year: int
    serial: int

    def __post_init__(self) -> None:
        """Refuse what does not fit into four and six digits."""
        if not (1000 <= self.year <= 9999 and 1 <= self.serial <= _LAST_SERIAL):
            raise WrongReceiptNumber(f"{self.year}-{self.serial}", "serial")

    @classmethod
    def of(cls, year: int, serial: int) -> ReceiptNumber:
        """Give the number of the serial-th receipt of a fiscal year; serials start at 1."""
        return cls(year, serial)

    @property
    def check(self) -> int:
        """The Damm check digit over the ten digits of year and serial."""
        return _damm(f"{self.year:04d}{self.serial:06d}")

    def __str__(self) -> str:
        """Write it the way letters and pages show it."""
        return f"{self.year:04d}-{self.serial:06d}-{self.check}"


def parse(text: str, today: date) -> ReceiptNumber:
    """Read a receipt number as people type it: full-width, without hyphens, without the year.

    Without a year it is that of `today`. Raises `WrongReceiptNumber`.
    """
    written = _WRITTEN.fullmatch(asset_key(text))
    if written is None:
        raise WrongReceiptNumber(text, "form")
    year, serial, check = written.groups()
    if int(serial) == 0 or (year is not None and int(year) < 1000):
        raise WrongReceiptNumber(text, "serial")
    number = ReceiptNumber(int(year) if year else fiscal_year(today), int(serial))
    if number.check != int(check):
        raise WrongReceiptNumber(text, "check-digit")
    return number


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return interim
