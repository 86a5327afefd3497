"""The table of ticks: which people of a task are done, row by row, so that no tick is lost (UX AP-74)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from uketsuke.store.columns import UtcDateTime, Words
from uketsuke.store.tables import metadata

ticks = Table(
    "ticks",
    metadata,
    Column("wait_id", ForeignKey("waits.id"), primary_key=True),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("by", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""`person` is the place in the task's `persons`, from 0; taking a tick back removes its row."""
