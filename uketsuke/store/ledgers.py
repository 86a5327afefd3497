"""Ledgers: append-only rows, so that every past day can be read (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, func, insert, or_, select, text, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.text import key as text_key
from uketsuke.domain.world import LedgerRow
from uketsuke.errors import NotFound, StalePlan, UketsukeError
from uketsuke.store.registers import CURRENT, ledger_rows
from uketsuke.store.repository import Repository

Values = Mapping[str, JsonValue]
_R = ledger_rows.c
_NOW = text(CURRENT)


class OutOfStock(UketsukeError):
    """Fewer free units than wanted; nothing was written."""

    def __init__(self, ledger: str, criteria: Values, wanted: int, found: int) -> None:
        self.ledger, self.criteria, self.wanted, self.found = ledger, dict(criteria), wanted, found
        super().__init__(f"{ledger}: {found} of {wanted} units with {dict(criteria)}")


class RowExists(UketsukeError):
    """The ledger has a row with that key already; nothing was written."""

    def __init__(self, ledger: str, key: str) -> None:
        self.ledger, self.key = ledger, key
        super().__init__(f"{ledger} has {key} already")


class LedgerVersion(Frozen):
    """One version of a row: what it was, from when to when, and what changed it."""

    ledger: str
    key: str
    version: int
    values: dict[str, JsonValue]
    valid_from: datetime
    valid_to: datetime | None
    effect_key: str | None
    request_id: int | None
    actor: str
    reason: str | None


class Origin(Frozen):
    """Who or what changes a ledger, and why; `at` None = the transaction's moment."""

    actor: str
    effect_key: str | None = None
    request_id: int | None = None
    reason: str | None = None
    at: datetime | None = None


class Imported(Frozen):
    """What an import did."""

    added: int = 0
    changed: int = 0
    same: int = 0


