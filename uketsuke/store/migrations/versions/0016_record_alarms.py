"""What happened to the record of a request that runs or has ended stands in the tray until somebody looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("records", sa.Column("alarm", sa.String(40)))
    raised = sa.text("alarm IS NOT NULL")
    op.create_index(
        "ix_records_alarm", "records", ["request_id"], postgresql_where=raised, sqlite_where=raised
    )
