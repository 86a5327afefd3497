"""What a request is about, so that the same wish is found without reading others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requests") as requests:
        requests.add_column(sa.Column("about", sa.Text(), nullable=True))
        requests.create_index(op.f("ix_requests_about_applied_at"), ["about", "applied_at"])
        requests.create_index(op.f("ix_requests_applied_at_id"), ["applied_at", "id"])
