"""Records of kintone and FormBridge to `Content`: what a poll, a webhook or FormBridge's own webhook says.

Field types are those of cybozu.dev, "Field types" (decision 0007); kintone's moments are
UTC. FormBridge's own payload is not documented: fields without a type are read by what
they look like. A record names itself by app, id and revision: that is its identity here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal, cast

from uketsuke.domain.calendar import local
from uketsuke.domain.content import API_USER, Channel, Chosen, Content, FormValue, Record
from uketsuke.intake.charset import clean
from uketsuke.intake.limits import Limits
from uketsuke.intake.markup import read_markup
from uketsuke.intake.objects import Object, parse, words_of
from uketsuke.intake.problems import Findings, ProblemCode

_CHOSEN: dict[str, Literal["USER", "GROUP", "ORGANIZATION"]] = {
    "USER_SELECT": "USER",
    "GROUP_SELECT": "GROUP",
    "ORGANIZATION_SELECT": "ORGANIZATION",
}
_OWN = frozenset(
    {
        "RECORD_NUMBER",
        "CREATOR",
        "CREATED_TIME",
        "MODIFIER",
        "UPDATED_TIME",
        "STATUS",
        "STATUS_ASSIGNEE",
        "CATEGORY",
        "__ID__",
        "__REVISION__",
    }
)
"""What kintone itself says of every record; nobody has typed it."""
_LONGEST = 128
"""A login name, an id or a state is no longer (cybozu.com, user information)."""
_LONGEST_URL = 2_000


def read_record(raw: bytes, limits: Limits = Limits(), channel: Channel = Channel.KINTONE) -> Content:  # noqa: B008
    """Reads a record; the clock starts with 作成日時 (FormBridge's own webhook: when it was answered).

    Takes kintone's webhook (`ADD_RECORD` …), what our poll keeps (`"type": "RECORD"`) and
    FormBridge's own webhook. Never raises: what is none of these has a problem.
    """
    findings = Findings()
    told = parse(raw, limits, findings, ProblemCode.BROKEN_RECORD)
    fields = told.get("record")
    if not isinstance(fields, Object):
        if told or not findings.problems():
            findings.add(ProblemCode.BROKEN_RECORD, "record")
        text = clean(raw[: limits.text].decode("utf-8", "replace"))
        return Content(channel=channel, full_text=text, problems=findings.problems())
    values = tuple(_values(fields, _labels(told.get("labels"), limits), limits, findings))
    record = _record(told, fields, findings) if told.get("app") is not None else None
    at = record.created_at if record else _moment(told.get("answered_at"), "answered_at", findings)
    text = "\n".join(_line(value) for value in values)
    return Content(
        channel=channel,
        subject=record.app_name if record else _named(told.get("form")),
        text=text,
        full_text=text,
        values=values,
        submitted_at=at,
        original_id=f"kintone:{record.app}:{record.id}:{record.revision}" if record else None,
        record=record,
        problems=findings.problems(),
    )


def record_channel(raw: bytes, limits: Limits = Limits()) -> Channel:  # noqa: B008
    """By which of the two ways a record came, as far as it says itself: FormBridge writes as the API's user.

    Only for what no setting of an app answers (`explain`).
    """
    told = parse(raw, limits, Findings(), ProblemCode.BROKEN_RECORD)
    fields = told.get("record")
    by_api = isinstance(fields, Object) and _login(_of_type(fields, "CREATOR")) == API_USER
    return Channel.FORMBRIDGE if by_api or told.get("app") is None else Channel.KINTONE


def _record(told: Object, fields: Object, findings: Findings) -> Record | None:
    """Which record it is; None, with a problem, where it does not say so."""
    app = told.get("app")
    number = _short(_of_type(fields, "__ID__", "$id"))
    revision = _short(_of_type(fields, "__REVISION__", "$revision"))
    created = _moment(_of_type(fields, "CREATED_TIME"), "created_time", findings)
    app_id = _short(app.get("id")) if isinstance(app, Object) else ""
    whole = app_id and number and revision.isascii() and revision.isdecimal() and len(revision) < 19
    if created is None or not whole:
        findings.add(ProblemCode.BROKEN_RECORD, "identity")
        return None
    updated = _moment(_of_type(fields, "UPDATED_TIME"), "updated_time", findings)
    url = _short(told.get("url"), _LONGEST_URL)
    return Record(
        app=app_id,
        id=number,
        revision=int(revision),
        app_name=_named(app),
        creator=_login(_of_type(fields, "CREATOR")),
        modifier=_login(_of_type(fields, "MODIFIER")) if told.get("overwritten") is not True else "",
        created_at=created,
        updated_at=updated or created,
        status=_short(_of_type(fields, "STATUS")) or None,
        url=url if url.startswith(("https://", "http://")) else None,
    )


def _of_type(fields: Object, kind: str, name: str | None = None) -> object:
    """The value of the field of that type; of the one with that name where types are not given."""
    for code, field in fields:
        if isinstance(field, Object) and (field.get("type") == kind or code == name):
            return field.get("value")
    return None


def _labels(told: object, limits: Limits) -> Mapping[str, str]:
    """Field code → what people read beside the field, where our poll found another word in the form."""
    pairs = told[: limits.values] if isinstance(told, Object) else ()
    return {code: label for code, label in pairs if isinstance(label, str) and label.strip()}


def _values(
    fields: Object, labels: Mapping[str, str], limits: Limits, findings: Findings
) -> Iterator[FormValue]:
    """The fields that somebody has filled in, in their order."""
    if len(fields) > limits.values:
        findings.add(ProblemCode.TOO_MANY_VALUES, str(len(fields)))
    for code, field in fields[: limits.values]:
        if not isinstance(field, Object):
            findings.add(ProblemCode.BROKEN_RECORD, clean(code))
        elif _type(field) not in _OWN and not code.startswith("$"):
            yield _value(clean(labels.get(code, code)), field, labels, limits, findings)


def _value(
    label: str, field: Object, labels: Mapping[str, str], limits: Limits, findings: Findings
) -> FormValue:
    kind, value = _type(field), field.get("value")
    items: list[object] = cast("list[object]", value) if isinstance(value, list) else []
    objects = [item for item in items if isinstance(item, Object)]
    if kind == "SUBTABLE" or (kind is None and objects and isinstance(objects[0].get("value"), Object)):
        rows = tuple(_rows(label, items, labels, limits, findings))
        return FormValue(label=label, value="\n".join(map(_row_line, rows)), rows=rows)
    if kind in _CHOSEN or (kind is None and objects and objects[0].get("code") is not None):
        chosen = tuple(_chosen(objects, _CHOSEN.get(kind or "", "USER")))
        return FormValue(label=label, value="、".join(one.name or one.code for one in chosen), chosen=chosen)
    if kind == "FILE":
        return FormValue(label=label, value="、".join(_named(one) for one in objects))
    if kind == "RICH_TEXT" and isinstance(value, str):
        return FormValue(label=label, value=read_markup(clean(value[: limits.html])).text.strip())
    return FormValue(label=label, value=_SPOKEN.get(kind or "", words_of)(value))


def _type(field: Object) -> str | None:
    kind = field.get("type")
    return kind if isinstance(kind, str) else None


def _rows(
    label: str, items: list[object], labels: Mapping[str, str], limits: Limits, findings: Findings
) -> Iterator[tuple[FormValue, ...]]:
    """The rows in which something stands: a form always sends at least one, filled in or not."""
    if len(items) > limits.rows:
        findings.add(ProblemCode.TOO_MANY_ROWS, f"{label}: {len(items)}")
    for item in items[: limits.rows]:
        cells = item.get("value") if isinstance(item, Object) else None
        if not isinstance(cells, Object):
            findings.add(ProblemCode.BROKEN_RECORD, label)
            continue
        row = tuple(
            _value(clean(labels.get(code, code)), field, labels, limits, findings)
            for code, field in cells[: limits.values]
            if isinstance(field, Object)
        )
        if any(cell.value.strip() for cell in row):
            yield row


def _chosen(objects: list[Object], kind: Literal["USER", "GROUP", "ORGANIZATION"]) -> Iterator[Chosen]:
    for one in objects:
        if code := _short(one.get("code")):
            yield Chosen(kind=kind, code=code, name=_named(one))


def _moment_words(value: object) -> str:
    """A DATETIME, which kintone gives in UTC, by the clock in Japan: `2026-12-18 09:10`."""
    try:
        at = datetime.fromisoformat(str(value))
        return f"{local(at):%Y-%m-%d %H:%M}" if at.tzinfo else words_of(value)
    except (ValueError, OverflowError):
        return words_of(value)


_SPOKEN: dict[str, Callable[[object], str]] = {"DATETIME": _moment_words}


def _moment(value: object, name: str, findings: Findings) -> datetime | None:
    """A moment of the other system, in UTC; None, with a problem, where it is none."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    findings.add(ProblemCode.BROKEN_DATE, name)
    return None


def _login(value: object) -> str | None:
    return _short(value.get("code")) or None if isinstance(value, Object) else None


def _named(value: object) -> str:
    return _short(value.get("name"), _LONGEST * 2) if isinstance(value, Object) else ""


def _short(value: object, longest: int = _LONGEST) -> str:
    """A short text of the other system in one line; empty where it is longer than any can be."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = " ".join(clean(str(value)).split())
    return text if len(text) <= longest else ""


def _line(value: FormValue) -> str:
    return f"{value.label}：\n{value.value}" if value.rows else f"{value.label}：{value.value}"


def _row_line(row: tuple[FormValue, ...]) -> str:
    return "、".join(f"{cell.label}：{cell.value}" for cell in row if cell.value)
