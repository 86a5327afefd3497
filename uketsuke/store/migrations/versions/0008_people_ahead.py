"""A person may have several rows, each from a day on: what a list says ahead of its day waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import UtcDateTime, db_now

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("since", sa.Date(), nullable=True))
    op.execute("UPDATE people SET since = COALESCE(valid_from, '0001-01-01')")
    with op.batch_alter_table("people") as people:
        people.alter_column("since", existing_type=sa.Date(), nullable=False)
        people.drop_constraint(op.f("pk_people"), type_="primary")
        people.create_primary_key(op.f("pk_people"), ["employee_number", "since"])
    _note_the_age()


def _note_the_age() -> None:
    """People who are there already count as imported now, so that they grow old like others."""
    people = sa.table("people", sa.column("employee_number"))
    marks = sa.table("marks", sa.column("name", sa.String()), sa.column("at", UtcDateTime()))
    noted = sa.select(marks.c.name).where(marks.c.name == "import:people")
    now = sa.select(sa.literal("import:people"), db_now())
    op.execute(
        sa.insert(marks).from_select(
            ["name", "at"], now.where(sa.exists(sa.select(people)), ~sa.exists(noted))
        )
    )
