"""The tables of what arrives and what is done with it (DESIGN 5 to 9).

Registers (ledgers, people, sign-ins, audit, marks) are in `registers`. Columns of
kind and state hold the codes of the domain's enumerations. Moments are UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from uketsuke.domain.authority import Authority
from uketsuke.domain.content import Content
from uketsuke.domain.job import JobState
from uketsuke.domain.reading import Concern, Reading
from uketsuke.store.columns import PLAIN_JSON, Stored, UtcDateTime, Words
from uketsuke.store.shapes import Candidate, Override, Refusal

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
CODE = String(40)
AUTOMATIC = "automatic"
ACTIVE_JOB = "state IN ('waiting', 'leased', 'running')"


def identity() -> Column[int]:
    """The id of a table whose ids are never used again (with AUTOINCREMENT on SQLite)."""
    return Column("id", Integer, primary_key=True)


def partial(where: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index over only the rows that somebody looks for."""
    condition = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


raw = Table(
    "raw",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    identity(),
    Column("number", String(16), nullable=False, unique=True),
    Column("channel", CODE, nullable=False),
    Column("digest", ForeignKey("raw.digest"), nullable=False, index=True),
    Column("source", Words, nullable=False),
    Column("message_id", Words, index=True),
    Column("copy_key", String(64), index=True),
    Column("original_id", Words, unique=True),
    Column("applied_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", CODE, nullable=False),
    Column("kind", CODE),
    Column("content", Stored(Content)),
    Column("problem", Words),
    Column("request_id", Integer, index=True),
    Column("copy_of", ForeignKey("receipts.id"), index=True),
    Index("ix_receipts_kind_received_at", "kind", "received_at"),
    Index("ix_receipts_received_at", "received_at"),
    partial("state = 'parked'", "ix_receipts_parked", "received_at"),
    sqlite_autoincrement=True,
)

