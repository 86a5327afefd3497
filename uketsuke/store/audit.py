"""The audit log: a chain in which every edit, deletion and swap shows (DESIGN 2 promise 10, FAULTS S11).

Each entry's hash covers its own fields and the hash before it. Personal details are
covered by a salted digest only, so that they can be erased and the chain stays valid.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Select, insert, select, update

from uketsuke.domain.content import Frozen
from uketsuke.store.columns import storable, write_json
from uketsuke.store.registers import audit, audit_head
from uketsuke.store.repository import Repository

START = "0" * 64
"""What the first entry names as the hash before it."""


class Entry(Frozen):
    """One change: who or what, when, why, from which receipt, before → after in `facts`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    request_id: int | None
    receipt_id: int | None
    reason: str | None
    facts: dict[str, JsonValue]
    personal: dict[str, JsonValue] | None
    """None where there was none, or where it was erased (`personal_digest` stays)."""
    personal_digest: str | None
    hash: str


class Audit(Repository):
    """Appending, reading, checking. Entries are never changed; personal details may be erased."""

    def append(
        self,
        at: datetime,
        actor: str,
        action: str,
        subject: str,
        *,
        request_id: int | None = None,
        receipt_id: int | None = None,
        reason: str | None = None,
        facts: dict[str, JsonValue] | None = None,
        personal: dict[str, JsonValue] | None = None,
    ) -> int:
        """Add an entry; gives its id. Entries of all transactions get one order, that of their commits."""
        self._add_unless_there(audit_head, {"one": 1, "last_id": 0, "hash": START})
        head = update(audit_head).where(audit_head.c.one == 1).values(last_id=audit_head.c.last_id + 1)
        last_id, previous = self._connection.execute(
            head.returning(audit_head.c.last_id, audit_head.c.hash)
        ).one()
        values: dict[str, Any] = {
            "id": last_id,
            "at": at,
            "actor": storable(actor),
            "action": storable(action),
            "subject": storable(subject),
            "request_id": request_id,
            "receipt_id": receipt_id,
            "reason": storable(reason),
            "facts": write_json(facts or {}),
            "previous": previous,
            **_sealed(personal),
        }
        values["hash"] = entry_hash(values)
        self._connection.execute(insert(audit).values(values))
        self._connection.execute(update(audit_head).values(hash=values["hash"]))
        return int(last_id)

    def verify(self) -> int | None:
        """The id at which the chain is broken first, or None when it is whole."""
        expected, previous = 1, START
        for row in self._rows():
            if row["id"] != expected or row["previous"] != previous or row["hash"] != entry_hash(row):
                return expected
            if (
                row["personal"] is not None
                and _digest(row["salt"], row["personal"]) != row["personal_digest"]
            ):
                return expected
            expected, previous = expected + 1, row["hash"]
        head = self._connection.execute(select(audit_head.c.last_id, audit_head.c.hash)).one_or_none()
        whole = (expected - 1, previous) == (tuple(head) if head else (0, START))
        return None if whole else expected

    def head(self) -> tuple[int, str]:
        """Id and hash of the last entry: noted elsewhere, they show that a whole chain was rewritten."""
        found = self._connection.execute(select(audit_head.c.last_id, audit_head.c.hash)).one_or_none()
        return (found.last_id, found.hash) if found else (0, START)

    def of_request(self, request_id: int) -> list[Entry]:
        """What happened to a request, in order."""
        return self._entries(select(audit).where(audit.c.request_id == request_id).order_by(audit.c.id))

    def of_receipt(self, receipt_id: int) -> list[Entry]:
        """What happened to a receipt, in order."""
        return self._entries(select(audit).where(audit.c.receipt_id == receipt_id).order_by(audit.c.id))

    def about(self, subject: str) -> list[Entry]:
        """What happened to that subject (a ledger row, a sign-in), in order."""
        return self._entries(select(audit).where(audit.c.subject == subject).order_by(audit.c.id))

    def latest(self, limit: int = 100, before: int | None = None) -> list[Entry]:
        """The newest entries, newest first; `before` an id for the next page."""
        statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
        return self._entries(statement if before is None else statement.where(audit.c.id < before))

    def erase_personal(self, ids: Collection[int]) -> int:
        """Erase the personal details of these entries for good; gives how many."""
        mine = update(audit).where(audit.c.id.in_(list(ids)), audit.c.personal.is_not(None))
        return self._changed(mine.values(personal=None, salt=None))

    def _entries(self, statement: Select[Any]) -> list[Entry]:
        rows = (dict(row._mapping) for row in self._connection.execute(statement))
        return [
            Entry(
                **{name: row[name] for name in Entry.model_fields if name not in ("facts", "personal")},
                facts=json.loads(row["facts"]),
                personal=None if row["personal"] is None else json.loads(row["personal"]),
            )
            for row in rows
        ]

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Every entry in order, in portions: the log only ever grows."""
        last = -1
        while True:
            portion = select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(1000)
            rows = [dict(row._mapping) for row in self._connection.execute(portion)]
            if not rows:
                return
            yield from rows
            last = rows[-1]["id"]


_HASHED = (
    "id",
    "actor",
    "action",
    "subject",
    "request_id",
    "receipt_id",
    "reason",
    "facts",
    "personal_digest",
    "previous",
)


def entry_hash(row: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything in an entry that may never change."""
    plain = {name: row[name] for name in _HASHED}
    plain["at"] = row["at"].astimezone(UTC).isoformat()
    return hashlib.sha256(write_json(plain).encode()).hexdigest()


def _sealed(personal: dict[str, JsonValue] | None) -> dict[str, str | None]:
    if personal is None:
        return {"personal": None, "personal_digest": None, "salt": None}
    written, salt = write_json(personal), secrets.token_hex(16)
    return {"personal": written, "personal_digest": _digest(salt, written), "salt": salt}


def _digest(salt: str | None, personal: str) -> str:
    return hashlib.sha256(f"{salt}{personal}".encode()).hexdigest()
