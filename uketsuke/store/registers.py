"""The tables of what is known: ledgers, number series, people, sign-ins, audit, marks (DESIGN 7, 10)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from uketsuke.domain.people import Post
from uketsuke.store.columns import PLAIN_JSON, Stored, UtcDateTime, Words
from uketsuke.store.tables import CODE, identity, metadata, partial

CURRENT = "valid_to IS NULL"

ledger_rows = Table(
    "ledger_rows",
    metadata,
    Column("ledger", String(80), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("values", PLAIN_JSON, nullable=False),
    Column("valid_from", UtcDateTime, nullable=False),
    Column("valid_to", UtcDateTime),
    Column("effect_key", String(60)),
    Column("request_id", ForeignKey("requests.id"), index=True),
    Column("actor", Words, nullable=False),
    Column("reason", Words),
    Column("search", Words, nullable=False),
    partial(CURRENT, "uq_ledger_rows_current", "ledger", "key", unique=True),
)
"""`search` is the folded key and values, blank-separated (UX AP-42)."""

series = Table(
    "series",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("next", Integer, nullable=False),
)

numbers = Table(
    "numbers",
    metadata,
    Column("ledger", String(80), primary_key=True),
    Column("series", String(80), primary_key=True),
    Column("number", String(80), primary_key=True),
    Column("department", String(40)),
    Column("step_id", ForeignKey("steps.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_numbers_ledger_series_department", "ledger", "series", "department"),
)
"""Numbers that were given out: the constraint behind "none twice". `department` is its code."""

people = Table(
    "people",
    metadata,
    Column("employee_number", String(40), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("name", Words, nullable=False),
    Column("kana", Words, nullable=False),
    Column("mail", Words),
    Column("phone", Words),
    Column("department", Words, nullable=False),
    Column("posts", Stored(tuple[Post, ...]), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("active", Boolean, nullable=False),
    Column("mail_key", Words, index=True),
    Column("name_key", Words, nullable=False, index=True),
    Column("search", Words, nullable=False),
)
"""A person as from a day on (`since`; the first day of all where the list names none)."""

posts = Table(
    "posts",
    metadata,
    Column("employee_number", String(40), primary_key=True),
    Column("title", Words, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("sections", Stored(tuple[str, ...]), nullable=False),
    Column("persons", Stored(tuple[str, ...]), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
)
"""For whom somebody may ask beside themselves; `since` as that of people."""

departments = Table(
    "departments",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("name", Words, nullable=False, index=True),
    Column("aliases", Stored(tuple[str, ...]), nullable=False),
    Column("general_affairs_list", Words),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

shared_mailboxes = Table(
    "shared_mailboxes",
    metadata,
    Column("mail", Words, primary_key=True),
    Column("department", Words, nullable=False, index=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("system", String(80), primary_key=True),
    Column("id", Words, primary_key=True),
    Column("employee_number", String(40), index=True),
    Column("active", Boolean, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("login", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("password_hash", Text),
    Column("roles", PLAIN_JSON, nullable=False),
    Column("employee_number", String(40)),
    Column("active", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("login", ForeignKey("users.login", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("browser", Words, nullable=False, server_default=""),
    Column("address", Words, nullable=False, server_default=""),
)

guesses = Table(
    "guesses",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("until", UtcDateTime, nullable=False),
)
"""Failed sign-ins; `key` is a keyed hash, because people type passwords where the login belongs."""

misses = Table(
    "misses",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("login", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)
"""What failed on which day from which address; `login` only where there is such a sign-in."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("action", String(80), nullable=False),
    Column("subject", Words, nullable=False),
    Column("request_id", ForeignKey("requests.id"), index=True),
    Column("receipt_id", ForeignKey("receipts.id"), index=True),
    Column("reason", Words),
    Column("facts", Text, nullable=False),
    Column("personal", Text),
    Column("personal_digest", String(64)),
    Column("salt", String(64)),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_actor_id", "actor", "id"),
    Index("ix_audit_action_id", "action", "id"),
)
"""`facts` and `personal` are text: what was hashed must come back byte for byte."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last_id", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The end of the chain; locked while appending, and what shows that the last rows were cut off."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", PLAIN_JSON),
    Column("at", UtcDateTime, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    identity(),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("plan_id", ForeignKey("plans.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("owner", String(40)),
    Column("requester", String(40)),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_releases_at", "at"),
    Index("ix_releases_owner_at", "owner", "at"),
    Index("ix_releases_requester_at", "requester", "at"),
    sqlite_autoincrement=True,
)
"""R3 effects that were set going: what the breaker counts (FAULTS 3)."""

reviews = Table(
    "reviews",
    metadata,
    identity(),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("step_id", ForeignKey("steps.id"), nullable=False, unique=True),
    Column("owner", String(40)),
    Column("requester", String(40)),
    Column("performer", Words, nullable=False),
    Column("persons", PLAIN_JSON, nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("outcome", CODE),
    Column("comment", Words),
    Column("reviewed_by", Words),
    Column("reviewed_at", UtcDateTime),
    Column("settled_by", Words),
    Column("settled_at", UtcDateTime),
    partial("reviewed_at IS NULL", "ix_reviews_open", "due_at"),
    partial("outcome = 'problem' AND settled_at IS NULL", "ix_reviews_problem", "request_id"),
    sqlite_autoincrement=True,
)
"""事後確認: R3 effects that another person looks at; `persons` are those who may not (employee numbers)."""
