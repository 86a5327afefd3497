"""Inquiries: question and answer, the call that was promised, whom they were handed over to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import PLAIN_JSON, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    inquiries = op.create_table(
        "inquiries",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40)),
        sa.Column("answer", sa.Text()),
        sa.Column("way", sa.String(40)),
        sa.Column("on_the_spot", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("call_number", sa.Text()),
        sa.Column("call_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_inquiries_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_inquiries")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.Column("handed_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("recorded_by", sa.Text()),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_handovers_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_handovers_request_id"), "handovers", ["request_id"])
    unanswered = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_handovers_open",
        "handovers",
        ["request_id"],
        unique=True,
        postgresql_where=unanswered,
        sqlite_where=unanswered,
    )
    _take_over(inquiries)


def _take_over(inquiries: sa.Table) -> None:
    """Questions that came in before: what their sender wrote stands in the receipt."""
    requests = sa.table("requests", sa.column("id"), sa.column("receipt_id"), sa.column("kind"))
    receipts = sa.table("receipts", sa.column("id"), sa.column("content", PLAIN_JSON))
    words = (sa.func.nullif(receipts.c.content[name].as_string(), "") for name in ("text", "full_text"))
    question = sa.func.coalesce(*words, receipts.c.content["subject"].as_string(), "")
    joined = requests.join(receipts, receipts.c.id == requests.c.receipt_id)
    asked = sa.select(requests.c.id, question, sa.false()).select_from(joined)
    found = asked.where(requests.c.kind == "inquiry")
    op.execute(inquiries.insert().from_select(["request_id", "question", "on_the_spot"], found))
