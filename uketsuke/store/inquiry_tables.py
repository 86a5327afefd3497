"""The tables of inquiries: what stands beside their row in `requests` (UX AP-86)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table

from uketsuke.store.columns import UtcDateTime, Words
from uketsuke.store.tables import CODE, identity, metadata, partial

inquiries = Table(
    "inquiries",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("question", Words, nullable=False),
    Column("category", CODE),
    Column("answer", Words),
    Column("way", CODE),
    Column("on_the_spot", Boolean, nullable=False),
    Column("answered_by", Words),
    Column("answered_at", UtcDateTime),
    Column("call_number", Words),
    Column("call_at", UtcDateTime),
)

handovers = Table(
    "handovers",
    metadata,
    identity(),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("to", Words, nullable=False),
    Column("question", Words, nullable=False),
    Column("handed_by", Words, nullable=False),
    Column("handed_at", UtcDateTime, nullable=False),
    Column("answer", Words),
    Column("answered_at", UtcDateTime),
    Column("recorded_by", Words),
    partial("answered_at IS NULL", "uq_handovers_open", "request_id", unique=True),
    sqlite_autoincrement=True,
)
"""Appended; an answer is written once. An inquiry is with one other at a time."""
