"""Posts by which somebody may ask for other sections and persons (兼務, 代理), apart from personnel lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import PLAIN_JSON, Words

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("employee_number", sa.String(40), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("sections", PLAIN_JSON, nullable=False),
        sa.Column("persons", PLAIN_JSON, nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("employee_number", "title", "since", name=op.f("pk_posts")),
    )
