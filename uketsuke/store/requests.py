"""Requests and inquiries (DESIGN 6); every change names the version it was made on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from pydantic import JsonValue
from sqlalchemy import Select, select, update
from typing_extensions import Unpack

from uketsuke.domain.authority import Authority
from uketsuke.domain.content import Channel, Frozen, Kind
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.states import ENDED, RequestState
from uketsuke.domain.text import key as text_key
from uketsuke.errors import NotFound, StaleVersion
from uketsuke.store.repository import Repository
from uketsuke.store.shapes import Candidate, Override
from uketsuke.store.tables import letters, receipts, requests


class RequestRow(Frozen):
    """One request or inquiry as it stands."""

    id: int
    receipt_id: int
    number: str
    kind: Kind
    service: str | None
    state: RequestState
    version: int
    title: str
    channel: Channel
    reading: Reading
    request: dict[str, JsonValue] | None
    """The valid typed request, or None while something is missing."""
    concerns: tuple[Concern, ...]
    overrides: dict[str, Override]
    authority: Authority | None
    candidates: tuple[Candidate, ...]
    assignee: str | None
    person: str | None
    """Employee number of who asks."""
    requester_name: str | None
    requester_mail: str | None
    department: str | None
    about: str | None
    """Folded value of the service's key field: which unit, account or form it is about; else who asks."""
    due_at: datetime | None
    due_what: str | None
    applied_at: datetime
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    merged_into: int | None
    token_hash: str | None
    held_until: date | None
    plan_id: int | None
    automatic: bool
    """It ran without an operator."""
    search: str


class Changes(TypedDict, total=False):
    """What may be changed after a request was opened."""

    kind: Kind
    service: str | None
    state: RequestState
    title: str
    reading: Reading
    request: dict[str, JsonValue] | None
    concerns: tuple[Concern, ...]
    overrides: dict[str, Override]
    authority: Authority | None
    candidates: tuple[Candidate, ...]
    assignee: str | None
    person: str | None
    requester_name: str | None
    requester_mail: str | None
    department: str | None
    about: str | None
    due_at: datetime | None
    due_what: str | None
    applied_at: datetime
    merged_into: int | None
    token_hash: str | None
    held_until: date | None
    plan_id: int | None
    automatic: bool


_CHANGEABLE = frozenset(Changes.__annotations__)
_SEARCHED = frozenset({"title", "service", "reading", "requester_name", "requester_mail", "department"})
_AT_FIRST: dict[str, Any] = {
    "kind": Kind.REQUEST,
    "state": RequestState.READING,
    "title": "",
    "reading": Reading(),
    "concerns": (),
    "overrides": {},
    "candidates": (),
    "automatic": False,
}


