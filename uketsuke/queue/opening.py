"""A receipt becomes a request in the tray, or starts to run; nothing arrives unseen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from uketsuke.app import SYSTEM, App, token_hash
from uketsuke.domain.authority import Evidence, Path
from uketsuke.domain.calendar import local
from uketsuke.domain.content import Channel, Content, Kind, Problem
from uketsuke.domain.inquiry import title_of
from uketsuke.domain.states import RequestState
from uketsuke.domain.text import key as text_key
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment, PlanState
from uketsuke.processors.trail import domain_of
from uketsuke.queue.answering import begin
from uketsuke.queue.correspondence import status_token, write
from uketsuke.queue.progress import refresh_due, release, store_plan
from uketsuke.store.receipts import Receipt
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.shapes import Candidate
from uketsuke.store.transaction import Transaction

ACKNOWLEDGEMENTS_PER_DAY = 3
"""To one address; more would be a loop of two machines (FAULTS S8). A plan's letters are not counted."""


def open_request(
    app: App, tx: Transaction, receipt: Receipt, content: Content, assessment: Assessment
) -> RequestRow:
    """The request of a receipt: it runs by itself where nothing is doubtful and nobody need agree."""
    runs = runs_by_itself(assessment)
    state = RequestState.RUNNING if runs else RequestState.NEEDS_REVIEW
    facts = facts_of(app, assessment)
    facts["state"], facts["automatic"] = state, runs
    facts["token_hash"] = _hash(app, receipt)
    facts["title"] = title_of(content) if assessment.kind is Kind.INQUIRY else facts["title"]
    request_id = tx.requests.add(receipt.id, **facts)
    tx.receipts.join(receipt.id, request_id)
    request = tx.requests.get(request_id)
    tx.audit.note(
        request,
        SYSTEM.login,
        "open",
        receipt_id=receipt.id,
        facts={
            "service": request.service,
            "state": request.state.value,
            "concerns": [concern.code for concern in assessment.concerns],
            "authority": assessment.authority.model_dump(mode="json", exclude={"person"}),
        },
    )
    if request.kind is Kind.INQUIRY:
        begin(app, tx, request, receipt, content)
    if runs:
        plan_id = store_plan(app, tx, request, assessment.steps or (), SYSTEM)
        tx.requests.update(request.id, request.version, plan_id=plan_id)
        release(tx, request.id)
        refresh_due(app, tx, request.id)
    _acknowledge(app, tx, request, content, assessment)
    return tx.requests.get(request_id)


def runs_by_itself(assessment: Assessment) -> bool:
    """Nothing is doubtful, nobody need agree, and there is something to do."""
    ready = assessment.plan_state is PlanState.READY and not assessment.flagged
    return (
        assessment.kind is Kind.REQUEST and ready and not assessment.authority.need and bool(assessment.steps)
    )


def facts_of(app: App, assessment: Assessment) -> Changes:
    """What a request row says about its assessment; its state is another matter."""
    plain = assessment.reading.plain()
    first = first_due(assessment)
    return Changes(
        kind=assessment.kind,
        service=assessment.service,
        title=heading_of(app, assessment),
        reading=assessment.reading,
        request=assessment.request.model_dump(mode="json") if assessment.request else None,
        concerns=assessment.concerns,
        authority=assessment.authority,
        candidates=tuple(Candidate(service=one.service, words=one.words) for one in assessment.candidates),
        person=assessment.authority.person,
        requester_name=_text(plain.get("requester_name")),
        requester_mail=assessment.subject.to if assessment.subject else None,
        department=_text(plain.get("department")),
        about=_about(app, assessment),
        due_at=first[1] if first else None,
        due_what=first[0] if first else None,
        applied_at=assessment.applied_at,
    )


def heading_of(app: App, assessment: Assessment) -> str:
    """What people call it; empty where no service was recognised."""
    if assessment.service is None:
        return ""
    return app.catalogue.service(assessment.service).heading(assessment.values)


