"""自分の依頼 and 課の依頼一覧: what somebody and their section have asked for (UX 5.5, AP-69)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.app import Actor
from uketsuke.console.form_page import applicant_of
from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import full_number
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.mine import may_be_seen, my_rows, section_groups, section_page
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.intake.form import form_original_id
from uketsuke.queue import answers, decide
from uketsuke.queue.correspondence import status_token
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction

router = APIRouter()
LONGEST_ANSWER = 4000
MOST_LISTED = 200


@router.get("/my")
def show_mine(request: Request, site: Here, visitor: Signed) -> Response:
    """One's own requests and inquiries, newest first."""
    with site.app.database.reading() as tx:
        rows = tx.requests.of_person(visitor.person) if visitor.person else []
        frame = frame_of(request, site, tx, visitor, "my")
        return answer(site, "my.html", frame, rows=my_rows(rows, naming_of(site, tx)))


@router.get("/my/requests/{number}")
def show_my_request(site: Here, visitor: Signed, number: str) -> Response:
    """Leads to the status page of one's own request, and to the receipt while it is not read yet."""
    wanted = full_number(site, number)
    with site.app.database.reading() as tx:
        row, receipt = tx.requests.by_number(wanted), tx.receipts.by_number(wanted)
    if not visitor.person:
        raise HTTPException(404, "page")
    if row is not None and row.person == visitor.person:
        return RedirectResponse(f"/s/{status_token(site.app, row.number)}", 303)
    if row is not None and row.department in _sections(site, visitor) and may_be_seen(row):
        return RedirectResponse(f"/my/section/{row.number}", 303)
    mine = form_original_id(visitor.person, "")
    if row is None and receipt is not None and (receipt.original_id or "").startswith(mine):
        return RedirectResponse(f"/forms/done/{receipt.number}", 303)
    raise HTTPException(404, "page")


@router.get("/my/section")
def show_section(request: Request, site: Here, visitor: Signed) -> Response:
    """The requests of the sections for which the visitor may ask, by state."""
    with site.app.database.reading() as tx:
        applicant, naming = applicant_of(site, tx, visitor), naming_of(site, tx)
        sections = applicant.departments if applicant else ()
        found = [
            (one, tx.requests.of_department(one, open_only=False, limit=MOST_LISTED)) for one in sections
        ]
        groups = [(name, section_groups(rows, visitor.person, naming)) for name, rows in found]
        frame = frame_of(request, site, tx, visitor, "section")
    return answer(site, "section.html", frame, sections=groups)


@router.get("/my/section/{number}")
def show_colleague(request: Request, site: Here, visitor: Signed, number: str) -> Response:
    """One request of the section; 404 for one's own eyes only, and for other sections'."""
    return _page(request, site, visitor, _colleagues(site, visitor, number))


@router.post("/my/section/{number}/answer")
def answer_for(request: Request, site: Here, visitor: Signed, form: Form, number: str) -> Response:
    """A colleague answers the desk's question; the history says who (AP-69)."""
    row, text = _colleagues(site, visitor, number), form.one("text")
    if not text or len(text) > LONGEST_ANSWER:
        return _page(request, site, visitor, row, "too-long" if text else "empty", text)
    if row.state is not RequestState.WAITING_REPLY:
        return _page(request, site, visitor, row, "late", text)
    try:
        answers.answer_question(site.app, _colleague(visitor), row.id, text)
    except (NotAllowed, StaleVersion):
        return _page(request, site, visitor, row, "late", text)
    return go(request, f"/my/section/{row.number}", Said("section-answered"))


@router.post("/my/section/{number}/withdraw")
def withdraw_for(request: Request, site: Here, visitor: Signed, form: Form, number: str) -> Response:
    """A colleague takes it back while nothing has been carried out; the history says who (AP-69)."""
    row = _colleagues(site, visitor, number)
    try:
        reason, version = form.one("reason")[:LONGEST_ANSWER], form.number("version")
        decide.withdraw(site.app, _colleague(visitor), row.id, version, reason)
    except (NotAllowed, StaleVersion):
        return _page(request, site, visitor, row, "late")
    return go(request, f"/my/section/{row.number}", Said("section-withdrawn"))


def _colleague(visitor: Visitor) -> Actor:
    """Whatever roles somebody has at the desk: here they are one of the section."""
    return Actor(visitor.login, Role.STAFF, visitor.person)


def _sections(site: Site, visitor: Visitor) -> tuple[str, ...]:
    with site.app.database.reading() as tx:
        applicant = applicant_of(site, tx, visitor)
    return applicant.departments if applicant else ()


def _colleagues(site: Site, visitor: Visitor, number: str) -> RequestRow:
    """The request of a section of the visitor's; 404 for every other, and for what is only the asker's."""
    wanted, sections = full_number(site, number), _sections(site, visitor)
    with site.app.database.reading() as tx:
        row = tx.requests.by_number(wanted)
    if row is None or row.department not in sections or not may_be_seen(row):
        raise HTTPException(404, "page")
    return row


def _page(
    request: Request, site: Site, visitor: Visitor, row: RequestRow, problem: str = "", typed: str = ""
) -> Response:
    with site.app.database.reading() as tx:
        naming, row = naming_of(site, tx), tx.requests.get(row.id)
        people = tx.people.of_department(row.department or "")
        names = {one.employee_number: one.name for one in people}
        page = section_page(row, tx.exchanges.of_request(row.id), names, _withdrew(tx, row, names), naming)
        said = site.words(f"public.problem.{problem}") if problem else ""
        frame = frame_of(request, site, tx, visitor, "section")
    status = 409 if problem == "late" else 422 if problem else 200
    return answer(site, "section-request.html", frame, status, page=replace(page, problem=said, typed=typed))


def _withdrew(tx: Transaction, row: RequestRow, names: Mapping[str, str]) -> str:
    """Which of the section's people took it back; empty where it was somebody else, or the desk."""
    if row.state is not RequestState.WITHDRAWN:
        return ""
    last = [one.actor for one in tx.audit.of_request(row.id) if one.action == "withdraw"][-1:]
    user = tx.users.get(last[0]) if last else None
    return names.get(user.employee_number or "", "") if user else ""
