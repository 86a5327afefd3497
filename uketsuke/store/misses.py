"""Failed sign-ins and links that open nothing, day by day, for who looks after the desk (FAULTS S4, S5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import and_, delete, select, update

from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Frozen
from uketsuke.store.registers import misses
from uketsuke.store.repository import Repository

KEPT = timedelta(days=90)
"""Addresses of people's machines stand there; nobody asks for them after that."""


class Miss(Frozen):
    """What failed on one day from one address."""

    day: date
    kind: str
    """`sign-in`, `password` (one's own, to change it) or `link`."""
    login: str
    """A sign-in that there is; empty for every other, as people type passwords where it belongs."""
    address: str
    count: int
    last_at: datetime


class Misses(Repository):
    """Counts of what failed."""

    def note(self, kind: str, login: str, address: str) -> None:
        """Once more today; what is older than `KEPT` goes."""
        now = self._at()
        what = {"day": local_day(now), "kind": kind, "login": login, "address": address}
        if self._add_unless_there(misses, {**what, "count": 1, "last_at": now}):
            self._connection.execute(delete(misses).where(misses.c.day < local_day(now - KEPT)))
            return
        mine = and_(*(misses.c[name] == value for name, value in what.items()))
        self._connection.execute(update(misses).where(mine).values(count=misses.c.count + 1, last_at=now))

    def latest(self, count: int) -> list[Miss]:
        """So many at most, the newest days first, on one day the most frequent."""
        by_day = (misses.c.day.desc(), misses.c.count.desc(), misses.c.kind, misses.c.login, misses.c.address)
        return self._all(Miss, select(misses).order_by(*by_day).limit(count))
