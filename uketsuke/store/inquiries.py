"""What stands beside an inquiry's row: its question and answer, the call promised, hand-overs (UX AP-86).

The row in `requests` holds state and version: change that first, so that a stale
decision writes nothing here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update

from uketsuke.domain.content import Frozen, Kind
from uketsuke.domain.inquiry import AnswerWay, Category
from uketsuke.errors import NotFound
from uketsuke.store.inquiry_tables import handovers, inquiries
from uketsuke.store.repository import Repository
from uketsuke.store.tables import requests


class Inquiry(Frozen):
    """One inquiry as it stands."""

    request_id: int
    question: str
    category: Category | None
    answer: str | None
    way: AnswerWay | None
    """How the requester was told; None until it is answered."""
    on_the_spot: bool
    """It was answered while the caller was there."""
    answered_by: str | None
    answered_at: datetime | None
    call_number: str | None
    call_at: datetime | None
    """When a call back was promised last."""


class Handover(Frozen):
    """An inquiry given to somebody outside the desk, and what they answered."""

    id: int
    request_id: int
    to: str
    question: str
    handed_by: str
    handed_at: datetime
    answer: str | None
    answered_at: datetime | None
    recorded_by: str | None


class Tally(Frozen):
    """What became of the inquiries of a period; an inquiry may count under several."""

    total: int
    answered: int
    on_the_spot: int
    call_backs: int
    handed_over: int


class Inquiries(Repository):
    """Inquiries, by the id of their row in `requests`."""

    def begin(self, request_id: int, question: str, category: Category | None = None) -> None:
        """A question has come in; one that is there already stays as it is."""
        values = {"request_id": request_id, "question": question, "category": category, "on_the_spot": False}
        self._add_unless_there(inquiries, values)

    def get(self, request_id: int) -> Inquiry:
        """Raises `NotFound`."""
        found = self._one(Inquiry, select(inquiries).where(inquiries.c.request_id == request_id))
        if found is None:
            raise NotFound("inquiry", request_id)
        return found

    def of(self, request_ids: Collection[int]) -> dict[int, Inquiry]:
        """Those of them that are inquiries, by id."""
        mine = select(inquiries).where(inquiries.c.request_id.in_(list(request_ids)))
        return {one.request_id: one for one in self._all(Inquiry, mine)}

    def answer(
        self, request_id: int, text: str, way: AnswerWay, by: str, at: datetime, on_the_spot: bool = False
    ) -> None:
        """What the requester was told, or will read in a letter."""
        self._set(request_id, answer=text, way=way, answered_by=by, answered_at=at, on_the_spot=on_the_spot)

    def take_back(self, request_id: int) -> None:
        """The answer was not given after all."""
        self._set(request_id, answer=None, way=None, answered_by=None, answered_at=None)

    def promise_call(self, request_id: int, number: str, at: datetime) -> None:
        """Somebody will be called back; a later promise stands for the one before."""
        self._set(request_id, call_number=number, call_at=at)

    def categorise(self, request_id: int, category: Category | None) -> None:
        """What it is about."""
        self._set(request_id, category=category)

    def hand_over(self, request_id: int, to: str, question: str, by: str) -> int:
        """Somebody else is asked; gives the id. Who was asked before without an answer is asked no more."""
        self._answered(request_id, None, by)
        values = {"request_id": request_id, "to": to, "question": question, "handed_by": by}
        return self._add(handovers, {**values, "handed_at": self._at()})

    def hand_back(self, request_id: int, answer: str, by: str) -> bool:
        """What they answered; False where nobody was asked."""
        return self._answered(request_id, answer, by)

    def handovers(self, request_ids: Collection[int], open_only: bool = False) -> list[Handover]:
        """To whom they were handed over, in order."""
        mine = select(handovers).where(handovers.c.request_id.in_(list(request_ids)))
        mine = mine.where(handovers.c.answered_at.is_(None)) if open_only else mine
        return self._all(Handover, mine.order_by(handovers.c.id))

    def tally(self, start: datetime, end: datetime) -> Tally:
        """Inquiries asked between these moments (end excluded), for the statistics."""
        span = (requests.c.applied_at >= start) & (requests.c.applied_at < end)
        asked = select(requests.c.id).where(span, requests.c.kind == Kind.INQUIRY).subquery()
        of_them = inquiries.join(asked, asked.c.id == inquiries.c.request_id)
        handed = select(handovers.c.id).where(handovers.c.request_id == inquiries.c.request_id).exists()
        counts = (
            func.count(),
            func.count(inquiries.c.answer),
            func.count().filter(inquiries.c.on_the_spot),
            func.count(inquiries.c.call_at),
            func.count().filter(handed),
        )
        row = self._connection.execute(select(*counts).select_from(of_them)).one()
        return Tally(**dict(zip(Tally.model_fields, row, strict=True)))

    def _answered(self, request_id: int, answer: str | None, by: str) -> bool:
        mine = update(handovers).where(
            handovers.c.request_id == request_id, handovers.c.answered_at.is_(None)
        )
        return self._changed(mine.values(answer=answer, answered_at=self._at(), recorded_by=by)) > 0

    def _set(self, request_id: int, **changes: object) -> None:
        mine = update(inquiries).where(inquiries.c.request_id == request_id)
        if self._changed(mine.values(**changes)) == 0:
            raise NotFound("inquiry", request_id)
