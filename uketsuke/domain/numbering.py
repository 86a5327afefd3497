"""Numbers that a city gives out: how a series is declared, and the step that takes from it (DESIGN 7).

A number is given when the step runs, never when the plan is made: until then it is
付番後に決まる. It goes on behind the highest that ever stood in the ledger; what is rolled
back leaves no gap, gaps of an old book are not filled, and no number is given twice,
also when its row is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from uketsuke.domain.step import BaseStep, Values
from uketsuke.domain.text import fold
from uketsuke.errors import UketsukeError


class NoStem(UketsukeError):
    """The department has no code from which its numbers could be made."""

    def __init__(self, series: str, department: str | None) -> None:
        self.series, self.department = series, department
        super().__init__(f"series {series}: no code of department {department!r}")


class SeriesExhausted(UketsukeError):
    """The range has no number left; nothing was written (rule EK-4)."""

    def __init__(self, ledger: str, series: str, last: str, wanted: int) -> None:
        self.ledger, self.series, self.last, self.wanted = ledger, series, last, wanted
        super().__init__(f"{ledger}: series {series} ends at {last}, {wanted} wanted")


@dataclass(frozen=True)
class NumberSeries:
    """One series of a ledger: prefix, digits of the department, counted digits (`K` + `1104` + `001`)."""

    id: str
    column: str
    """The column of the ledger in which its numbers stand; where that is the key, a number is a new row."""
    prefix: str
    department_digits: int = 0
    """How many leading digits of the department's code follow the prefix: one range per department."""
    width: int = 0
    """Counted digits behind it; 0 = there is one number per department."""
    first: int = 1
    last: int = 0
    """Where the range ends; 0 = as far as the digits go."""

    def stem(self, code: str | None) -> str:
        """What all numbers of that department begin with; raises `NoStem`."""
        digits = fold(code or "")[: self.department_digits]
        if len(digits) < self.department_digits or (digits and not digits.isdecimal()):
            raise NoStem(self.id, code)
        return f"{self.prefix}{digits}"

    @property
    def end(self) -> int:
        """The last number that can be counted to."""
        return min(self.last or 10**self.width - 1, 10**self.width - 1) if self.width else self.first

    def number(self, stem: str, count: int) -> str:
        """The number of that count."""
        return f"{stem}{count:0{self.width}}" if self.width else stem

    def count(self, stem: str, number: str) -> int | None:
        """The count of a number of that stem; None where it is none of this series."""
        rest = number.removeprefix(stem) if number.startswith(stem) else None
        if rest is None or len(rest) != self.width:
            return None
        if not self.width:
            return self.first
        return int(rest) if rest.isascii() and rest.isdecimal() else None


class AllocateNumber(BaseStep):
    """Give `count` numbers of a series when the step runs.

    Where the series' column is the ledger's key each number is a new row, saying `row` and, by
    place, `rows`. Results: `numbers` (list; one of them as `numbers.0`), `reused` (bool),
    `version` (list: the new rows' versions).
    """

    kind: Literal["allocate-number"] = "allocate-number"
    ledger: str
    series: str
    count: int = 1
    department: str | None = None
    """Name, alias or code."""
    reuse: bool = False
    """The department's own number if it has one, in the ledger or given to an earlier request."""
    row: Values = Field(default_factory=dict)
    rows: tuple[Values, ...] = ()
