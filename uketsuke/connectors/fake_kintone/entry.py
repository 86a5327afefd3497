"""What somebody enters into a record: read from the API's shape, checked against the form, field by field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from uketsuke.connectors.fake_kintone.call import shaped
from uketsuke.connectors.fake_kintone.form import (
    CHOICES,
    DECORATION,
    ENTITIES,
    LISTS,
    MANY_CHOICES,
    MOMENTS,
    NEVER_WRITTEN,
    SYSTEM,
    SYSTEM_PEOPLE,
    TEXTS,
    FieldSetting,
)
from uketsuke.connectors.fake_kintone.problem import Problem, malformed, say
from uketsuke.connectors.fake_kintone.state import App, Domain

Errors = dict[str, list[str]]
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_URL = re.compile(r"(https?://|tel:|mailto:|[^\s@]+@|[+\d]).*")
_MARK = object()


class Entry:
    """Reads and checks the values for one record; `errors` gathers what is wrong, under kintone's keys."""

    def __init__(self, domain: Domain, app: App, now: datetime, prefix: str = "record") -> None:
        self.errors: Errors = {}
        self._domain, self._app, self._now, self._prefix = domain, app, now, prefix

    def values(self, given: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
        """All values after the change; `before` is None for a new record, which gets the defaults."""
        return self._filled(self._app.form, given, before, self._prefix)

    def system(self, kind: str, given: Any) -> Any:
        """Creator or time that somebody gives for a new record."""
        value = shaped(given).get("value")
        if kind in SYSTEM_PEOPLE:
            return self._entity("USER_SELECT", value)
        read = read_moment(value) if isinstance(value, str) else None
        if read is None:
            raise malformed()
        return datetime.fromisoformat(read)

    def _filled(
        self,
        form: Mapping[str, FieldSetting],
        given: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        prefix: str,
    ) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for code, field in form.items():
            if field.type in SYSTEM | DECORATION | NEVER_WRITTEN:
                continue
            value = self._read(field, given[code], before, prefix) if code in given else _MARK
            if value is _MARK:
                value = before.get(code, field.empty()) if before is not None else self._default(field)
            filled[code] = value
            self._check(field, value, f"{prefix}.{code}")
        return filled

    def _default(self, field: FieldSetting) -> Any:
        if field.default_now_value:
            local = self._now + timedelta(hours=9)
            today = {"DATE": f"{local:%Y-%m-%d}", "TIME": f"{local:%H:%M}"}
            return today.get(field.type, f"{self._now:%Y-%m-%dT%H:%M:00Z}")
        return field.empty() if field.default_value in (None, "") else field.default_value

    def _read(self, field: FieldSetting, given: Any, before: Mapping[str, Any] | None, prefix: str) -> Any:
        """A value in the state's shape; what is not of the JSON shape at all is CB_IJ01."""
        if not isinstance(given, Mapping):
            raise malformed()
        value = given.get("value")
        if field.type in LISTS:
            return self._read_list(field, [] if value is None else value, before, prefix)
        if value is None or value == "":
            return field.empty()
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise malformed()
        if field.type == "NUMBER":
            return self._number(field, str(value), prefix)
        if not isinstance(value, str):
            raise malformed()
        return self._moment(field, value, prefix) if field.type in MOMENTS else value

    def _read_list(
        self, field: FieldSetting, value: Any, before: Mapping[str, Any] | None, prefix: str
    ) -> Any:
        if not isinstance(value, list):
            raise malformed()
        match field.type:
            case "SUBTABLE":
                return self._rows(field, value, (before or {}).get(field.code, []), prefix)
            case "FILE":
                return [self._file(one) for one in value]
            case kind if kind in ENTITIES:
                return [self._entity(kind, one) for one in value]
            case _:
                if not all(isinstance(one, str) for one in value):
                    raise malformed()
                return value

    def _rows(self, field: FieldSetting, given: list[Any], before: list[Any], prefix: str) -> list[Any]:
        """Rows with a known id are merged, all others are new; rows that are not sent are gone."""
        known = {row["id"]: row["value"] for row in before}
        rows = []
        for index, row in enumerate(given):
            if not isinstance(row, Mapping) or not isinstance(row.get("value"), Mapping):
                raise malformed()
            name = str(row.get("id") or "")
            old = known.get(name)
            if old is None:
                self._app.last_row += 1
                name = str(self._app.last_row)
            place = f"{prefix}.{field.code}.value[{index}].value"
            rows.append({"id": name, "value": self._filled(field.fields, row["value"], old, place)})
        return rows

    def _file(self, one: Any) -> dict[str, str]:
        upload = self._domain.uploads.get(one.get("fileKey", "")) if isinstance(one, Mapping) else None
        if upload is None:
            raise Problem(
                404, "GAIA_BL01", "no-file", id=one.get("fileKey") if isinstance(one, Mapping) else ""
            )
        size = len(upload.content) * 3 // 4 - upload.content.count("=")
        return {
            "fileKey": upload.key,
            "name": upload.name,
            "contentType": upload.content_type,
            "size": str(size),
        }

    def _entity(self, kind: str, one: Any) -> str:
        if not isinstance(one, Mapping) or not isinstance(one.get("code"), str):
            raise malformed()
        held = self._domain.codes(kind.removesuffix("_SELECT"))
        if one["code"] not in held:
            raise Problem(400, "GAIA_UN03", "no-user", code=one["code"])
        code: str = one["code"]
        return code

    def _number(self, field: FieldSetting, value: str, prefix: str) -> str:
        """Numbers are kept as text, normalised; in a table what is no number silently becomes empty."""
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return f"{number.normalize():f}"
        if prefix == self._prefix:
            self.errors[f"{prefix}[{field.code}].value"] = [say("number")]
        return ""

    def _moment(self, field: FieldSetting, value: str, prefix: str) -> Any:
        read = {"DATE": read_day, "TIME": read_time, "DATETIME": read_moment}[field.type](value)
        if read is None:
            self.errors[f"{prefix}.{field.code}.value"] = [say("moment")]
            return field.empty()
        return read

    def _check(self, field: FieldSetting, value: Any, place: str) -> None:
        """The rules of the form, on the record as it would be."""
        if value in ("", None, []):
            if field.required and field.type not in {"SUBTABLE"}:
                self._wrong(_required_key(field, place), say("required"))
            return
        if field.type in CHOICES and value not in field.options:
            self._wrong(f"{place}.value", say("option", value=value))
        if field.type in MANY_CHOICES:
            for index, one in enumerate(value):
                if one not in field.options:
                    self._wrong(f"{place}.values[{index}].value", say("option", value=one))
        if field.type in TEXTS:
            self._check_text(field, value, place)
        if field.type == "NUMBER":
            self._check_number(field, float(value), place)

    def _check_text(self, field: FieldSetting, value: str, place: str) -> None:
        if field.max_length is not None and len(value) > field.max_length:
            self._wrong(f"{place}.value", say("longer", length=field.max_length + 1))
        if field.min_length is not None and len(value) < field.min_length:
            self._wrong(f"{place}.value", say("shorter", length=field.min_length - 1))
        if field.type == "LINK" and not _URL.match(value):
            self._wrong(f"{place}.value", say("url"))

    def _check_number(self, field: FieldSetting, value: float, place: str) -> None:
        if value > (math.inf if field.max_value is None else field.max_value):
            self._wrong(f"{place}.value", say("above", limit=f"{field.max_value:g}"))
        if value < (-math.inf if field.min_value is None else field.min_value):
            self._wrong(f"{place}.value", say("below", limit=f"{field.min_value:g}"))

    def _wrong(self, key: str, message: str) -> None:
        self.errors.setdefault(key, []).append(message)


def _required_key(field: FieldSetting, place: str) -> str:
    if field.type in ENTITIES:
        return f"{place}.values.value"
    return f"{place}.values" if field.type in LISTS else f"{place}.value"


def read_day(value: str) -> str | None:
    """`YYYY-MM-DD`; month and day may lack or be short. None: not a day."""
    found = _DAY.fullmatch(value)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
    except ValueError:
        return None


def read_time(value: str) -> str | None:
    """`HH:MM`. None: not a time of day."""
    found = _TIME.fullmatch(value)
    return f"{found[1]}:{found[2]}" if found else None


def read_moment(value: str) -> str | None:
    """UTC, seconds dropped; without a time of day it is 0:00 UTC."""
    if _DAY.fullmatch(value):
        day = read_day(value)
        return f"{day}T00:00:00Z" if day else None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:00Z}"
