"""Cursors: which records, in which order, is settled when one is made; their values are those of the read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from uketsuke.connectors.fake_kintone.call import Answer, Call, listed, require
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, say
from uketsuke.connectors.fake_kintone.query import parse
from uketsuke.connectors.fake_kintone.rendering import shown_record
from uketsuke.connectors.fake_kintone.search import Search

MOST_CURSORS, MOST_ROWS = 10, 500
LIFE = timedelta(minutes=10)
"""From its making, and again from every read that leaves something."""


@dataclass
class Cursor:
    """The records that are still to be read."""

    app: int
    left: list[int]
    size: int
    fields: list[str]
    until: datetime


def create_cursor(call: Call) -> Answer:
    """`POST /k/v1/records/cursor.json`; ten of a domain live at once."""
    app = call.app("view")
    size = call.optional_number("size", least=1)
    size = 100 if size is None else size
    if size > MOST_ROWS:
        raise invalid({"size": [say("between", low=1, high=MOST_ROWS)]})
    query = parse(str(call.params.get("query") or ""))
    if query.limit is not None or query.offset is not None:
        raise invalid({"query": [say("query-cursor")]})
    _expire(call)
    if len(call.cursors) >= MOST_CURSORS:
        raise Problem(429, "GAIA_TM12", "many-cursors")
    found = Search(call.domain, app, call.now, call.caller.code).run(query)
    name = str(uuid.uuid4())
    fields = listed(call.params, "fields")
    call.cursors[name] = Cursor(app.id, [one.id for one in found], size, fields, call.now + LIFE)
    return {"id": name, "totalCount": str(len(found))}


def get_cursor(call: Call) -> Answer:
    """`GET /k/v1/records/cursor.json`: the next rows; a cursor that is read to its end is gone."""
    name, cursor = _named(call)
    app = call.domain.apps[cursor.app]
    require(call.caller, app, "view")
    rows, cursor.left = cursor.left[: cursor.size], cursor.left[cursor.size :]
    cursor.until = call.now + LIFE
    if not cursor.left:
        del call.cursors[name]
    still = [app.records[number] for number in rows if number in app.records]
    shown = [shown_record(call.domain, app, record, cursor.fields) for record in still]
    return {"records": shown, "next": bool(cursor.left)}


def delete_cursor(call: Call) -> Answer:
    """`DELETE /k/v1/records/cursor.json`."""
    name, cursor = _named(call)
    require(call.caller, call.domain.apps[cursor.app], "view")
    del call.cursors[name]
    return {}


def _named(call: Call) -> tuple[str, Cursor]:
    name = call.params.get("id")
    if not name:
        raise lacking("id")
    _expire(call)
    cursor = call.cursors.get(str(name))
    if not isinstance(cursor, Cursor):
        raise Problem(404, "GAIA_CN01", "no-cursor")
    return str(name), cursor


def _expire(call: Call) -> None:
    for name in [name for name, cursor in call.cursors.items() if cursor.until <= call.now]:
        del call.cursors[name]