class Requests(Repository):
    """All requests; screens ask the tray (`tx.tray`) for their lists."""

    def add(self, receipt_id: int, number: str | None = None, **changes: Unpack[Changes]) -> int:
        """Open a request for a receipt; gives the id. A number of its own is only for what was split off."""
        receipt = self._connection.execute(select(receipts).where(receipts.c.id == receipt_id)).one_or_none()
        if receipt is None:
            raise NotFound("receipt", receipt_id)
        now = self._at()
        values: dict[str, Any] = {
            **_AT_FIRST,
            "applied_at": receipt.applied_at or receipt.received_at,
            **_checked(changes),
            "receipt_id": receipt_id,
            "number": number or receipt.number,
            "channel": receipt.channel,
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        values["ended_at"] = now if values["state"] in ENDED else None
        return self._add(requests, {**values, "search": _search_text(values)})

    def get(self, request_id: int) -> RequestRow:
        """Raises `NotFound`."""
        return self._known(select(requests).where(requests.c.id == request_id), request_id)

    def get_locked(self, request_id: int) -> RequestRow:
        """The same, and nobody else changes it before this transaction ends.

        Take it before the first audit entry: all who lock the request and then the end of the
        audit chain wait for each other, those who do it the other way round deadlock.
        """
        statement = select(requests).where(requests.c.id == request_id)
        locked = statement.with_for_update(key_share=True) if self._on_postgres else statement
        return self._known(locked, request_id)

    def by_number(self, number: str) -> RequestRow | None:
        """The request of that number, written in full."""
        return self._one(RequestRow, select(requests).where(requests.c.number == number))

    def by_token_hash(self, token_hash: str) -> RequestRow | None:
        """The request whose status page that token opens."""
        return self._one(RequestRow, select(requests).where(requests.c.token_hash == token_hash))

    def of_receipt(self, receipt_id: int) -> list[RequestRow]:
        """The requests that one receipt led to (several after a split)."""
        mine = select(requests).where(requests.c.receipt_id == receipt_id)
        return self._all(RequestRow, mine.order_by(requests.c.id))

    def taken_over_by(self, request_id: int) -> list[RequestRow]:
        """The requests that were merged into that one, oldest first (統合)."""
        mine = select(requests).where(requests.c.merged_into == request_id)
        return self._all(RequestRow, mine.order_by(requests.c.id))

    def update(self, request_id: int, expected_version: int, **changes: Unpack[Changes]) -> int:
        """Change it and give the new version; raises `StaleVersion` when somebody was first.

        `ended_at` follows the state.
        """
        values: dict[str, Any] = {**_checked(changes), "updated_at": self._at()}
        if "state" in changes:
            values["ended_at"] = self._at() if changes["state"] in ENDED else None
        if _SEARCHED & changes.keys():
            values["search"] = _search_text({**self.get(request_id).model_dump(), **changes})
        version = requests.c.version
        mine = update(requests).where(requests.c.id == request_id, version == expected_version)
        if self._changed(mine.values(**values, version=expected_version + 1)) == 0:
            raise StaleVersion("request", expected_version, self.get(request_id).version)
        return expected_version + 1

    def judge_by(self, request_id: int, receipt_id: int) -> None:
        """From here on it is judged by another revision of its record; its number stays."""
        mine = update(requests).where(requests.c.id == request_id)
        self._connection.execute(mine.values(receipt_id=receipt_id))

    def set_due(self, request_id: int, due_at: datetime | None, due_what: str | None) -> None:
        """Show its next deadline; no decision is made on it, so the version stays."""
        mine = update(requests).where(requests.c.id == request_id)
        self._connection.execute(mine.values(due_at=due_at, due_what=due_what))

    def similar(
        self, service: str, department: str, value: str, since: datetime, limit: int = 20
    ) -> list[RequestRow]:
        """Requests of that service and department about the same thing, open or ended since then (FR-06).

        The value is that of the service's key field, compared folded, as it was read or
        corrected last; the newest first.
        """
        same = (requests.c.service == service) & (requests.c.department == department)
        same &= requests.c.about == text_key(value)
        recent = requests.c.ended_at.is_(None) | (requests.c.ended_at >= since)
        alive = requests.c.state.not_in([RequestState.MERGED, RequestState.WITHDRAWN])
        found = select(requests).where(same, recent, alive).order_by(requests.c.applied_at.desc())
        return self._all(RequestRow, found.limit(limit))

    def about(self, value: str, limit: int = 50) -> list[RequestRow]:
        """Requests about one thing, by the value of their service's key field; the newest first."""
        mine = select(requests).where(requests.c.about == text_key(value))
        return self._all(RequestRow, mine.order_by(requests.c.applied_at.desc()).limit(limit))

    def by_letter_message_id(self, message_ids: Collection[str]) -> list[RequestRow]:
        """Requests whose letters have these Message-IDs: which thread a reply belongs to."""
        about = select(letters.c.request_id).where(letters.c.message_id.in_(list(message_ids)))
        return self._all(RequestRow, select(requests).where(requests.c.id.in_(about)).order_by(requests.c.id))

    def of_department(self, department: str, open_only: bool = True, limit: int = 50) -> list[RequestRow]:
        """A section's requests, newest first."""
        mine = select(requests).where(requests.c.department == department)
        mine = mine.where(requests.c.ended_at.is_(None)) if open_only else mine
        return self._all(RequestRow, mine.order_by(requests.c.applied_at.desc()).limit(limit))

    def of_person(self, employee_number: str, limit: int = 50) -> list[RequestRow]:
        """What one person has asked for, newest first."""
        mine = select(requests).where(requests.c.person == employee_number)
        return self._all(RequestRow, mine.order_by(requests.c.applied_at.desc()).limit(limit))

    def held_over(self, day: date) -> list[RequestRow]:
        """Held requests whose day has come."""
        come = (requests.c.state == RequestState.HELD) & (requests.c.held_until <= day)
        return self._all(RequestRow, select(requests).where(come).order_by(requests.c.id))

    def open_with_person(self) -> list[RequestRow]:
        """Open ones of people whom the directory knows."""
        mine = select(requests).where(requests.c.ended_at.is_(None), requests.c.person.is_not(None))
        return self._all(RequestRow, mine.order_by(requests.c.id))

    def open_of_person(self, employee_number: str) -> list[RequestRow]:
        """Open ones of one person, oldest first."""
        mine = select(requests).where(requests.c.ended_at.is_(None), requests.c.person == employee_number)
        return self._all(RequestRow, mine.order_by(requests.c.applied_at))

    def _known(self, statement: Select[Any], request_id: int) -> RequestRow:
        found = self._one(RequestRow, statement)
        if found is None:
            raise NotFound("request", request_id)
        return found


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = changes.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"a request has no {sorted(unknown)} to change")
    return dict(changes)


def _search_text(values: dict[str, Any]) -> str:
    """Folded words by which people look for a request (UX AP-42)."""
    reading = values["reading"]
    plain = (reading if isinstance(reading, Reading) else Reading.model_validate(reading)).plain()
    words = [
        values.get(name)
        for name in ("number", "title", "service", "requester_name", "requester_mail", "department")
    ]
    return " ".join(dict.fromkeys(text_key(word) for word in map(_spoken, (*words, *plain.values())) if word))


def _spoken(value: Any) -> str:
    """A value as words: of a table those of its cells, of a list its pieces."""
    if isinstance(value, dict):
        return " ".join(map(_spoken, value.values()))
    if isinstance(value, list):
        return " ".join(map(_spoken, value))
    return str(value) if value else ""
