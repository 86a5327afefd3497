"""Process management: actions, statuses, assignees. An action raises the revision by two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke.connectors.fake_kintone.call import Answer, Call, found_record, listed, shaped, whole
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, say
from uketsuke.connectors.fake_kintone.records import MOST_WRITTEN, check_revision, replace_record
from uketsuke.connectors.fake_kintone.state import Action, App, Process, Record, State
from uketsuke.connectors.fake_kintone.webhooks import tell_record

BY_ACTION = 2
"""The action and the change of status are recorded one by one."""


def update_status(call: Call) -> Answer:
    """`PUT /k/v1/record/status.json`."""
    app = call.app("view")
    record = _acted(call, app, call.params)
    tell_record(call, app, record, "UPDATE_STATUS")
    return {"revision": str(record.revision)}


def update_statuses(call: Call) -> Answer:
    """`PUT /k/v1/records/status.json`: all or nothing; no webhook."""
    app = call.app("view")
    given = listed(call.params, "records")
    if len(given) > MOST_WRITTEN:
        raise invalid({"records": [say("update-100")]})
    done = [_acted(call, app, shaped(one)) for one in given]
    return {"records": [{"id": str(one.id), "revision": str(one.revision)} for one in done]}


def update_assignees(call: Call) -> Answer:
    """`PUT /k/v1/record/assignees.json`: for administrators of the app; at most 100."""
    app = call.app("manage")
    process = _process(app)
    record = call.record(app)
    check_revision(record, call.params.get("revision"))
    codes = tuple(_user(call, code) for code in listed(call.params, "assignees"))
    if len(codes) > MOST_WRITTEN:
        raise invalid({"assignees": [say("between", low=0, high=MOST_WRITTEN)]})
    if len(codes) > 1 and _state(process, record.status).assignee == "ONE":
        raise Problem(400, "GAIA_SA02", "one-assignee")
    changed = replace_record(call, app, record, assignees=codes)
    return {"revision": str(changed.revision)}


def get_process(call: Call) -> Answer:
    """`GET /k/v1/app/status.json`."""
    app = call.app("view")
    if app.process is None:
        return {"enable": False, "states": None, "actions": None, "revision": "1"}
    states = {
        state.name: {
            "name": state.name,
            "index": str(index),
            "assignee": {
                "type": state.assignee,
                "entities": [
                    {"entity": {"type": each.type, "code": each.code}, "includeSubs": False}
                    for each in state.entities
                ],
            },
        }
        for index, state in enumerate(app.process.states)
    }
    actions = [
        {"name": each.name, "from": each.origin, "to": each.to, "filterCond": "", "type": "PRIMARY"}
        for each in app.process.actions
    ]
    return {"enable": app.process.enable, "states": states, "actions": actions, "revision": "1"}


def _acted(call: Call, app: App, item: Mapping[str, Any]) -> Record:
    process = _process(app)
    record = found_record(app, whole(item.get("id"), "id", 1) or 0)
    check_revision(record, item.get("revision"))
    if not item.get("action"):
        raise lacking("action")
    action = _action(process, record, str(item["action"]))
    if record.assignees and call.caller.code not in record.assignees:
        raise Problem(403, "CB_NO02", "not-assignee")
    assignees = _next_assignees(call, record, _state(process, action.to), item.get("assignee"))
    return replace_record(call, app, record, steps=BY_ACTION, status=action.to, assignees=assignees)


def _process(app: App) -> Process:
    if app.process is None or not app.process.enable:
        raise Problem(400, "GAIA_ST02", "no-process")
    return app.process


def _action(process: Process, record: Record, name: str) -> Action:
    """The one action of that name from where the record is; two of one name are none."""
    found = [each for each in process.actions if (each.name, each.origin) == (name, record.status)]
    if len(found) != 1:
        raise Problem(400, "GAIA_IL03", "status-failed")
    return found[0]


def _state(process: Process, name: str) -> State:
    return next(state for state in process.states if state.name == name)


def _next_assignees(call: Call, record: Record, state: State, chosen: object) -> tuple[str, ...]:
    """Who works on it next: one of those who can be chosen, or all who are named."""
    possible = _possible(call, record, state)
    if not possible:
        return ()
    if state.assignee != "ONE":
        return possible
    if not chosen:
        raise Problem(400, "GAIA_SA01", "assignee-needed")
    code = _user(call, chosen)
    if code not in possible:
        raise Problem(400, "GAIA_SA01", "assignee-needed")
    return (code,)


def _possible(call: Call, record: Record, state: State) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for entity in state.entities:
        codes = [entity.code]
        match entity.type:
            case "GROUP":
                group = call.domain.groups.get(entity.code)
                codes = group.members if group else []
            case "FIELD_ENTITY":
                held = record.values.get(entity.code)
                codes = held if isinstance(held, list) else [record.creator]
            case "ORGANIZATION":
                users = call.domain.users.values()
                codes = [user.code for user in users if entity.code in user.organizations]
        found |= dict.fromkeys(codes)
    return tuple(code for code in found if code in call.domain.users and call.domain.users[code].valid)


def _user(call: Call, code: object) -> str:
    user = call.domain.users.get(str(code))
    if user is None or not user.valid:
        raise Problem(400, "GAIA_UN03", "no-user", code=code)
    return user.code
