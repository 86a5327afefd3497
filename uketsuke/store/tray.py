"""受付トレイ: the lists an operator works through, and their counts (UX 5.1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, func, literal, or_, select, text, true, union_all

from uketsuke.domain.calendar import JST, local_day
from uketsuke.domain.content import Frozen, Kind
from uketsuke.domain.job import JobName
from uketsuke.domain.receipt import WrongReceiptNumber, parse
from uketsuke.domain.states import LetterState, RequestState, StepState, WaitKind
from uketsuke.domain.text import key as text_key
from uketsuke.store.columns import db_now
from uketsuke.store.exchanges import Direction
from uketsuke.store.inquiry_tables import handovers, inquiries
from uketsuke.store.record_tables import records
from uketsuke.store.registers import reviews
from uketsuke.store.repository import Repository
from uketsuke.store.requests import RequestRow
from uketsuke.store.tables import AUTOMATIC, exchanges, jobs, letters, requests, steps, waits

_S = RequestState
PAGE_SIZE = 50
UNHEARD = timedelta(minutes=15)
COUNTED = 5_000
"""Lists are counted up to here; beyond it a page says "or more" and does not grow with the table."""
_BY_DEADLINE = (requests.c.due_at.nulls_last(), requests.c.applied_at, requests.c.id)
_NEWEST = (requests.c.applied_at.desc(), requests.c.id.desc())


class View(StrEnum):
    """The views of the tray."""

    REVIEW = "review"
    MINE = "mine"
    TODAY = "today"
    OVERDUE = "overdue"
    WAITING = "waiting"
    HELD = "held"
    INQUIRY = "inquiry"
    INQUIRY_OPEN = "inquiry-open"
    INQUIRY_CALL = "inquiry-call"
    INQUIRY_HANDED = "inquiry-handed"
    AUTO = "auto"


class Filters(Frozen):
    """What a view is narrowed to; None = everything."""

    service: str | None = None
    department: str | None = None
    assignee: str | None = None
    state: RequestState | None = None


class Page(Frozen):
    """One page of a list, and how many there are in all."""

    rows: tuple[RequestRow, ...]
    total: int
    """Counted up to `COUNTED`."""
    page: int
    size: int = PAGE_SIZE


class Tray(Repository):
    """Lists of requests for screens; `login` is who looks, for `MINE`."""

    def page(
        self, view: View, login: str, filters: Filters | None = None, page: int = 1, size: int = PAGE_SIZE
    ) -> Page:
        """A page of a view (from 1), by deadline, then arrival (UX AP-14)."""
        chosen = and_(self._view(view, login), _filtered(filters or Filters()))
        return self._page(chosen, page, size, *_BY_DEADLINE)

    def counts(self, login: str) -> dict[View, int]:
        """How many requests each view has, in one query."""
        views = self._views(login)
        counts = [
            select(func.count()).where(chosen).select_from(requests).scalar_subquery()
            for chosen in views.values()
        ]
        row = self._connection.execute(select(*counts)).one()
        return {view: int(row[place]) for place, view in enumerate(views)}

    def count(self, view: View, login: str) -> int:
        """How many requests one view has."""
        statement = select(func.count()).where(self._view(view, login)).select_from(requests)
        return int(self._connection.execute(statement).scalar_one())

    def awaiting_approval(self) -> int:
        """How many wait for another person's approval."""
        waiting = requests.c.state == _S.AWAITING_APPROVAL
        return int(self._connection.execute(select(func.count()).where(waiting)).scalar_one())

    def after(self, view: View, login: str, request_id: int) -> RequestRow | None:
        """The next one of the same view that is not this one (UX AP-17)."""
        statement = _ordered(select(requests).where(self._view(view, login), requests.c.id != request_id))
        return self._one(RequestRow, statement.limit(1))

    def all_requests(self, filters: Filters | None = None, page: int = 1, size: int = PAGE_SIZE) -> Page:
        """Every request, newest first."""
        return self._page(_filtered(filters or Filters()), page, size, *_NEWEST)

    def search(self, text: str, page: int = 1, size: int = PAGE_SIZE) -> Page:
        """Requests by number, as people type it, or by words that all occur (folded)."""
        try:
            number = str(parse(text, local_day(self._at())))
        except WrongReceiptNumber:
            words = [text_key(word) for word in text.split()]
            chosen = and_(
                true(), *(requests.c.search.contains(word, autoescape=True) for word in words if word)
            )
        else:
            chosen = requests.c.number == number
        return self._page(chosen, page, size, *_NEWEST)

    def _page(self, chosen: ColumnElement[bool], page: int, size: int, *order: Any) -> Page:
        counted = select(requests.c.id).where(chosen).limit(COUNTED).subquery()
        total = self._connection.execute(select(func.count()).select_from(counted)).scalar_one()
        statement = select(requests).where(chosen).order_by(*order)
        rows = self._all(RequestRow, statement.limit(size).offset((page - 1) * size))
        return Page(rows=tuple(rows), total=total, page=page, size=size)

    def _view(self, view: View, login: str) -> ColumnElement[bool]:
        return self._views(login)[view]

    def _views(self, login: str) -> dict[View, ColumnElement[bool]]:
        now, (start, end) = self._at(), self._day()
        state, due = requests.c.state, requests.c.due_at
        is_open = requests.c.ended_at.is_(None)
        asked = and_(is_open, requests.c.kind == Kind.INQUIRY)
        return {
            View.REVIEW: or_(
                state == _S.NEEDS_REVIEW,
                and_(state.in_([_S.RUNNING, _S.AWAITING_APPROVAL]), _asks_for_attention()),
                _has_a_problem(self._on_postgres),
            ),
            View.MINE: and_(is_open, requests.c.assignee == login),
            View.TODAY: and_(is_open, due >= now, due < end),
            View.OVERDUE: and_(is_open, due < now),
            View.WAITING: or_(
                state.in_([_S.WAITING_REPLY, _S.AWAITING_APPROVAL]),
                and_(state == _S.RUNNING, _waits_for_a_reply()),
            ),
            View.HELD: state == _S.HELD,
            View.INQUIRY: asked,
            View.INQUIRY_OPEN: and_(asked, state != _S.RUNNING, ~_is_handed_over(), ~_call_is_promised()),
            View.INQUIRY_CALL: and_(asked, state != _S.RUNNING, ~_is_handed_over(), _call_is_promised()),
            View.INQUIRY_HANDED: and_(asked, state != _S.RUNNING, _is_handed_over()),
            View.AUTO: and_(text(AUTOMATIC), requests.c.created_at >= start, requests.c.created_at < end),
        }

    def _day(self) -> tuple[datetime, datetime]:
        """Today in Japan, as two moments."""
        start = datetime.combine(local_day(self._at()), time(), JST)
        return start, start + timedelta(days=1)


