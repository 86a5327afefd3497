"""A record as the REST API shows it: every value with its type, moments in UTC, numbers as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from uketsuke.connectors.fake_kintone.form import DECORATION, ENTITIES, FieldSetting
from uketsuke.connectors.fake_kintone.state import App, Domain, Record


def shown_record(
    domain: Domain, app: App, record: Record, only: Collection[str] | None = None
) -> dict[str, Any]:
    """The record's fields, or those that were asked for; unknown codes are passed over."""
    shown = {
        code: {"type": field.type, "value": shown_value(domain, app, record, field)}
        for code, field in app.form.items()
        if _is_shown(app, field) and (not only or code in only)
    }
    for code, kind, number in (
        ("$revision", "__REVISION__", record.revision),
        ("$id", "__ID__", record.id),
    ):
        if not only or code in only:
            shown[code] = {"type": kind, "value": str(number)}
    return shown


def _is_shown(app: App, field: FieldSetting) -> bool:
    """Decoration has no value; the fields of the process exist only while it is enabled."""
    if field.type in {"STATUS", "STATUS_ASSIGNEE"}:
        return app.process is not None and app.process.enable
    return field.type not in DECORATION | {"REFERENCE_TABLE"}


def shown_value(domain: Domain, app: App, record: Record, field: FieldSetting) -> Any:
    """One field's value as JSON."""
    match field.type:
        case "RECORD_NUMBER":
            return f"{app.code}-{record.id}" if app.code else str(record.id)
        case "CREATOR":
            return entity(domain, record.creator)
        case "MODIFIER":
            return entity(domain, record.modifier)
        case "CREATED_TIME":
            return stamp(record.created_at)
        case "UPDATED_TIME":
            return stamp(record.updated_at)
        case "STATUS":
            return record.status
        case "STATUS_ASSIGNEE":
            return [entity(domain, code) for code in record.assignees]
        case "CATEGORY":
            return []
        case _:
            return _entered(domain, field, record.values)


def _entered(domain: Domain, field: FieldSetting, values: Mapping[str, Any]) -> Any:
    value = values.get(field.code, field.empty())
    if field.type in ENTITIES:
        return [entity(domain, code) for code in value]
    if field.type == "SUBTABLE":
        return [
            {
                "id": row["id"],
                "value": {
                    code: {"type": inner.type, "value": _entered(domain, inner, row["value"])}
                    for code, inner in field.fields.items()
                },
            }
            for row in value
        ]
    return value


def entity(domain: Domain, code: str) -> dict[str, str]:
    """A user, group or department as values name it."""
    return {"code": code, "name": domain.name_of(code)}


def stamp(moment: datetime) -> str:
    """A moment in UTC, to the minute: seconds are always 00."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
