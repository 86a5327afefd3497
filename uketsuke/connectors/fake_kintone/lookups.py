"""Lookup fields: the key is searched in the other app, and what belongs to it is copied."""

from __future__ import annotations

from typing import Any

from uketsuke.connectors.fake_kintone.call import Call, require
from uketsuke.connectors.fake_kintone.form import FieldSetting, Lookup
from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.state import App, Record


def copied(
    call: Call, app: App, given: dict[str, Any], values: dict[str, Any], before: Record | None
) -> dict[str, Any]:
    """The values with everything that lookups copy; a snapshot, taken only when the key is written."""
    filled = dict(values)
    for code, field in app.form.items():
        if field.lookup is None:
            continue
        targets = [mapping.field for mapping in field.lookup.field_mappings]
        if code in given:
            source = _source(call, app, field, field.lookup, filled[code]) if filled[code] else None
            for mapping in field.lookup.field_mappings:
                held = source.values.get(mapping.related_field, "") if source else ""
                filled[mapping.field] = held or app.form[mapping.field].empty()
        elif any(target in given for target in targets):
            for target in targets:
                kept = before.values.get(target) if before else None
                filled[target] = kept if kept is not None else app.form[target].empty()
    return filled


def _source(call: Call, app: App, field: FieldSetting, lookup: Lookup, key: str) -> Record:
    other = call.domain.apps.get(int(lookup.related_app["app"]))
    if other is not None:
        require(call.caller, other, "view")
        for record in other.records.values():
            if record.values.get(lookup.related_key_field) == key:
                return record
    raise Problem(400, "GAIA_LO04", "lookup", code=field.code, value=key)