class Ledgers(Repository):
    """All ledgers, by the name the city's `ledgers.py` gives them."""

    def knows(self, ledger: str) -> bool:
        """Whether the ledger has any row."""
        return (
            self._connection.execute(select(_R.key).where(_R.ledger == ledger).limit(1)).scalar() is not None
        )

    def names(self) -> dict[str, int]:
        """Every ledger that has rows, with how many stand in it now."""
        statement = select(_R.ledger, func.count()).where(_NOW).group_by(_R.ledger).order_by(_R.ledger)
        return {str(name): int(count) for name, count in self._connection.execute(statement)}

    def row(self, ledger: str, key: str, as_of: datetime | None = None) -> LedgerRow | None:
        """The row as it stands, or as it stood at that moment."""
        statement = select(*_PLAIN).where(_R.ledger == ledger, _R.key == key, _standing(as_of))
        return self._one(LedgerRow, statement)

    def rows(
        self, ledger: str, criteria: Values | None = None, as_of: datetime | None = None
    ) -> list[LedgerRow]:
        """Rows whose values equal the criteria, by key; a criterion of None means absent."""
        wanted = dict(criteria or {})
        # Words are compared by the database, so that a large ledger is not loaded; the rest is compared here.
        words = [
            _R["values"][name].as_string() == value
            for name, value in wanted.items()
            if isinstance(value, str)
        ]
        statement = select(*_PLAIN).where(_R.ledger == ledger, _standing(as_of), *words).order_by(_R.key)
        return [row for row in self._all(LedgerRow, statement) if _meets(row.values, wanted)]

    def search(self, ledger: str | None, words: str, limit: int = 100) -> list[LedgerRow]:
        """Rows in which every word occurs, whatever its width, hyphens or kana (UX AP-42)."""
        found = [_R.search.contains(text_key(word), autoescape=True) for word in words.split()]
        where = [*found, _R.ledger == ledger] if ledger else found
        statement = select(*_PLAIN).where(_NOW, *where).order_by(_R.ledger, _R.key).limit(limit)
        return self._all(LedgerRow, statement)

    def history(self, ledger: str, key: str) -> list[LedgerVersion]:
        """All versions of a row, oldest first."""
        statement = select(*_FULL).where(_R.ledger == ledger, _R.key == key).order_by(_R.version)
        return self._all(LedgerVersion, statement)

    def of_request(self, request_id: int) -> list[LedgerVersion]:
        """What a request changed, in order."""
        statement = select(*_FULL).where(_R.request_id == request_id)
        return self._all(LedgerVersion, statement.order_by(_R.valid_from, _R.ledger, _R.key, _R.version))

    def change_count(self) -> int:
        """How many changes requests have made in all ledgers."""
        statement = select(func.count()).select_from(ledger_rows).where(_R.request_id.is_not(None))
        return int(self._connection.execute(statement).scalar_one())

    def insert(self, ledger: str, key: str, values: Values, origin: Origin) -> int:
        """A new row; gives its version (1). Raises `RowExists`."""
        if not self._add_unless_there(
            ledger_rows, self._version(ledger, key, 1, values, origin, origin.at or self._at())
        ):
            raise RowExists(ledger, key)
        return 1

    def update(self, ledger: str, key: str, expected_version: int, changes: Values, origin: Origin) -> int:
        """Change values of a row and give its new version; None removes a value.

        Raises `StalePlan` when the row is at another version, `NotFound` when there is none.
        """
        now = self._current(ledger, key)
        if now is None:
            raise NotFound(ledger, key)
        # A clock that was set back must not make a version end before it began.
        at = max(origin.at or self._at(), now.valid_from)
        if now.version != expected_version or not self._end(now, at):
            raise self._stale(ledger, key, expected_version, changes)
        merged = {**now.values, **changes}
        kept = {name: value for name, value in merged.items() if value is not None}
        row = self._version(ledger, key, now.version + 1, kept, origin, at)
        self._connection.execute(insert(ledger_rows).values(row))
        return now.version + 1

    def import_rows(self, ledger: str, rows: Iterable[tuple[str, Values]], origin: Origin) -> Imported:
        """Bring rows in line with a list of (key, values): add, change, leave; nothing is removed."""
        counts = {"added": 0, "changed": 0, "same": 0}
        for key, values in rows:
            wanted = {name: value for name, value in values.items() if value is not None}
            found = self.row(ledger, key)
            if found is None:
                self.insert(ledger, key, wanted, origin)
                counts["added"] += 1
            elif found.values == wanted:
                counts["same"] += 1
            else:
                gone = dict.fromkeys(found.values.keys() - wanted.keys())
                self.update(ledger, key, found.version, {**wanted, **gone}, origin)
                counts["changed"] += 1
        return Imported(**counts)

    def export_rows(self, ledger: str, as_of: datetime | None = None) -> Iterator[LedgerRow]:
        """All rows by key, now or as they stood."""
        yield from self.rows(ledger, as_of=as_of)

    def _current(self, ledger: str, key: str) -> LedgerVersion | None:
        return self._one(LedgerVersion, select(*_FULL).where(_R.ledger == ledger, _R.key == key, _NOW))

    def _end(self, row: LedgerVersion, at: datetime) -> bool:
        """Close the current version; False when somebody else did so first."""
        mine = (_R.ledger == row.ledger) & (_R.key == row.key) & (_R.version == row.version)
        return self._changed(update(ledger_rows).where(mine, _NOW).values(valid_to=at)) == 1

    def _version(
        self, ledger: str, key: str, version: int, values: Values, origin: Origin, at: datetime
    ) -> dict[str, Any]:
        return {
            "ledger": ledger,
            "key": key,
            "version": version,
            "values": dict(values),
            "valid_from": at,
            "effect_key": origin.effect_key,
            "request_id": origin.request_id,
            "actor": origin.actor,
            "reason": origin.reason,
            "search": _search_text(key, values),
        }

    def _stale(self, ledger: str, key: str, expected_version: int, changes: Values) -> StalePlan:
        versions = {one.version: one.values for one in self.history(ledger, key)}
        newest = max(versions)
        then, now = versions.get(expected_version, {}), versions[newest]
        names = sorted(
            {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)} | set(changes)
        )
        return StalePlan(
            ledger,
            key,
            {name: then.get(name) for name in names},
            {name: now.get(name) for name in names},
            newest,
        )


_PLAIN = (_R.ledger, _R.key, _R.version, _R["values"])
_FULL = tuple(_R[name] for name in LedgerVersion.model_fields)


def _standing(as_of: datetime | None) -> ColumnElement[bool]:
    if as_of is None:
        return and_(_NOW)
    return and_(_R.valid_from <= as_of, or_(_R.valid_to.is_(None), _R.valid_to > as_of))


def _meets(values: Values, criteria: Values) -> bool:
    return all(values.get(name) == value for name, value in criteria.items())


def _search_text(key: str, values: Values) -> str:
    words = [key, *(str(value) for value in values.values() if value is not None)]
    return " ".join(dict.fromkeys(text_key(word) for word in words))
