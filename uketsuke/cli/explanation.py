"""What `explain` says about one message, as data: the schema of DESIGN 12, kept stable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from uketsuke.cli.words import say
from uketsuke.domain.calendar import local
from uketsuke.domain.content import Content, Kind
from uketsuke.domain.deadline import DayNote, Due
from uketsuke.domain.plan import Plan, Step
from uketsuke.domain.reading import Concern, FieldValue, Reading
from uketsuke.processors.assessment import Assessment

Sentence = Callable[[Concern, str | None], str]
"""Renders a concern of a service in words."""


def explain_content(name: str, content: Content, received_at: datetime) -> dict[str, Any]:
    """The part that does not depend on any service: what the message says."""
    return {
        "id": name,
        "error": None,
        "channel": content.channel.value,
        "received_at": _moment(received_at),
        "applied_at": None,
        "subject": content.subject,
        "from": content.sender.address,
        "message_id": content.message_id,
        "date": _moment(content.date),
        "text": content.text,
        "quoted_text": content.quoted_text,
        "attachments": [
            {"filename": part.filename, "size": part.size, "sha256": part.sha256}
            for part in content.attachments
        ],
        "kind": Kind.OTHER.value,
        "thread": {"in_reply_to": next(iter(content.in_reply_to), None), "receipt": None},
        "bounce": None,
        "needs_review": True,
        "authority": None,
        "fields": {},
        "requests": [],
        "concerns": [],
    }


def unreadable(name: str, channel: str, reason: str) -> dict[str, Any]:
    """The object of a file that gave no content: every key is there, `error` says why."""
    nothing = dict.fromkeys(
        ("received_at", "applied_at", "from", "message_id", "date", "bounce", "authority")
    )
    return {
        "id": name,
        "error": reason,
        "channel": channel,
        **nothing,
        "subject": "",
        "text": "",
        "quoted_text": "",
        "attachments": [],
        "kind": Kind.OTHER.value,
        "thread": {"in_reply_to": None, "receipt": None},
        "needs_review": True,
        "fields": {},
        "requests": [],
        "concerns": [],
    }


def explain(
    name: str, content: Content, received_at: datetime, assessment: Assessment, sentence: Sentence
) -> dict[str, Any]:
    """Everything that would follow from the message."""
    concerns = [explain_concern(one, assessment.service, sentence) for one in assessment.concerns]
    chosen = assessment.service is not None
    authority = assessment.authority
    found = {
        "applied_at": _moment(assessment.applied_at),
        "kind": assessment.kind.value,
        "bounce": {"recipients": list(content.failed_recipients)} if assessment.kind is Kind.BOUNCE else None,
        "needs_review": assessment.flagged or assessment.kind is Kind.SUSPICIOUS,
        "authority": {
            "evidence": authority.evidence.value,
            "target": authority.target.value if authority.target else None,
            "risk": authority.risk.value if authority.risk else None,
            "need": [need.value for need in authority.need],
            "second_person": authority.second_person.value if authority.second_person else None,
            "doubts": list(authority.doubts),
            "posts": list(authority.posts),
            "declared": authority.declared.value if authority.declared else None,
        },
        "fields": {} if chosen else explain_fields(assessment.reading),
        "requests": [explain_request(assessment, concerns)] if chosen else [],
        "concerns": [] if chosen else concerns,
    }
    return {**explain_content(name, content, received_at), **found}


def explain_request(assessment: Assessment, concerns: list[dict[str, Any]]) -> dict[str, Any]:
    """One typed request with its plan."""
    return {
        "service": assessment.service,
        "fields": explain_fields(assessment.reading),
        "concerns": concerns,
        "plan": _plan(assessment),
    }


def explain_fields(reading: Reading) -> dict[str, Any]:
    """The value that counts of every field that has one, with its source: a table as rows, and each cell.

    `users` has the rows as the request will hold them, `users[0].user_email` one of them with its source.
    """
    current, plain = {path: reading.current(path) for path in reading.values}, reading.plain()
    found = {path: _field(value) for path, value in current.items() if value and value.value is not None}
    return {path: {**one, "value": plain.get(path, one["value"])} for path, one in found.items()}


def explain_concern(concern: Concern, service: str | None, sentence: Sentence) -> dict[str, Any]:
    """A concern with its sentence."""
    return {
        "code": concern.code,
        "rule": concern.rule,
        "field": concern.field,
        "message": sentence(concern, service),
        "hard": concern.hard,
    }


def explain_due(due: Due | None) -> dict[str, Any]:
    """When, counted how, or what must happen first."""
    if due is None:
        return {"due": None, "because": [], "pending": None}
    return {
        "due": due.day.isoformat() if due.day else None,
        "because": [because(note) for note in due.because],
        "pending": due.pending,
    }


def because(note: DayNote) -> str:
    """One line of how a deadline was counted."""
    key = "named" if note.name else note.why
    return say(f"because.{key}", day=note.day.isoformat(), name=note.name or "")


def _field(value: FieldValue) -> dict[str, Any]:
    kept = {"kind", "part", "start", "end", "text"}
    return {
        "value": value.value,
        "source": value.source.model_dump(mode="json", include=kept),
        "rule": value.rule,
    }


def _plan(assessment: Assessment) -> dict[str, Any] | None:
    if assessment.service is None or not assessment.steps:
        return None
    plan = Plan(service=assessment.service, version=1, steps=assessment.steps)
    return {"hash": plan.hash(), "steps": [_step(step, assessment) for step in assessment.steps]}


def _step(step: Step, assessment: Assessment) -> dict[str, Any]:
    return {"seq": step.seq, "kind": step.kind, **explain_due(assessment.dues.get(step.seq))}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else local(at).isoformat()
