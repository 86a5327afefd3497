"""Giving out the numbers of a ledger's series, each once (DESIGN 7, `AllocateNumber`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, func, select

from uketsuke.domain.numbering import NumberSeries, SeriesExhausted
from uketsuke.store.registers import ledger_rows, numbers
from uketsuke.store.repository import Repository
from uketsuke.store.series import Series

_R, _N = ledger_rows.c, numbers.c


@dataclass(frozen=True)
class Range:
    """The numbers of one series that one department draws from."""

    ledger: str
    series: NumberSeries
    keyed: bool
    """Whether they are the keys of the ledger's rows."""
    stem: str
    """What all of them begin with."""
    code: str | None = None
    """The department's."""
    names: tuple[str, ...] = ()
    """Its name and the others it goes by, as an old ledger may say it."""

    @property
    def name(self) -> str:
        """The counter's name among all series."""
        return f"{self.ledger}.{self.series.id}.{self.stem}"[:120]

    @property
    def column(self) -> ColumnElement[str]:
        """Where the ledger has them."""
        return _R.key if self.keyed else _R["values"][self.series.column].as_string()


class Numbers(Repository):
    """Numbers given out; those of one range come one at a time, on either database."""

    def hold(self, wanted: Range) -> int:
        """Wait for whoever takes of the range, until their commit; gives the count that would be next."""
        return Series(self._connection, self._at).lock(wanted.name, wanted.series.first)

    def held_by_department(self, wanted: Range) -> str | None:
        """The number that the department has: in the ledger, else given to it by an earlier request."""
        standing = (_R.ledger == wanted.ledger) & _R.valid_to.is_(None)
        theirs = _R["values"]["department"].as_string().in_(wanted.names)
        in_book = select(func.min(wanted.column)).where(standing, theirs)
        mine = (_N.ledger == wanted.ledger) & (_N.series == wanted.series.id)
        given = select(func.min(_N.number)).where(mine, _N.department == wanted.code)
        found = self._connection.execute(in_book).scalar() or self._connection.execute(given).scalar()
        return None if found is None else str(found)

    def take(self, wanted: Range, count: int, step_id: int) -> list[str]:
        """The next `count` numbers, behind the highest that ever stood in the ledger or was given out.

        Raises `SeriesExhausted`.
        """
        following = max(self.hold(wanted), self._highest(wanted) + 1)
        given = list(islice(self._given(wanted, following, step_id), count))
        if len(given) < count:
            series = wanted.series
            raise SeriesExhausted(wanted.ledger, series.id, series.number(wanted.stem, series.end), count)
        Series(self._connection, self._at).move_to(wanted.name, given[-1][0] + 1)
        return [number for _, number in given]

    def _given(self, wanted: Range, following: int, step_id: int) -> Iterator[tuple[int, str]]:
        """Count and number, written down as they are asked for."""
        fixed = {"ledger": wanted.ledger, "series": wanted.series.id, "department": wanted.code}
        for count in range(following, wanted.series.end + 1):
            number = wanted.series.number(wanted.stem, count)
            row = {**fixed, "number": number, "step_id": step_id, "at": self._at()}
            if self._add_unless_there(numbers, row):
                yield count, number

    def _highest(self, wanted: Range) -> int:
        """The highest count that any version of the ledger's rows knows; below the first where none does."""
        mine = (_R.ledger == wanted.ledger) & wanted.column.startswith(wanted.stem, autoescape=True)
        found = self._connection.execute(select(wanted.column).where(mine).distinct())
        counts = (wanted.series.count(wanted.stem, str(number)) for (number,) in found)
        return max((count for count in counts if count is not None), default=wanted.series.first - 1)
