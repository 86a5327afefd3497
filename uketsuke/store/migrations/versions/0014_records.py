"""Records of kintone apps: which revision was seen, which are our own, and the request that each became."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import PLAIN_JSON, UtcDateTime, Words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("app", sa.Integer(), nullable=False),
        sa.Column("record", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("own_revisions", PLAIN_JSON, nullable=False),
        sa.Column("receipt_id", sa.Integer()),
        sa.Column("request_id", sa.Integer()),
        sa.Column("status", Words()),
        sa.Column("synced_at", UtcDateTime(), nullable=False),
        sa.Column("notice", PLAIN_JSON),
        sa.Column("problem", Words()),
        sa.Column("gone_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("app", "record", name=op.f("pk_records")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_records_receipt_id_receipts")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_records_request_id_requests")),
    )
    op.create_index("ix_records_receipt_id", "records", ["receipt_id"])
    op.create_index("ix_records_request_id", "records", ["request_id"])
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_records_gone", "records", ["gone_at"], postgresql_where=gone, sqlite_where=gone)
