"""依頼フォーム: the catalogue, a service's form, its confirm page, and the receipt (UX 5.4)."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.form_page import (
    Applicant,
    Filled,
    applicant_of,
    confirm_part,
    empty,
    file_errors,
    form_page,
    judge,
    of_tables,
    read_filled,
    submission_of,
    with_pasted,
    without_errors,
)
from uketsuke.console.form_receipt import receipt_page
from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import go
from uketsuke.console.routing import full_number
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.form import FormPage
from uketsuke.console.views.naming import Naming
from uketsuke.console.visitor import Visitor
from uketsuke.intake.form import accept_form, form_original_id
from uketsuke.processors.base import Processor
from uketsuke.processors.catalogue import UnknownService
from uketsuke.store.transaction import Transaction

router = APIRouter()


@router.get("/forms")
def show_catalogue(request: Request, site: Here, visitor: Signed) -> Response:
    """What can be asked for, in the words of who asks."""
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        frame = frame_of(request, site, tx, visitor, "forms")
        listed = applicant_of(site, tx, visitor) is not None
    services = [
        (one.id, naming.words.get(f"form.task.{one.id}", one.title), one.title)
        for one in site.app.catalogue.all()
    ]
    return answer(site, "forms.html", frame, services=services, listed=listed)


@router.get("/forms/done/{number}")
def show_receipt(request: Request, site: Here, visitor: Signed, number: str) -> Response:
    """Number, promised date, what happens next: only for who sent it."""
    wanted = full_number(site, number)
    with site.app.database.reading() as tx:
        receipt = tx.receipts.by_number(wanted)
        mine = form_original_id(visitor.person or "", "")
        if receipt is None or not visitor.person or not (receipt.original_id or "").startswith(mine):
            raise HTTPException(404, "page")
        page = receipt_page(site, tx, receipt, naming_of(site, tx))
        frame = frame_of(request, site, tx, visitor, "forms")
    return answer(site, "form-done.html", frame, done=page)


@router.get("/forms/{service}")
def show_form(request: Request, site: Here, visitor: Signed, service: str) -> Response:
    """A form with what the directory knows already."""
    processor = _processor(site, service)
    with site.app.database.reading() as tx:
        applicant, naming = applicant_of(site, tx, visitor), naming_of(site, tx)
        if applicant is None:
            frame = frame_of(request, site, tx, visitor, "forms")
            return answer(site, "forms.html", frame, services=[], listed=False)
        page = _made(site, tx, visitor, applicant, processor, empty(applicant), naming)
        return _answer(request, site, tx, visitor, without_errors(page))


@router.post("/forms/{service}")
def take_form(request: Request, site: Here, visitor: Signed, form: Form, service: str) -> Response:
    """Look again, confirm or send.

    The submission id was made with the form: pressing twice, reloading and replaying store once.
    """
    processor = _processor(site, service)
    with site.app.database.reading() as tx:
        applicant, naming = _known(site, tx, visitor), naming_of(site, tx)
        filled = read_filled(form, processor, applicant)
        known = tx.receipts.find_original(
            form_original_id(applicant.person.employee_number, filled.submission)
        )
        if known is not None and form.one("press") == "send":
            return go(request, f"/forms/done/{known.number}")
        page = _made(site, tx, visitor, applicant, processor, filled, naming)
        press = form.one("press")
        if press not in ("send", "confirm"):
            return _answer(request, site, tx, visitor, without_errors(page))
        if page.errors:
            return _answer(request, site, tx, visitor, page, 422)
        wrong = file_errors(form.files, naming)
        if press == "confirm" or wrong:
            shown = replace(page, errors=wrong)
            return _answer(request, site, tx, visitor, shown, 422 if wrong else 200, "form-confirm.html")
        sent = submission_of(site, visitor, applicant, processor, filled, form.files)
    accepted = accept_form(site.app.database, sent, site.app.now())
    return go(request, f"/forms/done/{accepted.number}")


@router.post("/forms/{service}/rows")
def take_rows(request: Request, site: Here, visitor: Signed, form: Form, service: str) -> Response:
    """What was pasted becomes rows; good ones stay, and of bad ones row and column are said (AP-36)."""
    processor = _processor(site, service)
    with site.app.database.reading() as tx:
        applicant, naming = _known(site, tx, visitor), naming_of(site, tx)
        filled, wrong = with_pasted(read_filled(form, processor, applicant), form, processor, naming)
        page = of_tables(_made(site, tx, visitor, applicant, processor, filled, naming), wrong)
        return _answer(request, site, tx, visitor, page, 422 if page.errors else 200)


@router.post("/forms/{service}/look")
def look_again(request: Request, site: Here, visitor: Signed, form: Form, service: str) -> Response:
    """The fields that matter after a choice."""
    processor = _processor(site, service)
    with site.app.database.reading() as tx:
        applicant = _known(site, tx, visitor)
        filled = read_filled(form, processor, applicant)
        page = _made(site, tx, visitor, applicant, processor, filled, naming_of(site, tx))
        frame = frame_of(request, site, tx, visitor, "forms")
    return site.pages.answer("form-look.html", frame=frame, form=without_errors(page))


def _processor(site: Site, service: str) -> Processor:
    try:
        return site.app.catalogue.service(service)
    except UnknownService:
        raise HTTPException(404, "page") from None


def _known(site: Site, tx: Transaction, visitor: Visitor) -> Applicant:
    """Who is signed in; a sign-in of nobody in the directory sends nothing."""
    applicant = applicant_of(site, tx, visitor)
    if applicant is None:
        raise HTTPException(403, "nobody")
    return applicant


def _made(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    applicant: Applicant,
    processor: Processor,
    filled: Filled,
    naming: Naming,
) -> FormPage:
    """The page with everything that is wrong, and what would be sent."""
    sent = submission_of(site, visitor, applicant, processor, filled)
    judged = judge(site, tx, sent)
    page = form_page(site, tx, applicant, processor, filled, judged, naming)
    return replace(page, confirm=confirm_part(sent, filled, judged, naming))


def _answer(
    request: Request,
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    page: FormPage,
    status: int = 200,
    template: str = "form.html",
) -> Response:
    return answer(site, template, frame_of(request, site, tx, visitor, "forms"), status, form=page)
