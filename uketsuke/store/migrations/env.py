"""Run by Alembic: works on the connection it is handed, inside the transaction of `Database.upgrade`."""

from __future__ import annotations

from alembic import context

from uketsuke.store import registers
from uketsuke.store.tables import metadata

_ALL = (metadata, registers)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
