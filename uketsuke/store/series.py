"""Numbers without gaps: what is rolled back is given out again (DESIGN 5, 7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from uketsuke.domain.receipt import ReceiptNumber, fiscal_year
from uketsuke.store.registers import series
from uketsuke.store.repository import Repository


class Series(Repository):
    """`series(name, next)`; the row stays locked until the commit, so there is one order."""

    def take(self, name: str) -> int:
        """The next number of the series, from 1."""
        self._add_unless_there(series, {"name": name, "next": 1})
        statement = update(series).where(series.c.name == name).values(next=series.c.next + 1)
        return int(self._connection.execute(statement.returning(series.c.next)).scalar_one()) - 1

    def peek(self, name: str) -> int:
        """The number that would be given next; for previews, never to be relied on."""
        found = self._connection.execute(select(series.c.next).where(series.c.name == name)).scalar()
        return 1 if found is None else int(found)

    def begin_at(self, name: str, number: int) -> None:
        """Let a new series begin where the old book ended; raises `ValueError` once it is in use."""
        if self.peek(name) != 1:
            raise ValueError(f"series {name} is in use")
        self._connection.execute(insert(series).values(name=name, next=number))

    def lock(self, name: str, first: int) -> int:
        """Wait for whoever takes of the series, and give the number that would be next."""
        self._add_unless_there(series, {"name": name, "next": first})
        mine = update(series).where(series.c.name == name).values(next=series.c.next)
        return int(self._connection.execute(mine.returning(series.c.next)).scalar_one())

    def move_to(self, name: str, number: int) -> None:
        """The next number of a locked series."""
        self._connection.execute(update(series).where(series.c.name == name).values(next=number))

    def receipt_number(self, at: datetime) -> ReceiptNumber:
        """The next receipt number of the fiscal year (April to March, Japan time) of that moment."""
        year = fiscal_year(at)
        return ReceiptNumber.of(year, self.take(f"receipt-{year}"))
