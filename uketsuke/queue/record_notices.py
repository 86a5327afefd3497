"""What happened at kintone to the record of a request, as doubts about the request (AP-65)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pydantic import JsonValue

from uketsuke.domain.reading import Concern
from uketsuke.domain.record import Difference
from uketsuke.processors.assessment import Assessment, PlanState
from uketsuke.store.records import RecordRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction

EDITED, FOLLOWS, GONE, REOPENED = "record-edited", "record-follow-up", "record-gone", "record-reopened"
RULE = "AP-65"
LISTED = 5
"""Fields that a sentence names."""


def notice(code: str, changes: Iterable[Difference] = (), **facts: JsonValue) -> dict[str, JsonValue]:
    """What is kept of it: never a value, only which fields."""
    fields = [one.label for one in changes]
    named: dict[str, JsonValue] = {"fields": "、".join(fields[:LISTED])} if fields else {}
    return {"code": code, **named, **facts}


def doubts_of(tx: Transaction, request: RequestRow) -> tuple[Concern, ...]:
    """Why an operator must look before the request runs: its record was changed, or is gone."""
    row = tx.records.of_request(request.id)
    if row is None or row.request_id != request.id:
        return ()
    gone = (concern_of(notice(GONE)),) if row.gone_at is not None else ()
    told = row.notice if row.notice and row.notice["code"] != GONE else None
    return (*gone, *((concern_of(told),) if told else ()))


def alarm_of(tx: Transaction, request: RequestRow) -> RecordRow | None:
    """The record, where somebody must look at what happened to it while the request ran or after it ended."""
    row = tx.records.of_request(request.id)
    return row if row is not None and row.request_id == request.id and row.alarm else None


def with_doubts(assessment: Assessment, doubts: tuple[Concern, ...]) -> Assessment:
    """The assessment with doubts of people and records before those of the rules."""
    if not doubts:
        return assessment
    state = PlanState.HELD if assessment.steps is not None else assessment.plan_state
    return replace(assessment, concerns=(*doubts, *assessment.concerns), plan_state=state)


def concern_of(told: Mapping[str, JsonValue]) -> Concern:
    """The doubt that a notice is."""
    facts = {name: value for name, value in told.items() if name != "code"}
    return Concern(code=str(told["code"]), rule=RULE, hard=False, facts=facts)
