"""What has been typed for a piece of work stands there for whoever goes on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from uketsuke.store.columns import PLAIN_JSON

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("waits", sa.Column("draft", PLAIN_JSON))
