"""The tables have one history, and it ends where the code is (DESIGN 11, FAULTS F17)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from uketsuke.errors import ConfigurationError
from uketsuke.store import migrate, registers
from uketsuke.store.database import Database
from uketsuke.store.tables import metadata


def test_a_fresh_upgrade_gives_exactly_the_tables_of_the_code(empty_url: str) -> None:
    database = Database(empty_url)
    database.upgrade()
    assert registers.audit.metadata is metadata
    with database.reading() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert inspect(tx.connection).get_table_names()
    database.close()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    database.check_revision()


def test_start_is_refused_without_tables_and_on_a_newer_revision(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(ConfigurationError, match="None"):
        database.check_revision()
    database.upgrade()
    with database.transaction("age") as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer"):
        database.check_revision()
    database.close()


POINTS = [
    "upgrade:0001:1",
    "upgrade:0002:1",
    "upgrade:0003:1",
    "upgrade:before-commit:1",
    "upgrade:after-commit:1",
]


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
def test_an_upgrade_killed_at_any_point_is_old_or_new_and_runs_again(empty_url: str, point: str) -> None:
    program = f"from uketsuke.store.database import Database; Database({empty_url!r}).upgrade()"
    killed = subprocess.run([sys.executable, "-c", program], env={**os.environ, "UKETSUKE_CRASH": point})
    assert killed.returncode == -signal.SIGKILL
    database = Database(empty_url)
    with database.reading() as tx:
        found = set(inspect(tx.connection).get_table_names())
    assert found == (set(metadata.tables) | {"alembic_version"} if "after" in point else set())
    database.upgrade()
    database.check_revision()
    database.close()


def test_an_upgrade_that_breaks_off_leaves_nothing_and_runs_again(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(empty_url)
    whole = migrate.run

    def half(connection: object) -> None:
        whole(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "run", half)
    with pytest.raises(KeyboardInterrupt):
        database.upgrade()
    with database.reading() as tx:
        assert inspect(tx.connection).get_table_names() == []
    monkeypatch.undo()
    database.upgrade()
    database.check_revision()
    database.close()
