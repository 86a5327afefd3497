"""One place begins and commits, durably, and undoes what was left with an exception (DESIGN 2)."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import uketsuke.store
from tests.store import samples
from tests.store.threads import together
from uketsuke import boundary
from uketsuke.domain.job import JobName
from uketsuke.errors import ConfigurationError, TransactionOpen, TryLater
from uketsuke.store.columns import db_now
from uketsuke.store.database import Database

HOUR = timedelta(hours=1)


def accept_and_fail(database: Database) -> None:
    with database.transaction("accept") as tx:
        tx.enqueue(JobName.PROCESS, samples.receipt(tx).id)
        raise ZeroDivisionError


def test_a_block_left_with_an_exception_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        accept_and_fail(database)
    with database.reading() as tx:
        assert tx.jobs.counts() == {}
        assert tx.receipts.by_number("2026-000001-4") is None
        assert tx.connection.execute(text("SELECT count(*) FROM raw")).scalar() == 0


def test_what_was_enqueued_is_woken_after_the_commit_and_only_if_due(database: Database) -> None:
    woken: list[Sequence[tuple[int, JobName]]] = []
    database.wake = woken.append
    with database.transaction("accept") as tx:
        now = tx.enqueue(JobName.PROCESS, 1)
        tx.enqueue(JobName.PERFORM, 2, delay=timedelta(seconds=10))
        assert woken == []
    assert woken == [((now, JobName.PROCESS),)]
    with pytest.raises(ZeroDivisionError):
        accept_and_fail(database)
    assert len(woken) == 1


def test_a_transaction_inside_another_is_refused(database: Database) -> None:
    with database.transaction("outer"):
        with pytest.raises(TransactionOpen), database.transaction("inner"):
            pass
        with pytest.raises(TransactionOpen), database.reading():
            pass
    assert boundary.transaction_depth() == 0


def test_no_outside_call_inside_a_transaction(database: Database) -> None:
    with database.reading(), pytest.raises(TransactionOpen), boundary.outside("smtp"):
        pass


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(SQLAlchemyError), database.reading() as tx:
        tx.receipts.keep_raw(b"x")
    with database.transaction("write") as tx:
        tx.receipts.keep_raw(b"x")


def test_the_points_of_a_commit_are_passed_in_order(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv("UKETSUKE_CRASH", "nowhere:1")
    monkeypatch.setenv("UKETSUKE_CRASH_TRACE", str(trace))
    with database.transaction("accept"):
        pass
    assert trace.read_text().split() == ["accept:before-commit", "accept:after-commit"]


def test_eight_writers_never_meet_a_lock_error(database: Database) -> None:
    def write(number: int) -> None:
        for _ in range(25):
            with database.transaction("write") as tx:
                tx.series.peek("x")  # a read first is what makes a plain BEGIN fail (DESIGN 15)
                tx.series.take("x")

    together(write, 8)
    with database.reading() as tx:
        assert tx.series.peek("x") == 201


def test_sqlite_is_durable_and_strict_in_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with database.reading() as tx:
        ask = {name: tx.connection.execute(text(f"PRAGMA {name}")).scalar() for name in
               ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert ask == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        Database("sqlite://")


def test_a_busy_or_absent_database_says_try_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uketsuke.store.database.BUSY_TIMEOUT_MS", 50)
    database = Database(f"sqlite:///{tmp_path}/a.db")
    database.upgrade()
    other = create_engine(f"sqlite:///{tmp_path}/a.db", connect_args={"isolation_level": None})
    with other.connect() as held:
        held.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(TryLater), database.transaction("write"):
            pass
    other.dispose()
    with pytest.raises(TryLater), Database("postgresql://nobody@127.0.0.1:1/x").transaction("write"):
        pass


@pytest.mark.postgres
def test_a_lost_postgres_connection_says_try_later_and_the_next_one_works(postgres_url: str) -> None:
    database, other = (Database(postgres_url) for _ in range(2))
    with pytest.raises(TryLater):
        _lose(database, other)
    assert database.now()
    database.close()
    other.close()


def _lose(database: Database, other: Database) -> None:
    with database.transaction("write") as tx:
        pid = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        together(lambda _: _kill(other, pid), 1)
        tx.connection.execute(text("SELECT 1"))


def _kill(database: Database, pid: object) -> None:
    with database.transaction("kill") as tx:
        tx.connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def test_a_deadlock_is_try_later_for_one_and_success_for_the_other(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite's writers come one at a time")
    names = ["a", "b"]
    with database.transaction("begin") as tx:
        for name in names:
            tx.series.take(name)

    def cross(number: int) -> str:
        try:
            with database.transaction("cross") as tx:
                tx.series.take(names[number])
                tx.connection.execute(text("SELECT pg_sleep(0.2)"))
                tx.series.take(names[1 - number])
        except TryLater:
            return "later"
        return "done"

    assert sorted(together(cross, 2)) == ["done", "later"]


def test_another_error_is_not_hidden(database: Database) -> None:
    with pytest.raises(DBAPIError), database.transaction("write") as tx:
        tx.connection.execute(text("SELECT * FROM nothing_of_that_name"))


def test_a_child_process_makes_connections_of_its_own(database: Database) -> None:
    with database.transaction("parent") as tx:
        tx.series.take("x")
    engine = database._own_engine()
    child = os.fork()
    if child == 0:
        try:
            assert database._own_engine() is not engine
            with database.transaction("child") as tx:
                tx.series.take("x")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    with database.reading() as tx:
        assert tx.series.peek("x") == 3


def test_database_time_is_aware_and_runs(database: Database) -> None:
    for _ in range(5):
        before, found, after = datetime.now(UTC), database.now(), datetime.now(UTC)
        assert found.tzinfo is UTC
        assert before - timedelta(milliseconds=1) <= found <= after


def test_a_statement_kept_for_one_offset_of_time_is_not_used_for_another(database: Database) -> None:
    """Compiled statements are kept; the offset stands in their text."""
    with database.reading() as tx:
        now, later = (tx.connection.execute(select(db_now(by))).scalar_one() for by in (timedelta(), HOUR))
        again = tx.connection.execute(select(db_now()))
    assert timedelta() < later - now - HOUR < timedelta(minutes=1)
    assert again.context.cache_hit is CacheStats.CACHE_HIT


def test_the_clock_given_is_the_time_of_every_row(url: str) -> None:
    at = datetime(2026, 11, 20, 3, 4, 5, 123456, tzinfo=UTC)
    database = Database(url, clock=lambda: at)
    with database.transaction("write") as tx:
        request_id = samples.request(tx)
        assert tx.requests.get(request_id).created_at == at
    database.close()


def test_what_no_database_stores_is_replaced_and_nothing_else(database: Database) -> None:
    with database.transaction("write") as tx:
        one = samples.receipt(tx)
        tx.receipts.park(one.id, "a\0b\ud800c髙\\u0000")
        assert tx.receipts.get(one.id).problem == "a\ufffdb\ufffdc髙\\u0000"


PACKAGE = Path(uketsuke.store.__file__).parent
BEGINNING = {"begin", "begin_nested", "commit", "rollback", "begin_transaction", "connect", "exec_driver_sql"}


def test_only_the_database_module_begins_or_commits() -> None:
    found = {
        f"{path.name}:{node.attr}"
        for path in PACKAGE.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in BEGINNING and path.is_relative_to(PACKAGE)
    }
    assert {one for one in found if not one.startswith("database.py:")} == {"migrate.py:exec_driver_sql"}
    assert {"database.py:begin", "database.py:connect"} <= found
    assert "database.py:commit" not in found
