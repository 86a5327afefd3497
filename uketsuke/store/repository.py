"""What all repositories share: one connection, the moment it is, rows as typed values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from uketsuke.domain.content import Frozen
from uketsuke.errors import UketsukeError

Row = TypeVar("Row", bound=Frozen)
Moment = Callable[[], datetime]


class StaleState(UketsukeError):
    """A row is no longer in a state from which this may be done; nothing was written."""

    def __init__(self, what: str, row_id: int, expected: Collection[str], found: str | None) -> None:
        self.what, self.row_id, self.expected, self.found = what, row_id, tuple(expected), found
        super().__init__(f"{what} {row_id}: expected {' or '.join(self.expected)}, is {found}")


class Repository:
    """Base of the repositories; `at` gives the business time of the transaction."""

    def __init__(self, connection: Connection, at: Moment) -> None:
        self._connection, self._at = connection, at

    @property
    def _on_postgres(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _one(self, shape: type[Row], statement: Select[Any]) -> Row | None:
        found = self._connection.execute(statement).one_or_none()
        return None if found is None else shape.model_validate(dict(found._mapping))

    def _all(self, shape: type[Row], statement: Select[Any]) -> list[Row]:
        return [shape.model_validate(dict(row._mapping)) for row in self._connection.execute(statement)]

    def _add(self, table: Table, values: Mapping[str, Any]) -> int:
        statement = insert(table).values(dict(values)).returning(table.c.id)
        return int(self._connection.execute(statement).scalar_one())

    def _add_unless_there(self, table: Table, values: Mapping[str, Any]) -> bool:
        """Insert; False when a unique constraint already holds such a row (the transaction lives on)."""
        kind = postgresql.insert if self._on_postgres else sqlite.insert
        statement = kind(table).values(dict(values)).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(*table.primary_key)).first() is not None

    def _replace(self, table: Table, values: Mapping[str, Any]) -> None:
        """Insert, or overwrite the row with the same primary key."""
        kind = postgresql.insert if self._on_postgres else sqlite.insert
        keys = [column.name for column in table.primary_key]
        rest = {name: value for name, value in values.items() if name not in keys}
        statement = kind(table).values(dict(values))
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def _changed(self, statement: Executable) -> int:
        return int(self._connection.execute(statement).rowcount)
