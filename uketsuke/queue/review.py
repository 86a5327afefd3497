"""A stored request seen with today's rules: the same assessment for worker, page and command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import JsonValue

from uketsuke.app import App
from uketsuke.domain.authority import Need
from uketsuke.domain.consent import asks_first, does_more
from uketsuke.domain.content import Content
from uketsuke.domain.plan import Plan
from uketsuke.domain.reading import Concern
from uketsuke.intake.note import believed
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment
from uketsuke.queue.involvement import IDENTITY_CHECK as IDENTITY_CHECK
from uketsuke.queue.opening import unread
from uketsuke.queue.record_notices import doubts_of, with_doubts
from uketsuke.store.receipts import Receipt
from uketsuke.store.requests import RequestRow
from uketsuke.store.shapes import Override
from uketsuke.store.transaction import Transaction

OWNER_REFUSED = "owner-refused"
"""Key under which stands that the owner of an account refused; it stops the request for good."""
SENT_BACK = "sent-back"
"""Key under which stands why the second person sent the plan back."""
VOID = ""
"""The way of a check that says nothing any more (see `still_holds`)."""
VOIDED = "identity-check-void"
"""Key under which the check stands that an edit has made void: by whom, when, in what way."""
RECORDED = frozenset({IDENTITY_CHECK, VOIDED, OWNER_REFUSED, SENT_BACK})
"""Keys among the overrides that let no concern stand: only their own decisions write them."""


def assess_now(app: App, tx: Transaction, request: RequestRow) -> Assessment:
    """What the message and its corrections mean now: ledgers, people and calendar as they are."""
    receipt = tx.receipts.get(request.receipt_id)
    judged = assess(
        content_of(receipt, request),
        received_at=receipt.received_at,
        world=app.world(tx),
        catalogue=app.catalogue,
        corrections=request.reading,
        service=request.service,
        number=request.number,
        decided=frozenset(request.overrides),
    )
    return with_doubts(judged, (*_recorded(request), *doubts_of(tx, request)))


def _recorded(request: RequestRow) -> Iterator[Concern]:
    """Doubts that people have raised about it, beside those of the rules."""
    if refused := request.overrides.get(OWNER_REFUSED):
        yield Concern(code=OWNER_REFUSED, rule="FAULTS-3", facts={"at": refused.at.isoformat()})
    if back := request.overrides.get(SENT_BACK):
        facts: dict[str, JsonValue] = {"comment": back.reason, "at": back.at.isoformat()}
        yield Concern(code=SENT_BACK, rule="FAULTS-3", hard=False, facts=facts)


def content_of(receipt: Receipt, request: RequestRow) -> Content:
    """The content of the message that opened the request, with the identity check recorded since."""
    told = receipt.content or unread(receipt.channel, receipt.problem or "")
    content = believed(told, receipt.channel, receipt.source)
    check = request.overrides.get(IDENTITY_CHECK)
    if check is None:
        return content
    if check.reason == VOID:
        return content.model_copy(update={"identity_check": None})
    return content.model_copy(update={"identity_check": check.reason, "entered_by": check.by})


def check_of(tx: Transaction, request: RequestRow) -> Override | None:
    """The check of who asks that somebody has recorded; None without one, and once an edit made it void."""
    receipt = tx.receipts.get(request.receipt_id)
    content = content_of(receipt, request)
    if not content.identity_check:
        return None
    noted = Override(reason=content.identity_check, by=content.entered_by or "", at=receipt.received_at)
    return request.overrides.get(IDENTITY_CHECK, noted)


def voided(check: Override, login: str, at: datetime) -> dict[str, Override]:
    """What is kept of a check that an edit by that person ends: that it is void, and what it was."""
    return {IDENTITY_CHECK: Override(reason=VOID, by=login, at=at), VOIDED: check}


def still_holds(before: Assessment, after: Assessment) -> bool:
    """Whether a check says anything after an edit: of the same person, and of no other account (FAULTS 3)."""
    same = before.authority.person == after.authority.person
    return same and not does_more(before.steps or (), after.steps or ())


def open_concerns(request: RequestRow, concerns: tuple[Concern, ...]) -> tuple[Concern, ...]:
    """The concerns that still stop it: hard ones, and soft ones nobody has overridden."""
    return tuple(one for one in concerns if one.hard or one.key not in request.overrides)


def obstacle(request: RequestRow, assessment: Assessment) -> str | None:
    """Why it may not run now, whoever asks for it; None where nothing is in the way (FAULTS 3)."""
    need = assessment.authority.need
    if open_concerns(request, assessment.concerns) or assessment.request is None or not assessment.steps:
        return "reasons are still open"
    if Need.REVIEW in need:
        return "identity must be checked first"
    if Need.CONFIRM in need and not asks_first(assessment.steps):
        return "the plan does not ask the owner first"
    return None


def planned(app: App, tx: Transaction, request: RequestRow, assessment: Assessment) -> Plan | None:
    """The plan that would be stored if it ran now; its hash is what an operator agrees to."""
    if assessment.service is None or not assessment.steps:
        return None
    current = tx.plans.current(request.id)
    return Plan(
        service=assessment.service, version=current.version + 1 if current else 1, steps=assessment.steps
    )
