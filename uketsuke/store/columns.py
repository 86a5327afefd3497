"""How values lie in the columns, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator

Shape = TypeVar("Shape")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL and lone surrogates: PostgreSQL takes neither, so no database of ours does."""

PLAIN_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Values without a model: ledger rows, results, marks."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware out, UTC in the column, microseconds kept; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that may come from outside; what no database stores becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(storable(str(value)))


class Stored(TypeDecorator[Any]):
    """A pydantic model, or a container of models, as JSON."""

    impl = PLAIN_JSON
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        self.shape = shape
        self._adapter: TypeAdapter[Any] = TypeAdapter(shape)
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_python(value)


def storable(value: Any) -> Any:
    """The value with every character that a database refuses replaced by U+FFFD, however deep."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


def write_json(value: Any) -> str:
    """JSON as it is stored and hashed: sorted keys, no blanks, Unicode as it is."""
    return json.dumps(storable(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class db_now(FunctionElement[datetime]):
    """The database's time, to the millisecond or finer, plus an offset; for leases (DESIGN 8)."""

    type = UtcDateTime()
    # Statements with the same offset are compiled once: every claim and every lease has one.
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy's own elements declare what tells them apart
        *FunctionElement._traverse_internals,
        ("seconds", InternalTraversal.dp_plain_obj),
    ]

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.seconds = round(offset.total_seconds(), 3)
        super().__init__()


@compiles(db_now, "sqlite")
def _sqlite_now(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:
    # The text form of UtcDateTime: comparing is comparing characters, so all six decimals must stand there.
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '{element.seconds:+.3f} seconds') || '000')"


@compiles(db_now, "postgresql")
def _postgresql_now(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:
    # Not now(), which stands still in a transaction; not clock_timestamp(), which no index can be asked for.
    return f"(statement_timestamp() + interval '{element.seconds:.3f} seconds')"
