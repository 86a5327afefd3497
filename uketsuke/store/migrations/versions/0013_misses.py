"""Failed sign-ins and wrong links are counted by day for 操作記録."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import UtcDateTime, Words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "misses",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("login", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "login", "address", name=op.f("pk_misses")),
    )
