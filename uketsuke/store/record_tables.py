"""The table of kintone's records: what was seen of each, and what became of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from uketsuke.store.columns import PLAIN_JSON, Stored, UtcDateTime, Words
from uketsuke.store.tables import CODE, metadata, partial

records = Table(
    "records",
    metadata,
    Column("app", Integer, primary_key=True, autoincrement=False),
    Column("record", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("own_revisions", Stored(tuple[int, ...]), nullable=False),
    Column("receipt_id", ForeignKey("receipts.id"), index=True),
    Column("request_id", ForeignKey("requests.id"), index=True),
    Column("status", Words),
    Column("synced_at", UtcDateTime, nullable=False),
    Column("notice", PLAIN_JSON),
    Column("alarm", CODE),
    Column("problem", Words),
    Column("gone_at", UtcDateTime),
    partial("gone_at IS NOT NULL", "ix_records_gone", "gone_at"),
    partial("alarm IS NOT NULL", "ix_records_alarm", "request_id"),
)
"""One row a record: its identity at kintone is app and number, and each revision is one state of it."""
