"""Our mails from written to sent, failed or unknown (DESIGN 2 promise 6, 9)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.states import LetterState
from uketsuke.errors import NotFound
from uketsuke.store.repository import Repository, StaleState
from uketsuke.store.shapes import Refusal
from uketsuke.store.tables import letters

_S = LetterState


class Letter(Frozen):
    """One mail of ours; its Message-ID is fixed from the start."""

    id: int
    effect_key: str
    purpose: str
    """`ack`, `plan`, `ask`, `return`, `conflict` …"""
    request_id: int | None
    receipt_id: int | None
    step_id: int | None
    to: str
    cc: tuple[str, ...]
    subject: str
    body: str
    message_id: str
    in_reply_to: str | None
    references: tuple[str, ...]
    state: LetterState
    written_at: datetime
    sending_at: datetime | None
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    server_reply: str | None
    refused: tuple[Refusal, ...] | None
    settled_by: str | None


class Cause(Frozen):
    """How many letters are in a state for the same reason."""

    state: LetterState
    error: str | None
    count: int


class Letters(Repository):
    """Letters; every change of state names the states it may start from and raises `StaleState`."""

    def write(
        self,
        *,
        effect_key: str,
        purpose: str,
        to: str,
        subject: str,
        body: str,
        message_id: str,
        cc: tuple[str, ...] = (),
        in_reply_to: str | None = None,
        references: tuple[str, ...] = (),
        request_id: int | None = None,
        receipt_id: int | None = None,
        step_id: int | None = None,
    ) -> int:
        """A letter to be sent; the effect key makes a second one impossible. Gives the id."""
        values = {
            "effect_key": effect_key,
            "purpose": purpose,
            "to": to,
            "cc": cc,
            "subject": subject,
            "body": body,
            "message_id": message_id,
            "in_reply_to": in_reply_to,
            "references": references,
            "request_id": request_id,
            "receipt_id": receipt_id,
            "step_id": step_id,
            "state": _S.WRITTEN,
            "written_at": self._at(),
            "attempts": 0,
        }
        return self._add(letters, values)

    def get(self, letter_id: int) -> Letter:
        """Raises `NotFound`."""
        found = self._one(Letter, select(letters).where(letters.c.id == letter_id))
        if found is None:
            raise NotFound("letter", letter_id)
        return found

    def by_effect_key(self, effect_key: str) -> Letter | None:
        """The letter that this effect wrote."""
        return self._one(Letter, select(letters).where(letters.c.effect_key == effect_key))

    def by_message_id(self, message_id: str) -> Letter | None:
        """The letter that a reply or bounce refers to."""
        return self._one(Letter, select(letters).where(letters.c.message_id == message_id))

    def of_request(self, request_id: int) -> list[Letter]:
        """All letters about a request, oldest first."""
        mine = select(letters).where(letters.c.request_id == request_id)
        return self._all(Letter, mine.order_by(letters.c.id))

    def of_receipt(self, receipt_id: int) -> list[Letter]:
        """All letters about a receipt, oldest first."""
        mine = select(letters).where(letters.c.receipt_id == receipt_id)
        return self._all(Letter, mine.order_by(letters.c.id))

    def acknowledged_since(self, to: str, since: datetime) -> int:
        """How many acknowledgements and questions went to that address (loop limit, FAULTS S8)."""
        counted = letters.c.purpose.in_(["ack", "question"]) & (letters.c.written_at >= since)
        mine = select(func.count()).select_from(letters).where(letters.c.to == to, counted)
        return int(self._connection.execute(mine).scalar_one())

    def set_sending(self, letter_id: int) -> None:
        """Committed after RCPT and just before DATA: from here on a cut makes it unknown."""
        changes = {"attempts": letters.c.attempts + 1, "sending_at": self._at()}
        self._move(letter_id, _S.SENDING, (_S.WRITTEN,), **changes)

    def set_sent(self, letter_id: int, reply: str, refused: tuple[Refusal, ...] = ()) -> None:
        """The server took it; `reply` holds its queue id, `refused` who will not get it."""
        changes = {
            "sent_at": self._at(),
            "server_reply": reply,
            "refused": refused or None,
            "last_error": None,
            "next_attempt_at": None,
        }
        self._move(letter_id, _S.SENT, (_S.SENDING,), **changes)

    def set_failed(self, letter_id: int, error: str, refused: tuple[Refusal, ...] = ()) -> None:
        """The server said a final no."""
        changes = {"last_error": error, "refused": refused or None, "next_attempt_at": None}
        self._move(letter_id, _S.FAILED, (_S.WRITTEN, _S.SENDING), **changes)

    def set_unknown(self, letter_id: int, error: str) -> None:
        """Cut after DATA began: nobody can tell; never sent again by itself."""
        self._move(letter_id, _S.UNKNOWN, (_S.SENDING,), last_error=error, next_attempt_at=None)

    def set_later(self, letter_id: int, error: str, next_at: datetime) -> None:
        """The server said "not now", before it had the letter."""
        states = (_S.WRITTEN, _S.SENDING)
        self._move(letter_id, _S.WRITTEN, states, last_error=error, next_attempt_at=next_at, sending_at=None)

    def settle(self, letter_id: int, state: LetterState, by: str) -> None:
        """A person, or the archive mailbox, says how it ended; WRITTEN = send it again."""
        changes: dict[str, Any] = {"settled_by": by, "next_attempt_at": None}
        if state is _S.SENT:
            changes["sent_at"] = self._at()
        self._move(letter_id, state, (_S.UNKNOWN, _S.FAILED), **changes)

    def take_back(self, letter_id: int) -> bool:
        """Remove a letter that nobody has begun to send (undo); False where it is too late."""
        untouched = (letters.c.state == _S.WRITTEN) & (letters.c.attempts == 0)
        return self._changed(delete(letters).where(letters.c.id == letter_id, untouched)) == 1

    def in_states(self, states: Collection[LetterState], limit: int = 200, offset: int = 0) -> list[Letter]:
        """Letters in these states, oldest first."""
        mine = select(letters).where(letters.c.state.in_(list(states)))
        return self._all(
            Letter, mine.order_by(letters.c.written_at, letters.c.id).limit(limit).offset(offset)
        )

    def causes(self) -> list[Cause]:
        """What has not been sent, by state and cause (UX 5.7)."""
        group = (letters.c.state, letters.c.last_error)
        statement = select(*group, func.count()).where(letters.c.state != _S.SENT).group_by(*group)
        rows = self._connection.execute(statement.order_by(*group))
        return [Cause(state=state, error=error, count=count) for state, error, count in rows]

    def _move(
        self, letter_id: int, state: LetterState, expected: Collection[LetterState], **changes: Any
    ) -> None:
        mine = update(letters).where(letters.c.id == letter_id, letters.c.state.in_(list(expected)))
        if self._changed(mine.values(state=state, **changes)) == 0:
            raise StaleState("letter", letter_id, expected, self.get(letter_id).state)
