"""Numbers that were given out, ticks per person of a task, and when a department was reminded of a check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import UtcDateTime, Words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "numbers",
        sa.Column("ledger", sa.String(80), nullable=False),
        sa.Column("series", sa.String(80), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("department", sa.String(40)),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_numbers_step_id")),
        sa.PrimaryKeyConstraint("ledger", "series", "number", name=op.f("pk_numbers")),
    )
    op.create_index("ix_numbers_step_id", "numbers", ["step_id"])
    op.create_index("ix_numbers_ledger_series_department", "numbers", ["ledger", "series", "department"])
    op.create_table(
        "ticks",
        sa.Column("wait_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["wait_id"], ["waits.id"], name=op.f("fk_ticks_wait_id")),
        sa.PrimaryKeyConstraint("wait_id", "person", name=op.f("pk_ticks")),
    )
    op.add_column("waits", sa.Column("reminded_on", sa.Date()))
