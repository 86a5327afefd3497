"""Records of kintone apps: the revision seen last, those that are our own writes, what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import select, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.record import RecordRevision
from uketsuke.errors import NotFound
from uketsuke.store.record_tables import records
from uketsuke.store.repository import Repository
from uketsuke.store.tables import receipts, requests

MOST_OWN = 50
"""Revisions of our own that are remembered of a record; a poll reaches further back only after weeks."""


class RecordRow(Frozen):
    """What is known of one record."""

    app: int
    record: int
    revision: int
    """The highest that was seen; 0 where we have only written to it."""
    own_revisions: tuple[int, ...]
    """Those that our own writes made, oldest first."""
    receipt_id: int | None
    """The receipt of the last revision in which somebody else changed something."""
    request_id: int | None
    status: str | None
    """Its status at kintone, as people see it there."""
    synced_at: datetime
    """When we last read it or wrote to it."""
    notice: dict[str, JsonValue] | None
    """What happened to it at kintone that a person should know: `code`, and its facts."""
    alarm: str | None
    """What happened to it while nobody judges its request any more: `record-gone`, `record-reopened` …"""
    problem: str | None
    """Why our own state could not be written to it; None where it could."""
    gone_at: datetime | None
    """When it was not there any more."""

    def is_ours(self, revision: int) -> bool:
        """Whether nobody but we have written since it was seen last."""
        return set(range(self.revision + 1, revision + 1)) <= set(self.own_revisions)


class Records(Repository):
    """One row a record, by app and record number."""

    def get(self, app: int, record: int) -> RecordRow | None:
        """What is known of it; None before it was seen."""
        return self._one(RecordRow, select(records).where(*_key(app, record)))

    def locked(self, app: int, record: int) -> RecordRow | None:
        """The same, for whoever changes it next to wait until this is committed."""
        return self._one(RecordRow, select(records).where(*_key(app, record)).with_for_update())

    def seen(
        self,
        app: int,
        record: int,
        revision: int,
        *,
        status: str | None = None,
        receipt_id: int | None = None,
    ) -> None:
        """It was read at that revision now; `receipt_id` where that says something new."""
        fresh: dict[str, Any] = {"revision": revision, "status": status, "gone_at": None}
        fresh |= {"receipt_id": receipt_id} if receipt_id is not None else {}
        self._put(app, record, fresh)

    def note_own(self, app: int, record: int, revision: int, status: str | None = None) -> None:
        """That revision is, or will be, one of our own writes; `status` where it is known to have come true.

        Noted before the write and after it, so that whatever a kill leaves does not look foreign.
        """
        known = self.locked(app, record)
        own = {*(known.own_revisions if known else ()), revision}
        fresh: dict[str, Any] = {"own_revisions": tuple(sorted(own)[-MOST_OWN:])}
        self._put(app, record, fresh | ({"status": status} if status is not None else {}))

    def disown(self, app: int, record: int, first: int) -> None:
        """From that revision on none is ours: what was noted before a write did not come to be by us."""
        known = self.locked(app, record)
        if known is not None and any(one >= first for one in known.own_revisions):
            left = tuple(one for one in known.own_revisions if one < first)
            self._change(app, record, own_revisions=left)

    def link(self, app: int, record: int, request_id: int) -> None:
        """It is what that request is about."""
        self._change(app, record, request_id=request_id)

    def notice(self, app: int, record: int, notice: Mapping[str, JsonValue] | None) -> None:
        """What happened to it that a person should know; None when it is over."""
        self._change(app, record, notice=None if notice is None else dict(notice))

    def raise_alarm(self, app: int, record: int, alarm: str | None) -> None:
        """A person must look at it though its request runs or has ended; None when somebody has."""
        self._change(app, record, alarm=alarm)

    def set_problem(self, app: int, record: int, problem: str | None) -> None:
        """Why our state could not be written to it; None when it could (AP-65)."""
        self._change(app, record, problem=problem)

    def gone(self, app: int, record: int) -> None:
        """It is not there any more."""
        self._change(app, record, gone_at=self._at())

    def of_request(self, request_id: int) -> RecordRow | None:
        """The record that a request was made from; also of one that a later request about it follows."""
        named = select(receipts.c.original_id).join(requests, requests.c.receipt_id == receipts.c.id)
        original = self._connection.execute(named.where(requests.c.id == request_id)).scalar()
        one = RecordRevision.of(original)
        return self.get(one.app, one.record) if one else None

    def requests_of(self, app: int, record: int) -> list[int]:
        """The requests that were made from a record, oldest first."""
        known = self.get(app, record)
        names = [
            str(RecordRevision(app, record, number))
            for number in range(1, known.revision + 1 if known else 1)
        ]
        mine = select(requests.c.id).join(receipts, requests.c.receipt_id == receipts.c.id)
        found = mine.where(receipts.c.original_id.in_(names)).order_by(requests.c.id)
        return list(self._connection.execute(found).scalars())

    def of_app(self, app: int, among: Collection[int]) -> dict[int, RecordRow]:
        """Those of these records that are known, by their number."""
        mine = select(records).where(records.c.app == app, records.c.record.in_(list(among)))
        return {row.record: row for row in self._all(RecordRow, mine)}

    def revisions(self, app: int) -> dict[int, int]:
        """Record → the revision that is known of it, of all that are there."""
        mine = select(records.c.record, records.c.revision).where(
            records.c.app == app, records.c.gone_at.is_(None)
        )
        return {row.record: row.revision for row in self._connection.execute(mine)}

    def waiting(self, app: int) -> list[int]:
        """Records whose requests are still open, as far as they were there when we looked last."""
        open_ones = select(records.c.record).join(requests, requests.c.id == records.c.request_id)
        mine = open_ones.where(
            records.c.app == app, records.c.gone_at.is_(None), requests.c.ended_at.is_(None)
        )
        return list(self._connection.execute(mine.order_by(records.c.record)).scalars())

    def vanished(self) -> list[RecordRow]:
        """Records that are gone, of requests that have not ended."""
        open_ones = select(records).join(requests, requests.c.id == records.c.request_id)
        mine = open_ones.where(records.c.gone_at.is_not(None), requests.c.ended_at.is_(None))
        return self._all(RecordRow, mine.order_by(records.c.app, records.c.record))

    def _put(self, app: int, record: int, fresh: Mapping[str, Any]) -> None:
        new = {"app": app, "record": record, "revision": 0, "own_revisions": (), "synced_at": self._at()}
        self._add_unless_there(records, new)
        self._change(app, record, synced_at=self._at(), **fresh)

    def _change(self, app: int, record: int, **fresh: Any) -> None:
        if self._changed(update(records).where(*_key(app, record)).values(**fresh)) == 0:
            raise NotFound("record", f"{app}:{record}")


def _key(app: int, record: int) -> tuple[Any, Any]:
    return records.c.app == app, records.c.record == record
