"""What an app says of itself, and its files."""

from __future__ import annotations

import base64
import uuid

from uketsuke.connectors.fake_kintone.call import Answer, Call
from uketsuke.connectors.fake_kintone.problem import Problem, lacking
from uketsuke.connectors.fake_kintone.rendering import entity
from uketsuke.connectors.fake_kintone.state import ADMINISTRATOR, Upload

_MADE = "2024-04-01T00:00:00.000Z"


def get_app(call: Call) -> Answer:
    """`GET /k/v1/app.json`."""
    app = call.app("view", "id")
    by = entity(call.domain, ADMINISTRATOR)
    space = None if app.space is None else str(app.space)
    named = {"appId": str(app.id), "code": app.code, "name": app.name, "description": ""}
    made = {"createdAt": _MADE, "creator": by, "modifiedAt": _MADE, "modifier": by}
    return named | {"spaceId": space, "threadId": space} | made


def get_form(call: Call) -> Answer:
    """`GET /k/v1/app/form/fields.json`."""
    app = call.app("view")
    enabled = app.process is not None and app.process.enable
    shown = {code: field.properties() for code, field in app.form.items()}
    for field in shown.values():
        if field["type"] in {"STATUS", "STATUS_ASSIGNEE", "CATEGORY"}:
            field["enabled"] = enabled and field["type"] != "CATEGORY"
    return {"properties": shown, "revision": "1"}


def upload(call: Call) -> Answer:
    """`POST /k/v1/file.json`: a file, whose key a record takes afterwards."""
    given = call.params.get("file")
    if not isinstance(given, tuple):
        raise lacking("file")
    name, kind, content = given
    key = uuid.uuid4().hex
    encoded = base64.b64encode(content).decode()
    call.domain.uploads[key] = Upload(key=key, name=name, content_type=kind, content=encoded)
    return {"fileKey": key}


def download(call: Call) -> Upload:
    """`GET /k/v1/file.json`: the file's bytes."""
    key = call.params.get("fileKey")
    if not key:
        raise lacking("fileKey")
    found = call.domain.uploads.get(str(key))
    if found is None:
        raise Problem(404, "GAIA_BL01", "no-file", id=key)
    return found
