"""Typed submissions: the operator's note of a call, and our own form (one JSON shape).

`form_id, submission_id, submitted_at, entered_by, called_at, identity_check, values`, and
`done` or `inquiry` of what an operator did meanwhile; `values` keeps its order. Times are ISO 8601 with
an offset.
"""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import ValidationError

from uketsuke.domain.content import Channel, Content, Deed, FormValue
from uketsuke.domain.inquiry import TAKEN
from uketsuke.intake.charset import clean
from uketsuke.intake.limits import Limits
from uketsuke.intake.objects import Object, parse, words_of
from uketsuke.intake.problems import Findings, ProblemCode


def read_note(raw: bytes, limits: Limits = Limits(), channel: Channel = Channel.NOTE) -> Content:  # noqa: B008
    """Reads a note that an operator typed; the clock starts with the call (`called_at`).

    Never raises: what is not JSON of this shape comes back as text with a problem.
    """
    findings = Findings()
    fields = dict(parse(raw, limits, findings, ProblemCode.BROKEN_NOTE))
    values = _read_values(fields.get("values"), findings)
    called_at = _read_time(fields, "called_at", findings)
    submitted_at = _read_time(fields, "submitted_at", findings)
    text = "\n".join(f"{value.label}：{value.value}" for value in values)
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


def _read_values(values: object, findings: Findings) -> tuple[FormValue, ...]:
    if not isinstance(values, Object):
        findings.add(ProblemCode.BROKEN_NOTE, "values")
        return ()
    return tuple(FormValue(label=clean(label), value=words_of(value)) for label, value in values)


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
