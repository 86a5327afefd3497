"""The audit log: a chain in which every edit, deletion and swap shows (DESIGN 2 promise 10, FAULTS S11).

Each entry's hash covers its own fields and the hash before it. Personal details are
covered by a salted digest only, so that they can be erased and the chain stays valid.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Select, insert, not_, or_, select, union, update

from uketsuke.domain.content import Frozen
from uketsuke.store.chain import PORTION, START, Place, Step, end_of_chain, entry_hash, follow_chain, sealed
from uketsuke.store.columns import storable, write_json
from uketsuke.store.registers import audit, audit_head
from uketsuke.store.repository import Repository
from uketsuke.store.requests import RequestRow


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


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is not said does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """Names of actions, or their beginnings with `*`."""
    but: tuple[str, ...] = ()
    """Actions that are left out, written likewise."""
    requests: frozenset[int] | None = None
    receipts: frozenset[int] = frozenset()
    """Entries of these count as those of the requests."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found: list[ColumnElement[bool]] = []
        if self.since:
            found.append(audit.c.at >= self.since)
        if self.until:
            found.append(audit.c.at < self.until)
        if self.actors:
            found.append(audit.c.actor.in_(self.actors))
        if self.actions:
            found.append(_is_one_of(self.actions))
        if self.but:
            found.append(not_(_is_one_of(self.but)))
        if self.requests is not None:
            # Each by its own index: for an "or" SQLite walks through the whole log.
            of_receipts = select(audit.c.id).where(audit.c.receipt_id.in_(self.receipts))
            of_requests = select(audit.c.id).where(audit.c.request_id.in_(self.requests))
            found.append(audit.c.id.in_(union(of_receipts, of_requests)))
        return found


def _is_one_of(actions: Sequence[str]) -> ColumnElement[bool]:
    exact = [one for one in actions if not one.endswith("*")]
    begins = [audit.c.action.startswith(one[:-1], autoescape=True) for one in actions if one.endswith("*")]
    return or_(audit.c.action.in_(exact), *begins)


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
            **sealed(personal),
        }
        values["hash"] = entry_hash(values)
        self._connection.execute(insert(audit).values(values))
        self._connection.execute(update(audit_head).values(hash=values["hash"]))
        return int(last_id)

    def note(
        self,
        request: RequestRow,
        actor: str,
        action: str,
        facts: Mapping[str, Any] | None = None,
        *,
        reason: str | None = None,
        personal: Mapping[str, Any] | None = None,
        receipt_id: int | None = None,
    ) -> int:
        """Add an entry about a request, now; `actor` is a sign-in, or `uketsuke`. Gives its id."""
        return self.append(
            self._at(),
            actor,
            action,
            f"request:{request.number}",
            request_id=request.id,
            receipt_id=receipt_id,
            reason=reason,
            facts=dict(facts or {}),
            personal=dict(personal) if personal else None,
        )

    def verify(self) -> int | None:
        """The id at which the chain is broken first, or None when it is whole."""
        step = Step(Place())
        while not step.is_last:
            step = self.follow(step.place)
        return step.broken.id if step.broken else None

    def follow(self, place: Place) -> Step:
        """Follow the chain over its next entries; the end is looked at where there are none."""
        head = self.head()  # before the entries: what is added meanwhile is no fault
        rows = self.portion(place)
        place, broken = follow_chain(place, rows)
        if not rows:
            broken = end_of_chain(place, *head)
        return Step(place, broken, is_last=broken is not None or not rows)

    def portion(self, place: Place) -> list[dict[str, Any]]:
        """The next entries to be checked, as stored; none at the end."""
        more = select(audit).order_by(audit.c.id).limit(PORTION)
        if place.last:
            more = more.where(audit.c.id > place.last)
        return [dict(row._mapping) for row in self._connection.execute(more)]

    def hash_of(self, entry_id: int) -> str | None:
        """The hash of one entry; None where there is none of that id."""
        mine = select(audit.c.hash).where(audit.c.id == entry_id)
        return self._connection.execute(mine).scalar_one_or_none()

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
        return self.found(Wanted(), limit, before=before)

    def last_of(self, action: str) -> Entry | None:
        """The newest entry of that action."""
        return next(iter(self.found(Wanted(actions=(action,)), 1)), None)

    def found(
        self, wanted: Wanted, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[Entry]:
        """The entries that are wanted, newest first: the newest, or those next to an id on either side."""
        statement = select(audit).where(*wanted.conditions()).limit(limit)
        if after is not None:
            return self._entries(statement.where(audit.c.id > after).order_by(audit.c.id))[::-1]
        older = [audit.c.id < before] if before is not None else []
        return self._entries(statement.where(*older).order_by(audit.c.id.desc()))

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
