"""Records, one at a time or up to a hundred: read, add, change, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke.connectors.fake_kintone.call import (
    Answer,
    Call,
    found_record,
    listed,
    require,
    shaped,
    truth,
    whole,
)
from uketsuke.connectors.fake_kintone.entry import Entry, Errors
from uketsuke.connectors.fake_kintone.form import SYSTEM_MOMENTS, SYSTEM_PEOPLE
from uketsuke.connectors.fake_kintone.lookups import copied
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, say
from uketsuke.connectors.fake_kintone.query import parse
from uketsuke.connectors.fake_kintone.rendering import shown_record
from uketsuke.connectors.fake_kintone.search import Search
from uketsuke.connectors.fake_kintone.state import App, Record
from uketsuke.connectors.fake_kintone.webhooks import tell_deleted, tell_record

MOST_WRITTEN = 100
MOST_READ, MOST_SKIPPED = 500, 10_000


def get_record(call: Call) -> Answer:
    """`GET /k/v1/record.json`."""
    app = call.app("view")
    return {"record": shown_record(call.domain, app, call.record(app))}


def get_records(call: Call) -> Answer:
    """`GET /k/v1/records.json`: condition, order, at most 500, skipping at most 10,000."""
    app = call.app("view")
    query = parse(str(call.params.get("query") or ""))
    limit = 100 if query.limit is None else query.limit
    offset = query.offset or 0
    if limit > MOST_READ:
        raise Problem(400, "GAIA_QU01", "limit-500")
    if offset > MOST_SKIPPED:
        raise Problem(400, "GAIA_QU02", "offset-10000")
    found = Search(call.domain, app, call.now, call.caller.code).run(query)
    only = listed(call.params, "fields")
    shown = [shown_record(call.domain, app, record, only) for record in found[offset : offset + limit]]
    count = str(len(found)) if truth(call.params.get("totalCount")) else None
    return {"records": shown, "totalCount": count}


def add_record(call: Call) -> Answer:
    """`POST /k/v1/record.json`."""
    app = call.app("add")
    record = _added(call, app, shaped(call.params.get("record") or {}), "record")
    tell_record(call, app, record, "ADD_RECORD")
    return {"id": str(record.id), "revision": str(record.revision)}


def add_records(call: Call) -> Answer:
    """`POST /k/v1/records.json`: all or nothing, no webhook."""
    app = call.app("add")
    given = _at_most(call, "add-100")
    added = [_added(call, app, shaped(one), f"records[{index}]") for index, one in enumerate(given)]
    return {"ids": [str(one.id) for one in added], "revisions": [str(one.revision) for one in added]}


def update_record(call: Call) -> Answer:
    """`PUT /k/v1/record.json`, by id or by a field without duplicates."""
    app = call.app("edit")
    record = _changed(call, app, call.params, "record")
    tell_record(call, app, record, "UPDATE_RECORD")
    return {"revision": str(record.revision)}


def update_records(call: Call) -> Answer:
    """`PUT /k/v1/records.json`: all or nothing; with `upsert` what is not there is added; no webhook."""
    app = call.app("edit")
    upsert = truth(call.params.get("upsert"))
    if upsert:
        require(call.caller, app, "add")
    done = []
    for index, item in enumerate(_at_most(call, "update-100")):
        one, operation = shaped(item), {}
        if upsert:
            operation = {"operation": "UPDATE" if _find(app, one) else "INSERT"}
        if operation.get("operation") == "INSERT":
            record = _added(call, app, _with_key(one), f"records[{index}]")
        else:
            record = _changed(call, app, one, f"records[{index}]")
        done.append({"id": str(record.id), "revision": str(record.revision), **operation})
    return {"records": done}


def delete_records(call: Call) -> Answer:
    """`DELETE /k/v1/records.json`: 1 to 100, all or nothing; no webhook."""
    app = call.app("delete")
    ids = [whole(one, "ids", 1) or 0 for one in listed(call.params, "ids")]
    if not 1 <= len(ids) <= MOST_WRITTEN:
        said = [] if ids else [say("required")]
        raise invalid({"ids": [*said, say("delete-100")]})
    revisions = listed(call.params, "revisions")
    for index, number in enumerate(ids):
        record = found_record(app, number)
        check_revision(record, revisions[index] if index < len(revisions) else None)
        del app.records[number]
    return {}


def delete_one(call: Call, app: App, record: Record) -> None:
    """What a person does on the record's page: one record, and webhooks hear of it."""
    del app.records[record.id]
    tell_deleted(call, app, record)


def take_in(call: Call, app: App, given: Mapping[str, Any]) -> int:
    """One record of an imported file: checked like any, but no webhook hears of it."""
    return _added(call, app, shaped(given), "record").id


