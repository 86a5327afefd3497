"""Failed sign-ins are counted in the database, and sessions say which browser they are in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import UtcDateTime, Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_guesses")),
    )
    op.create_index(op.f("ix_guesses_last_at"), "guesses", ["last_at"])
    with op.batch_alter_table("sessions") as sessions:
        for name in ("browser", "address"):
            sessions.add_column(sa.Column(name, Words(), nullable=False, server_default=""))
