"""What steps wait for: a person, a check, a date, a batch, a reply (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Select, func, or_, select, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.states import WaitKind
from uketsuke.errors import NotFound, UketsukeError
from uketsuke.store.repository import Repository
from uketsuke.store.tables import requests, steps, waits

WORK = (WaitKind.PERSON,)


class WaitAnswered(UketsukeError):
    """Somebody has answered already; nothing was written (UX AP-76)."""

    def __init__(self, wait_id: int, by: str, at: datetime) -> None:
        self.wait_id, self.by, self.at = wait_id, by, at
        super().__init__(f"wait {wait_id} was answered by {by} at {at}")


class WaitRow(Frozen):
    """One wait; it holds no lease and counts no attempt."""

    id: int
    step_id: int | None
    request_id: int
    kind: WaitKind
    role: str | None
    person: str | None
    token_hash: str | None
    token_until: datetime | None
    """Until when the link works; None where it has no end of its own, or there is none."""
    opens_on: date | None
    due: date | None
    reminded_on: date | None
    """When the department was last reminded of it."""
    draft: dict[str, str] | None
    """What has been typed for it and is not recorded yet."""
    answered_by: str | None
    answered_at: datetime | None
    answer: dict[str, JsonValue] | None


class WorkItem(Frozen):
    """A wait with what a list of work shows of its step and request."""

    wait: WaitRow
    seq: int | None
    plan_id: int | None
    due_at: datetime | None
    """Deadline of the step."""
    number: str
    service: str | None
    title: str
    department: str | None
    requester_name: str | None
    assignee: str | None


class Waits(Repository):
    """Waits of all requests."""

    def add(
        self,
        request_id: int,
        kind: WaitKind,
        *,
        step_id: int | None = None,
        role: str | None = None,
        person: str | None = None,
        token_hash: str | None = None,
        token_until: datetime | None = None,
        opens_on: date | None = None,
        due: date | None = None,
    ) -> int:
        """Begin to wait; gives the id."""
        values = {
            "request_id": request_id,
            "kind": kind,
            "step_id": step_id,
            "role": role,
            "person": person,
            "token_hash": token_hash,
            "token_until": token_until,
            "opens_on": opens_on,
            "due": due,
        }
        return self._add(waits, values)

    def get(self, wait_id: int) -> WaitRow:
        """Raises `NotFound`."""
        found = self._one(WaitRow, select(waits).where(waits.c.id == wait_id))
        if found is None:
            raise NotFound("wait", wait_id)
        return found

    def open_of(self, step_id: int) -> WaitRow | None:
        """What that step waits for now."""
        mine = select(waits).where(waits.c.step_id == step_id, waits.c.answered_at.is_(None))
        return self._one(WaitRow, mine.order_by(waits.c.id).limit(1))

    def of_step(self, step_id: int) -> list[WaitRow]:
        """Everything that step has waited for."""
        return self._all(WaitRow, select(waits).where(waits.c.step_id == step_id).order_by(waits.c.id))

    def open_of_request(self, request_id: int) -> list[WaitRow]:
        """Everything the request waits for now."""
        mine = select(waits).where(waits.c.request_id == request_id, waits.c.answered_at.is_(None))
        return self._all(WaitRow, mine.order_by(waits.c.id))

    def by_token_hash(self, token_hash: str) -> WaitRow | None:
        """The open wait that a link of ours answers now; one that is used, expired or unknown: none."""
        alive = waits.c.token_until.is_(None) | (waits.c.token_until > self._at())
        mine = select(waits).where(waits.c.token_hash == token_hash, waits.c.answered_at.is_(None), alive)
        return self._one(WaitRow, mine.order_by(waits.c.id).limit(1))

    def set_token(self, wait_id: int, token_hash: str, until: datetime) -> None:
        """Another link for an open wait; the one before it is dead from now on."""
        mine = update(waits).where(waits.c.id == wait_id, waits.c.answered_at.is_(None))
        self._connection.execute(mine.values(token_hash=token_hash, token_until=until))

    def note_reminder(self, wait_id: int, day: date) -> None:
        """Whom it waits for was reminded of it on that day."""
        self._connection.execute(update(waits).where(waits.c.id == wait_id).values(reminded_on=day))

    def keep_draft(self, wait_id: int, draft: dict[str, str]) -> None:
        """What stands in its fields now; whoever goes on finds it there."""
        mine = update(waits).where(waits.c.id == wait_id, waits.c.answered_at.is_(None))
        self._connection.execute(mine.values(draft=draft))

    def answer(self, wait_id: int, by: str, answer: dict[str, JsonValue]) -> None:
        """End the wait, once: raises `WaitAnswered` for whoever comes second."""
        mine = update(waits).where(waits.c.id == wait_id, waits.c.answered_at.is_(None))
        if self._changed(mine.values(answered_by=by, answered_at=self._at(), answer=answer)) == 0:
            found = self.get(wait_id)
            raise WaitAnswered(wait_id, found.answered_by or "", found.answered_at or self._at())

    def cancel(self, request_id: int, by: str) -> int:
        """End every open wait of a request whose plan was replaced or withdrawn; gives how many."""
        mine = update(waits).where(waits.c.request_id == request_id, waits.c.answered_at.is_(None))
        return self._changed(mine.values(answered_by=by, answered_at=self._at(), answer={"cancelled": True}))

    def due(self, day: date) -> list[WaitRow]:
        """Waits for a date that has come."""
        come = (waits.c.kind == WaitKind.DATE) & waits.c.answered_at.is_(None) & (waits.c.opens_on <= day)
        return self._all(WaitRow, select(waits).where(come).order_by(waits.c.opens_on, waits.c.id))

    def open_to_person(self, wait_id: int) -> bool:
        """The day has come: a person is waited for now; False when that was so already."""
        waiting = (waits.c.id == wait_id) & (waits.c.kind == WaitKind.DATE) & waits.c.answered_at.is_(None)
        return self._changed(update(waits).where(waiting).values(kind=WaitKind.PERSON)) == 1

    def work_list(
        self, today: date, kinds: Collection[WaitKind] = WORK, role: str | None = None
    ) -> list[WorkItem]:
        """What waits for people and is open on that day, by deadline (UX AP-72)."""
        statement = self._open(today, kinds, waits.c.id, steps.c.seq, steps.c.plan_id, steps.c.due_at)
        if role is not None:
            statement = statement.where(waits.c.role == role)
        rows = self._connection.execute(
            statement.order_by(waits.c.due.nulls_last(), steps.c.due_at.nulls_last(), waits.c.id)
        ).all()
        found = {
            row.id: row
            for row in self._all(WaitRow, select(waits).where(waits.c.id.in_([r.id for r in rows])))
        }
        return [
            WorkItem(wait=found[row.id], **{k: v for k, v in row._mapping.items() if k != "id"})
            for row in rows
        ]

    def counts(self, today: date) -> dict[WaitKind, int]:
        """How many waits are open on that day, by kind."""
        open_ones = waits.c.answered_at.is_(None) & _open_on(today)
        statement = select(waits.c.kind, func.count()).where(open_ones).group_by(waits.c.kind)
        return {WaitKind(kind): count for kind, count in self._connection.execute(statement)}

    def _open(self, today: date, kinds: Collection[WaitKind], *columns: object) -> Select[tuple[object, ...]]:
        shown = (requests.c[name] for name in _SHOWN)
        joined = waits.join(requests, waits.c.request_id == requests.c.id).outerjoin(
            steps, waits.c.step_id == steps.c.id
        )
        statement: Select[tuple[object, ...]] = select(*columns, *shown).select_from(joined)  # type: ignore[call-overload]
        return statement.where(waits.c.answered_at.is_(None), waits.c.kind.in_(list(kinds)), _open_on(today))


_SHOWN = ("number", "service", "title", "department", "requester_name", "assignee")


def _open_on(today: date) -> ColumnElement[bool]:
    return or_(waits.c.opens_on.is_(None), waits.c.opens_on <= today)