def _ordered(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(*_BY_DEADLINE)


def _filtered(filters: Filters) -> ColumnElement[bool]:
    wanted = filters.model_dump(exclude_none=True)
    return and_(literal(True), *(requests.c[name] == value for name, value in wanted.items()))


def _asks_for_attention() -> ColumnElement[bool]:
    """It runs, but an answer has not been looked at, or a step or letter failed or ended unknown."""
    unseen = select(exchanges.c.id).where(
        exchanges.c.request_id == requests.c.id,
        exchanges.c.open,
        exchanges.c.direction == Direction.IN,
    )
    stuck = select(steps.c.id).where(
        steps.c.request_id == requests.c.id, steps.c.state.in_([StepState.FAILED, StepState.UNKNOWN])
    )
    unsent = select(letters.c.id).where(
        letters.c.request_id == requests.c.id,
        letters.c.state.in_([LetterState.FAILED, LetterState.UNKNOWN]),
    )
    return or_(unseen.exists(), stuck.exists(), unsent.exists(), _goes_unheard())


def _goes_unheard() -> ColumnElement[bool]:
    """A system outside has not been reached for so long that a person should know (DESIGN 8)."""
    waiting = select(jobs.c.id).join(steps, (jobs.c.row_id == steps.c.id) & (jobs.c.name == JobName.PERFORM))
    since = jobs.c.created_at <= db_now(-UNHEARD)
    mine = (steps.c.request_id == requests.c.id) & jobs.c.last_error.is_not(None) & (jobs.c.tries > 0)
    return waiting.where(mine, since).exists()


def _has_a_problem(on_postgres: bool) -> ColumnElement[bool]:
    """Somebody who looked afterwards found something wrong, or its kintone record was changed."""
    problem = (reviews.c.outcome == "problem") & reviews.c.settled_at.is_(None)
    happened = select(records.c.request_id).where(records.c.alarm.is_not(None))
    found = union_all(select(reviews.c.request_id).where(problem), happened).subquery()
    return _among(select(found.c.request_id), on_postgres)


def _among(found: Select[Any], on_postgres: bool) -> ColumnElement[bool]:
    if on_postgres:  # as an array it is looked up by index beside the states; as a list every row is read
        return requests.c.id == any_(func.array(found.scalar_subquery()))
    return requests.c.id.in_(found)


def _waits_for_a_reply() -> ColumnElement[bool]:
    """It runs, and its next step is the requester's answer."""
    open_ones = select(waits.c.id).where(
        waits.c.request_id == requests.c.id, waits.c.kind == WaitKind.REPLY, waits.c.answered_at.is_(None)
    )
    return open_ones.exists()


def _call_is_promised() -> ColumnElement[bool]:
    mine = inquiries.c.request_id == requests.c.id
    return select(inquiries.c.request_id).where(mine, inquiries.c.call_at.is_not(None)).exists()


def _is_handed_over() -> ColumnElement[bool]:
    mine = handovers.c.request_id == requests.c.id
    return select(handovers.c.id).where(mine, handovers.c.answered_at.is_(None)).exists()
