"""What arrives, and the requests it becomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    raw()
    receipts()
    requests()
    sightings()


def raw() -> None:
    op.create_table(
        "raw",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_raw")),
    )


def receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("copy_key", sa.String(length=64), nullable=True),
        sa.Column("original_id", sa.Text(), nullable=True),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("content", JSON, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("copy_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["copy_of"], ["receipts.id"], name=op.f("fk_receipts_copy_of")),
        sa.ForeignKeyConstraint(["digest"], ["raw.digest"], name=op.f("fk_receipts_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("number", name=op.f("uq_receipts_number")),
        sa.UniqueConstraint("original_id", name=op.f("uq_receipts_original_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_receipts_copy_key"), "receipts", ["copy_key"], unique=False)
    op.create_index(op.f("ix_receipts_copy_of"), "receipts", ["copy_of"], unique=False)
    op.create_index(op.f("ix_receipts_digest"), "receipts", ["digest"], unique=False)
    op.create_index("ix_receipts_kind_received_at", "receipts", ["kind", "received_at"], unique=False)
    op.create_index(op.f("ix_receipts_message_id"), "receipts", ["message_id"], unique=False)
    op.create_index(
        "ix_receipts_parked",
        "receipts",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'parked'"),
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index("ix_receipts_received_at", "receipts", ["received_at"], unique=False)
    op.create_index(op.f("ix_receipts_request_id"), "receipts", ["request_id"], unique=False)


def requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("reading", JSON, nullable=False),
        sa.Column("request", JSON, nullable=True),
        sa.Column("concerns", JSON, nullable=False),
        sa.Column("overrides", JSON, nullable=False),
        sa.Column("authority", JSON, nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("requester_name", sa.Text(), nullable=True),
        sa.Column("requester_mail", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_what", sa.Text(), nullable=True),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["requests.id"], name=op.f("fk_requests_merged_into")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_requests_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_requests_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_requests_token_hash")),
        sqlite_autoincrement=True,
    )
    requests_indexes()


def requests_indexes() -> None:
    op.create_index(
        "ix_requests_assignee_state_due_at", "requests", ["assignee", "state", "due_at"], unique=False
    )
    op.create_index(
        "ix_requests_automatic",
        "requests",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("automatic"),
        sqlite_where=sa.text("automatic"),
    )
    op.create_index("ix_requests_ended_at", "requests", ["ended_at"], unique=False)
    op.create_index(op.f("ix_requests_merged_into"), "requests", ["merged_into"], unique=False)
    op.create_index(
        "ix_requests_open",
        "requests",
        ["due_at", "applied_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_requests_receipt_id"), "requests", ["receipt_id"], unique=False)
    op.create_index(
        "ix_requests_service_department_applied_at",
        "requests",
        ["service", "department", "applied_at"],
        unique=False,
    )
    op.create_index(
        "ix_requests_state_due_at_applied_at", "requests", ["state", "due_at", "applied_at"], unique=False
    )


def sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_sightings_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint(
            "account",
            "folder",
            "uidvalidity",
            "uid",
            name=op.f("uq_sightings_account_folder_uidvalidity_uid"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sightings_receipt_id"), "sightings", ["receipt_id"], unique=False)
    op.create_index(
        "ix_sightings_unfiled",
        "sightings",
        ["account", "id"],
        unique=False,
        postgresql_where=sa.text("filed_at IS NULL"),
        sqlite_where=sa.text("filed_at IS NULL"),
    )
