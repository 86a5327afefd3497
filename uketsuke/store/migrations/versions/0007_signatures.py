"""Signatures that mails came with, so that a replay is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signatures",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_signatures")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name=op.f("fk_signatures_receipt_id_receipts")
        ),
    )
    op.create_index(op.f("ix_signatures_receipt_id"), "signatures", ["receipt_id"])