signatures = Table(
    "signatures",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("receipt_id", ForeignKey("receipts.id"), nullable=False, index=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
"""DKIM signatures that mails came with: a second mail with the same one is a replay (FAULTS 3)."""

sightings = Table(
    "sightings",
    metadata,
    identity(),
    Column("receipt_id", ForeignKey("receipts.id"), nullable=False, index=True),
    Column("account", Words, nullable=False),
    Column("folder", Words, nullable=False),
    Column("uidvalidity", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("filed_at", UtcDateTime),
    UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    partial("filed_at IS NULL", "ix_sightings_unfiled", "account", "id"),
    sqlite_autoincrement=True,
)

requests = Table(
    "requests",
    metadata,
    identity(),
    Column("receipt_id", ForeignKey("receipts.id"), nullable=False, index=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("kind", CODE, nullable=False),
    Column("service", String(80)),
    Column("state", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Words, nullable=False),
    Column("channel", CODE, nullable=False),
    Column("reading", Stored(Reading), nullable=False),
    Column("request", PLAIN_JSON),
    Column("concerns", Stored(tuple[Concern, ...]), nullable=False),
    Column("overrides", Stored(dict[str, Override]), nullable=False),
    Column("authority", Stored(Authority)),
    Column("candidates", Stored(tuple[Candidate, ...]), nullable=False),
    Column("assignee", Words),
    Column("person", String(40)),
    Column("requester_name", Words),
    Column("requester_mail", Words),
    Column("department", Words),
    Column("about", Words),
    Column("due_at", UtcDateTime),
    Column("due_what", Words),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("merged_into", ForeignKey("requests.id"), index=True),
    Column("token_hash", String(64), unique=True),
    Column("held_until", Date),
    Column("plan_id", Integer),
    Column("automatic", Boolean, nullable=False),
    Column("search", Words, nullable=False),
    partial("ended_at IS NULL", "ix_requests_open", "due_at", "applied_at"),
    partial(AUTOMATIC, "ix_requests_automatic", "created_at"),
    Index("ix_requests_state_due_at_applied_at", "state", "due_at", "applied_at"),
    Index("ix_requests_assignee_state_due_at", "assignee", "state", "due_at"),
    Index("ix_requests_service_department_applied_at", "service", "department", "applied_at"),
    Index("ix_requests_about_applied_at", "about", "applied_at"),
    Index("ix_requests_applied_at_id", "applied_at", "id"),
    Index("ix_requests_ended_at", "ended_at"),
    sqlite_autoincrement=True,
)

plans = Table(
    "plans",
    metadata,
    identity(),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("second_person", CODE),
    Column("approved_by", Words),
    Column("approved_at", UtcDateTime),
    UniqueConstraint("request_id", "version"),
    sqlite_autoincrement=True,
)

steps = Table(
    "steps",
    metadata,
    identity(),
    Column("plan_id", ForeignKey("plans.id"), nullable=False, index=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("effect_key", String(60), nullable=False, unique=True),
    Column("due_at", UtcDateTime),
    Column("resolved", PLAIN_JSON),
    Column("result", PLAIN_JSON),
    Column("error", PLAIN_JSON),
    Column("started_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    UniqueConstraint("request_id", "seq", "plan_id"),
    partial("state <> 'superseded'", "uq_steps_live", "request_id", "seq", unique=True),
    Index("ix_steps_state_due_at", "state", "due_at"),
    sqlite_autoincrement=True,
)

waits = Table(
    "waits",
    metadata,
    identity(),
    Column("step_id", ForeignKey("steps.id"), index=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("kind", CODE, nullable=False),
    Column("role", CODE),
    Column("person", String(40)),
    Column("token_hash", String(64), index=True),
    Column("token_until", UtcDateTime),
    Column("opens_on", Date),
    Column("due", Date),
    Column("reminded_on", Date),
    Column("draft", PLAIN_JSON),
    Column("answered_by", Words),
    Column("answered_at", UtcDateTime),
    Column("answer", PLAIN_JSON),
    partial("answered_at IS NULL", "ix_waits_open", "kind", "due"),
    partial("answered_at IS NULL", "ix_waits_opening", "kind", "opens_on"),
    sqlite_autoincrement=True,
)

effects = Table(
    "effects",
    metadata,
    Column("effect_key", String(60), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("step_id", ForeignKey("steps.id"), index=True),
)

letters = Table(
    "letters",
    metadata,
    identity(),
    Column("effect_key", String(80), nullable=False, unique=True),
    Column("purpose", CODE, nullable=False),
    Column("request_id", ForeignKey("requests.id"), index=True),
    Column("receipt_id", ForeignKey("receipts.id"), index=True),
    Column("step_id", ForeignKey("steps.id"), index=True),
    Column("to", Words, nullable=False),
    Column("cc", Stored(tuple[str, ...]), nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("message_id", Words, nullable=False, unique=True),
    Column("in_reply_to", Words),
    Column("references", Stored(tuple[str, ...]), nullable=False),
    Column("state", CODE, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("sending_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("last_error", Words),
    Column("server_reply", Words),
    Column("refused", Stored(tuple[Refusal, ...])),
    Column("settled_by", Words),
    Index("ix_letters_state_written_at", "state", "written_at"),
    Index("ix_letters_to_written_at", "to", "written_at"),
    sqlite_autoincrement=True,
)

exchanges = Table(
    "exchanges",
    metadata,
    identity(),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("direction", CODE, nullable=False),
    Column("who", Words),
    Column("text", Words, nullable=False),
    Column("receipt_id", ForeignKey("receipts.id")),
    Column("letter_id", ForeignKey("letters.id")),
    Column("questions", Stored(tuple[str, ...])),
    Column("open", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    identity(),
    Column("name", CODE, nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_owner", String(160)),
    Column("lease_until", UtcDateTime),
    Column("crashes", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", CODE, nullable=False, default=JobState.WAITING),
    Column("last_error", Words),
    Column("created_at", UtcDateTime, nullable=False),
    partial(ACTIVE_JOB, "ix_jobs_due_at", "due_at", "id"),
    Index("ix_jobs_name_row_id", "name", "row_id"),
    Index("ix_jobs_lease_owner", "lease_owner"),
    partial("name = 'poll'", "uq_jobs_poll", "row_id", unique=True),
    sqlite_autoincrement=True,
)
