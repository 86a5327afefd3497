"""Run by Alembic: works on the connection it is handed, inside the transaction of `Database.upgrade`."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationInfo

from uketsuke import boundary
from uketsuke.store import inquiry_tables, record_tables, registers, tick_tables
from uketsuke.store.tables import metadata

_ALL = (metadata, registers, inquiry_tables, record_tables, tick_tables)


def passed(step: MigrationInfo, **_: Any) -> None:
    """A point after each revision, for the crash suite (FAULTS F17)."""
    boundary.point(f"upgrade:{step.up_revision_id}")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    on_version_apply=passed,  # type: ignore[arg-type]  # called with names, declared without
)
context.run_migrations()
