"""One linear history of the tables, by Alembic, inside the caller's transaction (DESIGN 11, FAULTS F17)."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from uketsuke.errors import ConfigurationError

_ONE_AT_A_TIME = 7_385_001
"""Key of PostgreSQL's advisory lock: two machines that start together upgrade one after the other."""


def config() -> Config:
    """Alembic's settings; the scripts lie in the package."""
    found = Config()
    found.set_main_option("script_location", str(resources.files("uketsuke.store") / "migrations"))
    found.set_main_option("path_separator", "os")
    return found


def run(connection: Connection) -> None:
    """Upgrade to the newest revision; the caller commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ConfigurationError((f"database: rows without what they refer to: {broken[:5]}",))


def revisions(connection: Connection) -> tuple[str | None, str | None]:
    """The revision the tables are at, and the one this program needs."""
    found = MigrationContext.configure(connection).get_current_revision()
    return found, ScriptDirectory.from_config(config()).get_current_head()


def knows(revision: str | None) -> bool:
    """Whether this program's history contains the revision."""
    if revision is None:
        return True
    return revision in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
