"""Records of kintone apps: read one or all, write by revision, act, comment; deciding is for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from uketsuke.connectors.kintone_answers import (
    AppProcess,
    FormField,
    KintoneRecord,
    RecordComment,
    Written,
)
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.errors import Refused, TryLater, UnknownOutcome

MOST_ROWS = 500
MOST_WRITTEN = 100
_RECORD, _RECORDS, _CURSOR = "/k/v1/record.json", "/k/v1/records.json", "/k/v1/records/cursor.json"
Shape = TypeVar("Shape", bound=BaseModel)
Values = Mapping[str, Any]
"""Field code → value in the form of the field's type, without kintone's `{"value": …}` around it."""


class KintoneClient:
    """What the product does with records; errors are those of `kintone_port`."""

    def __init__(self, port: KintonePort) -> None:
        self._port = port

    def record(self, app: int, number: int) -> KintoneRecord:
        """One record with all its fields."""
        answer = self._port.read(_RECORD, {"app": app, "id": number}, app=app)
        return self._record(answer.get("record"))

    def find(
        self, app: int, query: str, fields: Sequence[str] = (), *, limit: int = MOST_ROWS
    ) -> list[KintoneRecord]:
        """Up to 500 records in one call; `query` without limit."""
        asked = {"app": app, "query": f"{query} limit {limit}".strip()} | _only(fields)
        answer = self._port.read(_RECORDS, asked, app=app)
        return [self._record(one) for one in _list(answer.get("records"))]

    def each(
        self,
        app: int,
        query: str,
        fields: Sequence[str] = (),
        *,
        size: int = MOST_ROWS,
        opened: Callable[[str], None] = lambda name: None,
    ) -> Iterator[KintoneRecord]:
        """All records of a query, however many, through a cursor that is given back whatever happens.

        Which records, and in which order, is settled at the start; their values are those of the moment
        when they come. `opened` is told the cursor's name, for whoever comes after us if we die over it.
        """
        asked = {"app": app, "query": query, "size": size} | _only(fields)
        name = str(self._port.open(_CURSOR, asked, app=app).get("id", ""))
        following = True
        try:
            opened(name)
            while following:
                page = self._port.read(_CURSOR, {"id": name}, app=app)
                following = page.get("next") is True
                yield from (self._record(one) for one in _list(page.get("records")))
        finally:
            if following:
                self.give_back(app, name)

    def add(self, app: int, values: Values) -> Written:
        """A new record."""
        answer = self._port.write("POST", _RECORD, {"app": app, "record": _wrapped(values)}, app=app)
        return self._shaped(Written, answer, writes=True)

    def update(self, app: int, number: int, values: Values, revision: int) -> int:
        """Write fields of a record that must be at that revision; the revision that follows."""
        body = {"app": app, "id": number, "revision": revision, "record": _wrapped(values)}
        return self._shaped(Written, self._port.write("PUT", _RECORD, body, app=app), writes=True).revision

    def upsert(self, app: int, key: str, rows: Mapping[str, Values]) -> list[Written]:
        """Write up to 100 records by the values of a field without duplicates, all or none."""
        items = [
            {"updateKey": {"field": key, "value": name}, "record": _wrapped(values)}
            for name, values in rows.items()
        ]
        body = {"app": app, "upsert": True, "records": items}
        answer = self._port.write("PUT", _RECORDS, body, app=app)
        return [self._shaped(Written, one, writes=True) for one in _list(answer.get("records"))]

    def act(self, app: int, number: int, action: str, revision: int, assignee: str | None = None) -> int:
        """Let the process go on by an action; the revision that follows, two higher."""
        body: dict[str, Any] = {"app": app, "id": number, "action": action, "revision": revision}
        body |= {"assignee": assignee} if assignee else {}
        answer = self._port.write("PUT", "/k/v1/record/status.json", body, app=app)
        return self._shaped(Written, answer, writes=True).revision

    def comment(self, app: int, number: int, text: str) -> int:
        """Write a comment; its number."""
        body = {"app": app, "record": number, "comment": {"text": text}}
        answer = self._port.write("POST", "/k/v1/record/comment.json", body, app=app)
        try:
            return int(answer["id"])
        except (KeyError, TypeError, ValueError):
            self._port.odd(writes=True)

    def comments(self, app: int, number: int) -> Iterator[RecordComment]:
        """A record's comments, newest first, ten at a time."""
        offset, older = 0, True
        while older:
            asked = {"app": app, "record": number, "offset": offset}
            answer = self._port.read("/k/v1/record/comments.json", asked, app=app)
            page = _list(answer.get("comments"))
            yield from (self._shaped(RecordComment, one) for one in page)
            offset, older = offset + len(page), answer.get("older") is True and bool(page)

    def form(self, app: int) -> dict[str, FormField]:
        """The fields of an app's form, by code."""
        answer = self._port.read("/k/v1/app/form/fields.json", {"app": app}, app=app)
        properties = answer.get("properties")
        if not isinstance(properties, dict):
            self._port.odd(writes=False)
        return {code: self._shaped(FormField, one) for code, one in properties.items()}

    def process(self, app: int) -> AppProcess:
        """Process management of an app."""
        return self._shaped(AppProcess, self._port.read("/k/v1/app/status.json", {"app": app}, app=app))

    def give_back(self, app: int, name: str) -> None:
        """Close a cursor: one that stays open takes one of ten from the whole city for ten minutes."""
        with suppress(TryLater, Refused, UnknownOutcome):
            self._port.write("DELETE", _CURSOR, {"id": name}, app=app)

    def _record(self, answer: Any) -> KintoneRecord:
        try:
            number, revision = answer["$id"]["value"], answer["$revision"]["value"]
        except (KeyError, TypeError):
            self._port.odd(writes=False)
        return self._shaped(KintoneRecord, {"id": number, "revision": revision, "fields": answer})

    def _shaped(self, shape: type[Shape], answer: Any, *, writes: bool = False) -> Shape:
        try:
            return shape.model_validate(answer)
        except ValidationError:
            self._port.odd(writes)


def _wrapped(values: Values) -> dict[str, Any]:
    return {code: {"value": value} for code, value in values.items()}


def _only(fields: Sequence[str]) -> dict[str, Any]:
    return {"fields": ["$id", "$revision", *fields]} if fields else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
