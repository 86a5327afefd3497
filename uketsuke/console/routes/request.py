"""One request: shown, checked while it is being put right, corrected, run, taken back (UX 5.2)."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.conflict import conflict
from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.inquiry_page import show_inquiry
from uketsuke.console.notices import Said, go
from uketsuke.console.request_page import Typing, request_page
from uketsuke.console.routing import after, find_request, full_number, known_request, view_of
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.undo_window import undo_window
from uketsuke.console.views.decisions import PAGES
from uketsuke.console.views.original import id_of
from uketsuke.console.views.request import Alert, RequestPage
from uketsuke.console.visitor import Visitor
from uketsuke.domain.content import Kind
from uketsuke.domain.states import Decision, RequestState
from uketsuke.errors import NotAllowed, PlanChanged, SamePerson, StaleVersion
from uketsuke.queue import decide, inquiries
from uketsuke.store.requests import RequestRow

router = APIRouter()
THEN = frozenset(one.value for one in PAGES)
"""Decisions that have a page of their own, which the buttons of the form lead to."""


@router.get("/requests/{number}")
def show_request(
    request: Request, site: Here, visitor: Signed, number: str, view: str = "", itself: bool = False
) -> Response:
    """The page; a merged request leads to the one that goes on, unless it is asked for `itself`."""
    row = find_request(site, number)
    if row is None:
        return _reading(request, site, visitor, number)
    if request.headers.get(
        "hx-request"
    ):  # the page of a receipt that was being read asks whether it is there
        return go(request, f"/requests/{row.number}")
    if row.state is RequestState.MERGED and row.merged_into is not None and not itself:
        with site.app.database.reading() as tx:
            return go(request, f"/requests/{tx.requests.get(row.merged_into).number}")
    return _page(request, site, visitor, row, view_of(view))


@router.post("/requests/{number}/check")
def check_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """What would be if the typed values were saved; nothing is stored (AP-20)."""
    row = known_request(site, number)
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        page = request_page(site, tx, visitor, row, naming, view_of(form.one("view")), _typing(form))
        frame = frame_of(request, site, tx, visitor, "tray")
    # The version of the page that was typed into stays: saving on a newer one must be noticed.
    page = replace(page, version=form.number("version"))
    return site.pages.answer("request-check.html", frame=frame, page=page)


@router.post("/requests/{number}/correct")
def correct_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Save what was typed, then go where the pressed button leads."""
    row = known_request(site, number)
    view, then = view_of(form.one("view")), form.one("then")
    typing, version = _typing(form), form.number("version")
    try:
        if typing.values:
            version = decide.correct(site.app, actor(visitor), row.id, version, typing.values)
        elif then not in THEN and version != row.version:
            raise StaleVersion("request", version, row.version)
    except StaleVersion:
        return conflict(request, site, visitor, number, view, typing.values)
    if then in THEN:
        return go(request, f"/requests/{number}/decide/{then}?view={view}")
    place = f"#f_{id_of(table)}" if (table := form.one("row").partition("[")[0]) else ""
    return go(request, f"/requests/{number}?view={view}{place}", Said("correct", {"number": number}))


