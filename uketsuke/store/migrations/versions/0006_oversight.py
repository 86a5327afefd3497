"""Links that end, plans that somebody else approves, R3 effects that are counted and looked at again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("waits", sa.Column("token_until", MOMENT, nullable=True))
    op.add_column("plans", sa.Column("second_person", sa.String(length=40), nullable=True))
    op.add_column("plans", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column("plans", sa.Column("approved_at", MOMENT, nullable=True))
    releases()
    reviews()


def releases() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("requester", sa.String(length=40), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_releases_plan_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_releases_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_releases_request_id"), "releases", ["request_id"])
    op.create_index(op.f("ix_releases_plan_id"), "releases", ["plan_id"])
    op.create_index("ix_releases_at", "releases", ["at"])
    op.create_index("ix_releases_owner_at", "releases", ["owner", "at"])
    op.create_index("ix_releases_requester_at", "releases", ["requester", "at"])


def reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("requester", sa.String(length=40), nullable=True),
        sa.Column("performer", sa.Text(), nullable=False),
        sa.Column("persons", JSON, nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_reviews_request_id")),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_reviews_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("step_id", name=op.f("uq_reviews_step_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reviews_request_id"), "reviews", ["request_id"])
    waiting, problem = sa.text("reviewed_at IS NULL"), sa.text("outcome = 'problem' AND settled_at IS NULL")
    op.create_index("ix_reviews_open", "reviews", ["due_at"], postgresql_where=waiting, sqlite_where=waiting)
    op.create_index(
        "ix_reviews_problem", "reviews", ["request_id"], postgresql_where=problem, sqlite_where=problem
    )
