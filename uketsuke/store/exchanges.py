"""Questions asked and answers got, beside the letters that carried them (UX AP-24)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from uketsuke.domain.content import Frozen
from uketsuke.store.repository import Repository
from uketsuke.store.tables import exchanges


class Direction(StrEnum):
    """OUT: we asked. IN: somebody told us."""

    OUT = "out"
    IN = "in"


class Exchange(Frozen):
    """One question or answer."""

    id: int
    request_id: int
    at: datetime
    direction: Direction
    who: str | None
    text: str
    receipt_id: int | None
    letter_id: int | None
    questions: tuple[str, ...] | None
    open: bool
    """A question that nobody has answered yet."""


class Exchanges(Repository):
    """What was said about a request."""

    def ask(
        self, request_id: int, who: str, text: str, questions: tuple[str, ...], letter_id: int | None = None
    ) -> int:
        """We ask; open until an answer comes. Gives the id."""
        return self._say(request_id, Direction.OUT, who, text, None, letter_id, questions, True)

    def answer(
        self,
        request_id: int,
        who: str | None,
        text: str,
        receipt_id: int | None = None,
        *,
        unseen: bool = False,
    ) -> int:
        """Somebody answers, by mail or on the status page; closes what was asked. Gives the id.

        `unseen` keeps it in the tray until an operator has looked (`see`).
        """
        asked = exchanges.c.open & (exchanges.c.direction == Direction.OUT)
        mine = update(exchanges).where(exchanges.c.request_id == request_id, asked)
        self._connection.execute(mine.values(open=False))
        return self._say(request_id, Direction.IN, who, text, receipt_id, None, None, unseen)

    def of_request(self, request_id: int) -> list[Exchange]:
        """Everything that was said, in order."""
        mine = select(exchanges).where(exchanges.c.request_id == request_id)
        return self._all(Exchange, mine.order_by(exchanges.c.id))

    def open_of(self, request_id: int) -> Exchange | None:
        """The newest question without an answer."""
        asked = exchanges.c.open & (exchanges.c.direction == Direction.OUT)
        mine = select(exchanges).where(exchanges.c.request_id == request_id, asked)
        return self._one(Exchange, mine.order_by(exchanges.c.id.desc()).limit(1))

    def see(self, exchange_id: int) -> None:
        """An operator has looked at an answer."""
        mine = update(exchanges).where(exchanges.c.id == exchange_id, exchanges.c.direction == Direction.IN)
        self._connection.execute(mine.values(open=False))

    def _say(
        self,
        request_id: int,
        direction: Direction,
        who: str | None,
        text: str,
        receipt_id: int | None,
        letter_id: int | None,
        questions: tuple[str, ...] | None,
        is_open: bool,
    ) -> int:
        values = {
            "request_id": request_id,
            "at": self._at(),
            "direction": direction,
            "who": who,
            "text": text,
            "receipt_id": receipt_id,
            "letter_id": letter_id,
            "questions": questions,
            "open": is_open,
        }
        return self._add(exchanges, values)