@router.post("/requests/{number}/run")
def run_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Run exactly the plan that was shown; open reasons, or another plan, do not run (AP-22, AP-28)."""
    row = known_request(site, number)
    view, typing = view_of(form.one("view")), _typing(form)
    following = after(site, visitor, view, row.id)
    try:
        version = form.number("version")
        if typing.values:
            version = decide.correct(site.app, actor(visitor), row.id, version, typing.values)
        version = decide.run(site.app, actor(visitor), row.id, version, form.one("shown"), typing.reasons)
    except StaleVersion:
        return conflict(request, site, visitor, number, view, typing.values)
    except PlanChanged:
        return _refused(request, site, visitor, number, view, typing, "changed", 409)
    except SamePerson:
        return _refused(request, site, visitor, number, view, typing, "person", 403)
    except NotAllowed:
        return _refused(request, site, visitor, number, view, typing, "open", 422)
    said = _ran(site, number)
    return go(
        request, following, Said(said, {"number": number}, (number, version) if said == "run" else None)
    )


def _ran(site: Site, number: str) -> str:
    """Whether it runs now, or waits for another person."""
    waits = known_request(site, number).state is RequestState.AWAITING_APPROVAL
    return "run-before" if waits else "run"


@router.post("/requests/{number}/undo")
def undo_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Take the last decision back while nothing has begun; 409 with the reason afterwards (AP-4)."""
    row = known_request(site, number)
    with site.app.database.reading() as tx:
        window = undo_window(site.app, tx, row, tx.steps.of_request(row.id))
    what = window.decision if window else Decision.RUN
    try:
        undo = inquiries.undo_answer if what is Decision.GIVE_ANSWER else decide.undo
        undo(site.app, actor(visitor), row.id, form.number("version"))
    except (NotAllowed, StaleVersion):
        page = Alert(site.words("alert.too-late"), site.words("alert.too-late-says"))
        return _page(
            request, site, visitor, known_request(site, number), view_of(form.one("view")), page, 409
        )
    view = view_of(form.one("view"))
    said = "undo" if what is Decision.RUN else f"undo-{what}"
    return go(request, f"/requests/{number}?view={view}", Said(said, {"number": number}))


@router.post("/requests/{number}/attest")
def attest_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Record how the requester's identity was checked; it raises the evidence (AP-83)."""
    row, view = known_request(site, number), view_of(form.one("view"))
    try:
        decide.attest(site.app, actor(visitor), row.id, form.number("version"), form.one("how"))
    except StaleVersion:
        return conflict(request, site, visitor, number, view, {})
    return go(request, f"/requests/{number}?view={view}", Said("attest", {"number": number}))


@router.post("/requests/{number}/take")
def take_request(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Become 処理担当."""
    row, view = known_request(site, number), view_of(form.one("view"))
    try:
        version = decide.reassign(site.app, actor(visitor), row.id, form.number("version"), visitor.login)
    except StaleVersion:
        return conflict(request, site, visitor, number, view, {})
    said = Said("reassign", {"number": number}, (number, version))
    return go(request, f"/requests/{number}?view={view}", said)


def _reading(request: Request, site: Site, visitor: Visitor, number: str) -> Response:
    """A receipt that is not read yet has its number and nothing else; 404 for a number that nobody has."""
    with site.app.database.reading() as tx:
        receipt = tx.receipts.by_number(full_number(site, number))
        if receipt is None or receipt.request_id is not None:
            raise HTTPException(404, "page")
        frame = frame_of(request, site, tx, visitor, "tray")
    problem = site.words("original.unread", problem=receipt.problem) if receipt.problem else ""
    return answer(site, "reading.html", frame, number=receipt.number, problem=problem)


def _typing(form: Sent) -> Typing:
    """Only what differs from what the page showed: nobody's value is saved again unseen (AP-5).

    The button of a row is one more change, after everything that was typed.
    """
    was = form.under("was.")
    values = {
        name: text.strip()
        for name, text in form.under("f.").items()
        if text.strip() != was.get(name, "").strip()
    }
    if row := form.one("row"):
        values = {**values, row: ""}
    return Typing(values, {key: text.strip() for key, text in form.under("over.").items() if text.strip()})


def _refused(
    request: Request,
    site: Site,
    visitor: Visitor,
    number: str,
    view: str,
    typing: Typing,
    why: str,
    status: int,
) -> Response:
    """The page again: what was typed is saved, nothing has run, and the focus is on the reason."""
    alert = Alert(site.words(f"alert.{why}"), site.words(f"alert.{why}-says"))
    row = known_request(site, number)
    return _page(request, site, visitor, row, view, alert, status, Typing(reasons=typing.reasons))


def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    row: RequestRow,
    view: str,
    alert: Alert | None = None,
    status: int = 200,
    typing: Typing | None = None,
) -> Response:
    if row.kind is Kind.INQUIRY:
        return show_inquiry(request, site, visitor, row, view, alert=alert, status=status)
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        page: RequestPage = request_page(site, tx, visitor, row, naming, view, typing)
        frame = frame_of(request, site, tx, visitor, "tray")
    page = page.refused(alert) if alert else replace(page, focus="heading" if frame.notice else "")
    return answer(site, "request.html", frame, status, page=page)
