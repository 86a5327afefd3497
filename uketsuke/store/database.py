"""The one place that begins and commits (DESIGN 2, promises 1, 2, 8; FAULTS F1, F15).

    with database.transaction("accept") as tx:
        receipt = tx.receipts.add(...)
        tx.enqueue(JobName.PROCESS, receipt.id)

Leave the block with an exception and everything is undone. After the commit,
plain code wakes the queue for the jobs that were enqueued and are due at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import DBAPIError

from uketsuke import boundary
from uketsuke.domain.job import JobName
from uketsuke.errors import ConfigurationError, TransactionOpen, TryLater
from uketsuke.store import migrate
from uketsuke.store.columns import db_now, write_json
from uketsuke.store.repository import Moment
from uketsuke.store.transaction import Transaction

Wake = Callable[[Sequence[tuple[int, JobName]]], None]
BUSY_TIMEOUT_MS = 10_000
_SQLITE_LATER = {5, 6, 10, 13, 14}
"""BUSY, LOCKED, IOERR, FULL, CANTOPEN, the primary codes (sqlite.org/rescode.html): space comes back."""
_POSTGRES_LATER = ("08", "40", "53", "55P03", "57P", "58")
"""Connection, rollback, resources, lock, operator intervention, system (PostgreSQL appendix A)."""


class Database:
    """All that is kept.

    `wake` is called after a commit with the jobs that were enqueued and are due at once;
    it must not raise. `clock` is `app.clock`'s: the time of every `…_at` column; without
    one it is the database's.
    """

    def __init__(self, url: str, wake: Wake | None = None, clock: Moment | None = None) -> None:
        self.url = make_url(url)
        self.wake = wake
        self.clock = clock
        self._engine: Engine | None = None
        self._pid = 0
        self._making = threading.Lock()
        if self.is_sqlite and self.url.database in (None, "", ":memory:"):
            raise ConfigurationError(("database.url: SQLite needs a file, sqlite:////folder/uketsuke.db",))
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self, name: str) -> Iterator[Transaction]:
        """One unit of work; `name` says which in crash points (`accept:before-commit`).

        Raises `TransactionOpen` inside another one, `TryLater("database")` when the
        database is busy, lost, or took another transaction's side: nothing was written,
        except where the connection broke during the commit itself, which nobody can tell.
        """
        with self._connection(name, {"uketsuke_write": True}) as connection:
            tx = Transaction(connection, self.clock)
            with connection.begin():
                yield tx
                boundary.point(f"{name}:before-commit")
        boundary.point(f"{name}:after-commit")
        if tx.enqueued and self.wake is not None:
            self.wake(tuple(tx.enqueued))

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees one moment and cannot write; for pages and commands."""
        with self._connection("reading", {}) as connection, connection.begin():
            yield Transaction(connection, self.clock)

    def now(self) -> datetime:
        """The database's time; leases count by it, business never does."""
        with self._connection("now", {}) as connection, connection.begin():
            return connection.execute(select(db_now())).scalar_one()

    def upgrade(self) -> None:
        """Bring the tables to this version's revision: all of it in one transaction, or nothing (F17)."""
        options = {"uketsuke_write": True, "uketsuke_schema": True}
        with self._connection("upgrade", options) as connection, connection.begin():
            migrate.run(connection)
            boundary.point("upgrade:before-commit")
        boundary.point("upgrade:after-commit")

    def check_revision(self) -> None:
        """Refuse to work on tables of another version; raises `ConfigurationError` with the remedy."""
        with self._connection("check-revision", {}) as connection, connection.begin():
            found, wanted = migrate.revisions(connection)
        if found != wanted:
            remedy = "run `uketsuke init` or the upgrade command" if found is None else "upgrade first"
            known = migrate.knows(found)
            remedy = remedy if known else "it was written by a newer uketsuke: use that version"
            raise ConfigurationError(
                (f"database: its tables are at revision {found}, this program needs {wanted}; {remedy}",)
            )

    def close(self) -> None:
        """Let go of all connections; the next use opens new ones."""
        if self._engine is not None and self._pid == os.getpid():
            self._engine.dispose()
        self._engine = None

    @contextmanager
    def _connection(self, name: str, options: dict[str, Any]) -> Iterator[Connection]:
        if boundary.transaction_depth():
            raise TransactionOpen(name)
        if not self.is_sqlite and "uketsuke_write" not in options:
            options = {**options, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with boundary.committing(name), self._own_engine().connect() as plain:
                yield plain.execution_options(**options)
        except DBAPIError as error:
            if is_passing(error):
                raise TryLater("database", str(error.orig)) from error
            raise

    def _own_engine(self) -> Engine:
        """This process's engine: one inherited over a fork shares sockets and locks with the parent."""
        with self._making:
            if self._engine is not None and self._pid != os.getpid():
                self._engine.dispose(close=False)
                self._engine = None
            if self._engine is None:
                self._engine, self._pid = self._make_engine(), os.getpid()
            return self._engine

    def _make_engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(
                self.url,
                json_serializer=write_json,
                hide_parameters=True,  # they are people's words, and errors are logged
                pool_pre_ping=True,
                pool_size=5,
                max_overflow=15,
            )
        engine = create_engine(
            self.url,
            json_serializer=write_json,
            hide_parameters=True,
            connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000},
            pool_size=5,
            max_overflow=15,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine


def is_passing(error: DBAPIError) -> bool:
    """Whether the database only said "not now"."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_LATER
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # psycopg gives no state when there was no server to give one
        return type(error.orig).__name__ == "OperationalError"
    return str(state).startswith(_POSTGRES_LATER)


def _prepare_sqlite(connection: Any, record: object) -> None:
    """Durable and strict, and checked to be so: a build or file system may refuse silently (F15)."""
    wanted = {"busy_timeout": BUSY_TIMEOUT_MS, "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise ConfigurationError((f"database: SQLite keeps {name} = {found} here, not {value}",))


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE for every write: plain BEGIN gave 624 lock errors in 800 transactions (DESIGN 15)."""
    options = connection.get_execution_options()
    write, schema = options.get("uketsuke_write", False), options.get("uketsuke_schema", False)
    # Batch migrations rebuild tables; with foreign keys on, dropping the old one would empty its children.
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {0 if schema else 1}")
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if write else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