def first_due(assessment: Assessment) -> tuple[str, datetime] | None:
    """The nearest deadline that is known: `<service>.<step of the catalogue>` and when."""
    known = [(found.at, step) for step, found in assessment.deadlines.items() if found.at is not None]
    if not known:
        return None
    at, step = min(known)
    return f"{assessment.service}.{step}", at


def open_unreadable(app: App, tx: Transaction, receipt: Receipt, reason: str) -> RequestRow:
    """A message that could not be read stands in the tray all the same, with the reason (promise 1)."""
    content = unread(receipt.channel, reason)
    tx.receipts.park(receipt.id, reason)
    assessment = assess(
        content,
        received_at=receipt.received_at,
        world=app.world(tx),
        catalogue=app.catalogue,
        number=receipt.number,
    )
    return open_request(app, tx, receipt, content, assessment)


def unread(channel: Channel, reason: str) -> Content:
    """What is known of a message that could not be read: how it came, and why."""
    return Content(channel=channel, problems=(Problem(code="unreadable", detail=reason),))


def _acknowledge(
    app: App, tx: Transaction, request: RequestRow, content: Content, assessment: Assessment
) -> None:
    """Number and promised date to who wrote; none to outsiders, machines and repeated askers (DESIGN 5)."""
    to = answer_to(assessment, content, app)
    by_relay = assessment.authority.path is Path.CMS_SURVEY
    by_form = content.channel is Channel.FORM and content.signed_in is not None
    answered = by_form or (content.channel is Channel.MAIL and (by_relay or not content.no_answer))
    if not answered or to is None:
        return
    # Whoever has signed in is no machine that answers us.
    if not by_form and tx.letters.acknowledged_since(to, _day_start(app)) >= ACKNOWLEDGEMENTS_PER_DAY:
        return
    first = first_due(assessment)
    facts: dict[str, Any] = {
        "recipient": assessment.subject.recipient if assessment.subject else "",
        "service": request.title or None,
        "promised": first[1] if first and request.service else None,
        "subject_line": content.subject,
    }
    if assessment.authority.person is None and assessment.authority.evidence is Evidence.WEAK:
        # Whoever is unknown learns the number and nothing else, and nobody is sent a stranger's words.
        facts |= {"service": None, "promised": None, "subject_line": None, "status_url": "", "recipient": ""}
    write(
        app,
        tx,
        template="general.acknowledgement",
        to=to,
        facts=facts,
        number=request.number,
        key=f"ack-{request.receipt_id}",
        purpose="ack",
        request_id=request.id,
        receipt_id=request.receipt_id,
        answers=None if by_relay or by_form else content,
    )


def answer_to(assessment: Assessment, content: Content, app: App) -> str | None:
    """Who may be answered: the directory's address, else a plain sender inside the city's own domains."""
    if assessment.kind not in (Kind.REQUEST, Kind.INQUIRY):
        return None
    if assessment.authority.person is not None and assessment.subject and assessment.subject.to:
        return assessment.subject.to
    if (
        assessment.authority.path is Path.CMS_SURVEY
    ):  # who filled the form in is unknown, and a relay reads nothing
        return None
    address = content.sender.address
    inside = domain_of(address) in app.settings.trust.staff_domains
    return address if inside and assessment.authority.path is not Path.MAIL_FAILED else None


def _day_start(app: App) -> datetime:
    return local(app.now()).replace(hour=0, minute=0, second=0, microsecond=0)


def _hash(app: App, receipt: Receipt) -> str:
    return token_hash(status_token(app, receipt.number))


def _about(app: App, assessment: Assessment) -> str | None:
    """What two requests have in common that ask for the same thing (FR-06): a named thing, else who asks."""
    field = app.catalogue.service(assessment.service).key_field if assessment.service else None
    named = assessment.values.get(field) if field else None
    value = named or (assessment.values.get("requester_email") if field else None)
    return None if value is None else text_key(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
