"""Typed submissions: the operator's note of a call, and forms: our own and those of other systems.

`form_id, submission_id, submitted_at, entered_by, called_at, identity_check, values`, and
`done` or `inquiry` of what an operator did meanwhile; `values` keeps its order, and a list of
objects in it is a table. Times are ISO 8601 with an offset. A form also has `submitter` (`person`: the
employee number of who was signed in) and `attachments` (`filename`, `media_type`, `content` in base64).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import cast

from pydantic import ValidationError

from uketsuke.domain.content import Channel, Content, Deed, FormValue
from uketsuke.domain.inquiry import TAKEN
from uketsuke.intake.charset import clean
from uketsuke.intake.files import read_files
from uketsuke.intake.limits import Limits
from uketsuke.intake.objects import Object, parse, words_of
from uketsuke.intake.problems import Findings, ProblemCode


def read_form(raw: bytes, limits: Limits = Limits()) -> Content:  # noqa: B008
    """Reads a form with its files; the clock starts when it was sent. Never raises.

    Who was signed in is noted as it stands there: whether it counts is judged where the receipt says
    how it came.
    """
    findings = Findings()
    told = parse(raw, replace(limits, text=limits.raw), findings, ProblemCode.BROKEN_NOTE)
    content = _read(told, raw, limits, Channel.FORM, findings)
    submitter = told.get("submitter")
    person = words_of(submitter.get("person")) if isinstance(submitter, Object) else ""
    files = read_files(told.get("attachments"), findings)
    return content.model_copy(
        update={"signed_in": person or None, "attachments": files, "problems": findings.problems()}
    )


def read_note(raw: bytes, limits: Limits = Limits()) -> Content:  # noqa: B008
    """Reads a note that an operator typed; the clock starts with the call (`called_at`).

    Never raises: what is not JSON of this shape comes back as text with a problem.
    """
    findings = Findings()
    told = parse(raw, limits, findings, ProblemCode.BROKEN_NOTE)
    return _read(told, raw, limits, Channel.NOTE, findings)


def _read(told: Object, raw: bytes, limits: Limits, channel: Channel, findings: Findings) -> Content:
    fields = dict(told)
    values = _read_values(fields.get("values"), limits, findings)
    called_at = _read_time(fields, "called_at", findings)
    submitted_at = _read_time(fields, "submitted_at", findings)
    text = "\n".join(map(_line, values))
    if len(text) > limits.text:
        findings.add(ProblemCode.TEXT_TOO_LONG, str(len(text)))
        text = text[: limits.text]
    if not fields:
        text = clean(raw[: limits.text].decode("utf-8", "replace"))
    extra = {"form_id": words_of(fields.get("form_id"))} if fields.get("form_id") else {}
    if isinstance(taken := fields.get(TAKEN), Object):
        extra[TAKEN] = json.dumps({clean(name): words_of(value) for name, value in taken}, ensure_ascii=False)
    return Content(
        channel=channel,
        text=text,
        full_text=text,
        values=values,
        entered_by=words_of(fields.get("entered_by")) or None,
        submitted_at=called_at or submitted_at,
        identity_check=_read_check(fields.get("identity_check")),
        done=_read_deed(fields, called_at, findings),
        original_id=words_of(fields.get("submission_id")) or None,
        problems=findings.problems(),
        extra=extra,
    )


def _read_values(values: object, limits: Limits, findings: Findings) -> tuple[FormValue, ...]:
    if not isinstance(values, Object):
        findings.add(ProblemCode.BROKEN_NOTE, "values")
        return ()
    if len(values) > limits.values:
        findings.add(ProblemCode.TOO_MANY_VALUES, str(len(values)))
    return tuple(
        _read_value(clean(label), value, limits, findings) for label, value in values[: limits.values]
    )


def _read_value(label: str, value: object, limits: Limits, findings: Findings) -> FormValue:
    """A field, or a table: a list of nothing but objects, each a row of labels and words."""
    items: list[object] = cast("list[object]", value) if isinstance(value, list) else []
    rows = [item for item in items if isinstance(item, Object)]
    if not rows or len(rows) < len(items):
        return FormValue(label=label, value=words_of(value))
    if len(rows) > limits.rows:
        findings.add(ProblemCode.TOO_MANY_ROWS, f"{label}: {len(rows)}")
    read = tuple(
        tuple(FormValue(label=clean(name), value=words_of(cell)) for name, cell in row[: limits.values])
        for row in rows[: limits.rows]
        if any(words_of(cell).strip() for _, cell in row)
    )
    return FormValue(label=label, value="\n".join(map(_row_line, read)), rows=read)


def _line(value: FormValue) -> str:
    return f"{value.label}：\n{value.value}" if value.rows else f"{value.label}：{value.value}"


def _row_line(row: tuple[FormValue, ...]) -> str:
    return "、".join(f"{cell.label}：{cell.value}" for cell in row if cell.value)


def _read_deed(fields: dict[str, object], called_at: datetime | None, findings: Findings) -> Deed | None:
    """What the note says is done already; whoever did it and when are the note's own."""
    told = fields.get("done")
    if told is None:
        return None
    plain = dict(told) if isinstance(told, Object) else {}
    results, units = plain.get("results"), plain.get("units")
    try:
        return Deed.model_validate(
            {
                "by": fields.get("entered_by"),
                "role": plain.get("role"),
                "at": called_at,
                "units": units if units is not None else (),
                "results": dict(results) if isinstance(results, Object) else results,
            }
        )
    except ValidationError:
        findings.add(ProblemCode.BROKEN_NOTE, "done")
        return None


def _read_check(value: object) -> str | None:
    """How who called was checked: `call-back`, or an object that says `how` (and by whom)."""
    how = dict(value).get("how") if isinstance(value, Object) else value
    return words_of(how).replace("_", "-") or None


def _read_time(fields: dict[str, object], name: str, findings: Findings) -> datetime | None:
    value = fields.get(name)
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        findings.add(ProblemCode.BROKEN_DATE, name)
        return None
    return time
