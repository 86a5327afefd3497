"""Taking free units of a ledger, never the same one twice (DESIGN 7, `Reserve`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from sqlalchemy import func, select

from uketsuke.domain.world import LedgerRow
from uketsuke.store.ledgers import Ledgers, Origin, OutOfStock, Values
from uketsuke.store.registers import ledger_rows
from uketsuke.store.repository import Repository

_R = ledger_rows.c


class Stock(Repository):
    """Reservations; plans never choose a unit, this does when the step runs."""

    def reserve(
        self,
        ledger: str,
        criteria: Values,
        count: int,
        changes: Values,
        origin: Origin,
        keys: Collection[str] = (),
    ) -> list[tuple[str, int]]:
        """Change `count` units that meet the criteria, longest in stock first; gives (key, new version).

        `keys` names the units where they have been chosen; only those are taken.
        Raises `OutOfStock`. Reservations of one ledger come one at a time; a unit that
        something else changes meanwhile is passed over.
        """
        if self._on_postgres:
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"stock:{ledger}"))))
        free = (
            row for row in self.free(ledger, criteria) if (not keys or row.key in keys) and self._lock(row)
        )
        chosen = list(islice(free, count))
        if len(chosen) < count:
            raise OutOfStock(ledger, criteria, count, len(chosen))
        ledgers = Ledgers(self._connection, self._at)
        return [(row.key, ledgers.update(ledger, row.key, row.version, changes, origin)) for row in chosen]

    def free(self, ledger: str, criteria: Values) -> list[LedgerRow]:
        """Units that meet the criteria, in the order in which they would be taken."""
        rows = Ledgers(self._connection, self._at).rows(ledger, criteria)
        since = self._since(ledger, criteria, [row.key for row in rows])
        return sorted(rows, key=lambda row: (since[row.key], row.key))

    def _lock(self, row: LedgerRow) -> bool:
        """Whether the unit is still as it was seen, and is ours until the commit."""
        if not self._on_postgres:
            return True
        same = (_R.ledger == row.ledger) & (_R.key == row.key) & (_R.version == row.version)
        mine = select(_R.key).where(same, _R.valid_to.is_(None)).with_for_update(skip_locked=True)
        return self._connection.execute(mine).scalar() is not None

    def _since(self, ledger: str, criteria: Values, keys: list[str]) -> dict[str, datetime]:
        """From when on each unit has met the criteria without a break; other corrections do not matter."""
        found: dict[str, datetime] = {}
        versions = select(_R.key, _R["values"], _R.valid_from).where(_R.ledger == ledger, _R.key.in_(keys))
        for key, values, valid_from in self._connection.execute(versions.order_by(_R.key, _R.version)):
            if any(values.get(name) != value for name, value in criteria.items()):
                found.pop(key, None)
            else:
                found.setdefault(key, valid_from)
        return found