def check_revision(record: Record, expected: object) -> None:
    """Refuse an update made on another revision; -1 and nothing mean any."""
    revision = whole(expected, "revision", -1)
    if revision not in (None, -1, record.revision):
        raise Problem(409, "GAIA_CO02", "conflict")


def _at_most(call: Call, key: str) -> list[Any]:
    given = listed(call.params, "records")
    if "records" not in call.params:
        raise invalid({"records": [say("required")]})
    if len(given) > MOST_WRITTEN:
        raise invalid({"records": [say(key)]})
    return given


def _added(call: Call, app: App, given: dict[str, Any], prefix: str) -> Record:
    entry = Entry(call.domain, app, call.now, prefix)
    values = entry.values(given, None)
    _refuse(_duplicates(app, values, None, prefix), entry.errors)
    values = copied(call, app, given, values, None)
    app.last_record += 1
    first = app.process.states[0].name if app.process else ""
    written = {
        "creator": call.caller.code,
        "created_at": call.now,
        "modifier": call.caller.code,
        "updated_at": call.now,
        **_overridden(call, app, given, entry),
    }
    record = Record(id=app.last_record, values=values, status=first, **written)
    app.records[record.id] = record
    return record


def _overridden(call: Call, app: App, given: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """Creator and times of a new record, which only an administrator of the app may give."""
    named = {"CREATOR": "creator", "MODIFIER": "modifier", "CREATED_TIME": "created_at"}
    named |= {"UPDATED_TIME": "updated_at"}
    asked = {code: app.form[code].type for code in given if code in app.form}
    system = {code: kind for code, kind in asked.items() if kind in SYSTEM_PEOPLE | SYSTEM_MOMENTS}
    if system:
        require(call.caller, app, "manage")
    return {named[kind]: entry.system(kind, given[code]) for code, kind in system.items()}


def _changed(call: Call, app: App, item: Mapping[str, Any], prefix: str) -> Record:
    record = _find(app, item)
    if record is None:
        if "updateKey" in item:
            raise Problem(400, "GAIA_RE20", "no-key")
        raise Problem(404, "GAIA_RE01", "no-record", id=item.get("id"))
    check_revision(record, item.get("revision"))
    given = shaped(item.get("record") or {})
    for code in given:
        if code in app.form and app.form[code].type in SYSTEM_PEOPLE | SYSTEM_MOMENTS:
            raise Problem(400, "CB_NO02", "read-only", code=code)
    entry = Entry(call.domain, app, call.now, prefix)
    values = entry.values(given, record.values)
    _refuse(_duplicates(app, values, record.id, prefix), entry.errors)
    values = copied(call, app, given, values, record)
    return replace_record(call, app, record, values=values)


def replace_record(call: Call, app: App, record: Record, *, steps: int = 1, **changes: Any) -> Record:
    """The record at its next revision, changed now by the caller."""
    stamped = {"modifier": call.caller.code, "updated_at": call.now, **changes}
    changed = record.model_copy(update={"revision": record.revision + steps, **stamped})
    app.records[record.id] = changed
    return changed


def _find(app: App, item: Mapping[str, Any]) -> Record | None:
    """The record that an update names, by id or by key."""
    if ("id" in item) == ("updateKey" in item):
        raise invalid({"id": [say("id-or-key")]})
    if "id" in item:
        return app.records.get(whole(item["id"], "id", 1) or 0)
    key = shaped(item["updateKey"])
    field = app.form.get(str(key.get("field")))
    if field is None or not field.unique or field.type not in {"SINGLE_LINE_TEXT", "NUMBER"}:
        raise invalid({"updateKey.field": [say("unique-key")]})
    return next((one for one in app.records.values() if one.values.get(field.code) == key.get("value")), None)


def _with_key(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an upsert adds: the record, and the key that was searched."""
    given = dict(shaped(item.get("record") or {}))
    if "updateKey" in item:
        given[item["updateKey"]["field"]] = {"value": item["updateKey"]["value"]}
    return given


def _duplicates(app: App, values: Mapping[str, Any], own: int | None, prefix: str) -> Errors:
    """Values that another record has in a field without duplicates; empty ones are no duplicates."""
    unique = [code for code, field in app.form.items() if field.unique and values.get(code)]
    taken = [
        code
        for code in unique
        if any(one.id != own and one.values.get(code) == values[code] for one in app.records.values())
    ]
    return {f"{prefix}.{code}.value": [say("duplicate")] for code in taken}


def _refuse(*found: Errors) -> None:
    errors = {key: said for each in found for key, said in each.items()}
    if errors:
        raise invalid(errors)
