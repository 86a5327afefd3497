"""Gathers one inquiry's page in one transaction, and answers with it."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.letter_preview import preview_letter
from uketsuke.console.request_page import decision_words, related_to, way_of
from uketsuke.console.site import Site
from uketsuke.console.standing import stopped
from uketsuke.console.undo_window import undo_line, undo_window
from uketsuke.console.views.decisions import may
from uketsuke.console.views.due import badge
from uketsuke.console.views.history import history, talk
from uketsuke.console.views.inquiry import (
    Entered,
    InquiryPage,
    call_of,
    category_choices,
    handover_lines,
    told_of,
    way_choices,
)
from uketsuke.console.views.listing import STATE_CSS
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import Marks, original
from uketsuke.console.views.plan import LetterPreview
from uketsuke.console.views.request import Alert, Head
from uketsuke.console.views.tray import due_word, kind_of, title_of
from uketsuke.console.visitor import Visitor
from uketsuke.domain.inquiry import AnswerWay
from uketsuke.domain.states import BESIDE, INQUIRIES_ONLY, RequestState, allowed
from uketsuke.processors.base import Subject
from uketsuke.queue.answering import TEMPLATE, is_undelivered
from uketsuke.queue.inquiries import answer_subject
from uketsuke.store.inquiries import Handover, Inquiry
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction


def show_inquiry(
    request: Request,
    site: Site,
    visitor: Visitor,
    row: RequestRow,
    view: str,
    *,
    entered: Entered | None = None,
    alert: Alert | None = None,
    status: int = 200,
    preview: bool = False,
) -> Response:
    """The page, with what was typed and why it did nothing."""
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        page = inquiry_page(site, tx, visitor, row, naming, view, entered or Entered(), preview)
        frame = frame_of(request, site, tx, visitor, "tray")
    page = replace(page, alert=alert, focus="heading" if frame.notice else "")
    return answer(site, "inquiry.html", frame, status, page=page)


def inquiry_page(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    row: RequestRow,
    naming: Naming,
    view: str,
    entered: Entered,
    preview: bool = False,
) -> InquiryPage:
    """Build the page."""
    inquiry, handed = tx.inquiries.get(row.id), tx.inquiries.handovers([row.id])
    person = tx.people.get(row.person) if row.person else None
    acts, by_voice = _acts(tx, row, visitor, handed), row.state is RequestState.RUNNING
    subject = answer_subject(site.app, tx, row.id) if "give-answer" in acts and not by_voice else None
    values = {
        "way": (AnswerWay.LETTER if subject else AnswerWay.PHONE).value,
        "number": inquiry.call_number or (person.phone if person else "") or "",
        "text": inquiry.answer or "",
        **entered.values,
    }
    window = undo_window(site.app, tx, row, ())
    return InquiryPage(
        **vars(_head(tx, visitor, row, inquiry, view, naming)),
        kind=kind_of(row, naming),
        question=inquiry.question,
        category=inquiry.category.value if inquiry.category else "",
        categories=category_choices(naming),
        told=told_of(inquiry, naming),
        call="" if row.ended_at else call_of(inquiry, naming),
        handovers=handover_lines(handed, naming),
        ways=way_choices(subject is not None, naming),
        letter_to=str(subject.to) if subject else "",
        undelivered=by_voice,
        services=tuple((one.id, one.title) for one in naming.catalogue.all()),
        original=original(tx.receipts.get(row.receipt_id), Marks(()), naming),
        exchanges=talk(tx.exchanges.of_request(row.id), naming),
        history=history(tx.audit.of_request(row.id), naming),
        related=related_to(tx, row, naming),
        troubles=stopped(tx, row, naming),
        may=may(row.state, visitor.role, row.assignee == visitor.login, decision_words(naming), row.kind),
        acts=acts,
        entered=replace(entered, values=values),
        undo=undo_line(window, site.words),
        preview=_letter(site, row, subject, values) if preview and subject else None,
    )


def _letter(site: Site, row: RequestRow, subject: Subject, values: dict[str, str]) -> LetterPreview:
    """The letter with the answer, exactly as it would be sent."""
    facts = {"recipient": subject.recipient, "subject_line": row.title, "text": values.get("text", "")}
    return preview_letter(site.app, row.number, TEMPLATE, str(subject.to), facts)


def _acts(tx: Transaction, row: RequestRow, visitor: Visitor, handed: list[Handover]) -> frozenset[str]:
    """The forms that the state table and the visitor's role leave open."""
    open_to = {one.value for one in allowed(row.state, visitor.role, row.kind) if one in INQUIRIES_ONLY}
    beside = {one for one in ("categorise", "make-request") if visitor.role in BESIDE[one]}
    if not any(one.answered_at is None for one in handed):
        open_to.discard("hand-back")
    if row.state is RequestState.RUNNING and not is_undelivered(tx, row.id):
        open_to.discard("give-answer")
    return frozenset(open_to | (beside if row.state is not RequestState.MERGED else set()))


def _head(
    tx: Transaction, visitor: Visitor, row: RequestRow, inquiry: Inquiry, view: str, naming: Naming
) -> Head:
    due = None if row.ended_at else row.due_at
    sending = row.state is RequestState.RUNNING
    return Head(
        number=row.number,
        version=row.version,
        href=f"/requests/{row.number}",
        title=title_of(row, naming),
        state_word=naming.wordbook.request_state(row.state),
        state_css=STATE_CSS.get(row.state, ""),
        state_says=naming.words("inquiry.sending") if sending else "",
        badge=badge(due, naming.now, naming.calendar, naming.words, due_word(row, naming)),
        channel=row.channel.value,
        channel_word=naming.words(f"channel.{row.channel.value}"),
        arrived=naming.at(row.applied_at),
        assignee=naming.person(row.assignee),
        way=way_of(tx, visitor, row.number, view, naming),
    )
