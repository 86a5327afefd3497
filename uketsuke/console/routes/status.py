"""The status page: what a link in a letter opens, and what its holder may answer there (UX 5.5).

A wrong, an expired and an unknown link get the same page by the same path, so
that nobody learns which one it was (AP-41).
"""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.app import Actor, token_hash
from uketsuke.console.cookies import GUEST, set_cookie
from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import naming_of
from uketsuke.console.links import no_such_link
from uketsuke.console.request_page import see
from uketsuke.console.site import Here, Site
from uketsuke.console.views.frame import GuestFrame
from uketsuke.console.views.status import DeskWords, Told, status_page
from uketsuke.console.visitor import guest_secret
from uketsuke.domain.content import Kind
from uketsuke.domain.dates import read_date
from uketsuke.domain.plan import AgreeDate
from uketsuke.domain.states import StepState
from uketsuke.errors import Incomplete, NotAllowed, NotFound, StaleVersion
from uketsuke.queue import answers, decide
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitAnswered

router = APIRouter()
OPEN_AFTER_END = timedelta(days=90)
"""How long the link of a request that has ended still shows it."""
_SAID = frozenset({"answer", "dates", "withdraw"})
LONGEST_ANSWER = 4000


@router.get("/s/{token}")
def show_status(request: Request, site: Here, token: str, said: str = "") -> Response:
    """Where the request stands."""
    words = site.words(f"public.said.{said}") if said in _SAID else ""
    return _page(request, site, token, said=words)


@router.post("/s/{token}/answer")
def answer_question(request: Request, site: Here, token: str, form: Form) -> Response:
    """Answer the desk's question; the request goes back to the operators (AP-38)."""
    row = _known(site, token)
    text = form.one("text")
    if row is None or not text or len(text) > LONGEST_ANSWER:
        return _page(request, site, token, "too-long" if text else "empty", 422, typed=text)
    try:
        answers.answer_question(site.app, _holder(row), row.id, text)
    except (NotAllowed, StaleVersion):
        return _page(request, site, token, "late", 409, typed=text)
    return RedirectResponse(f"/s/{token}?said=answer", 303)


@router.post("/s/{token}/dates")
def answer_dates(request: Request, site: Here, token: str, form: Form) -> Response:
    """Choose the day or days that are asked for."""
    row = _known(site, token)
    waiting = _waiting_of(site, row)
    if row is None or waiting is None:
        return _page(request, site, token, "late", 409)
    step, agree = waiting
    dates = _dates(site, agree, form)
    if set(dates) != set(agree.names):
        return _page(request, site, token, "dates", 422)
    try:
        answers.answer_dates(site.app, _holder(row), step.id, dates)
    except Incomplete:
        return _page(request, site, token, "not-possible", 422)
    except (NotAllowed, NotFound, WaitAnswered):
        return _page(request, site, token, "late", 409)
    return RedirectResponse(f"/s/{token}?said=dates", 303)


@router.post("/s/{token}/withdraw")
def withdraw(request: Request, site: Here, token: str, form: Form) -> Response:
    """Take the request back while nothing has been carried out."""
    row = _known(site, token)
    if row is None:
        return _page(request, site, token)
    try:
        decide.withdraw(site.app, _holder(row), row.id, row.version, form.one("reason")[:LONGEST_ANSWER])
    except (NotAllowed, StaleVersion):
        return _page(request, site, token, "late", 409)
    return RedirectResponse(f"/s/{token}?said=withdraw", 303)


def _holder(row: RequestRow) -> Actor:
    return answers.requester(row.person)


def _known(site: Site, token: str) -> RequestRow | None:
    with site.app.database.reading() as tx:
        row = tx.requests.by_token_hash(token_hash(token))
    if row is not None and row.ended_at is not None and row.ended_at + OPEN_AFTER_END < site.app.now():
        return None
    return row


def _dates(site: Site, agree: AgreeDate, form: Sent) -> dict[str, date]:
    """The days chosen or written; what cannot be read is left out."""
    found = {}
    for name in agree.names:
        text = form.one(f"o.{name}") or form.one(f"d.{name}")
        reading = read_date(text, site.app.today()) if text else None
        if reading is not None and reading.value is not None:
            found[name] = reading.value
    return found


def _waiting_of(site: Site, row: RequestRow | None) -> tuple[StepRow, AgreeDate] | None:
    if row is None:
        return None
    with site.app.database.reading() as tx:
        return _waiting(tx, row)


def _waiting(tx: Transaction, row: RequestRow) -> tuple[StepRow, AgreeDate] | None:
    for step in tx.steps.of_request(row.id):
        if step.state is StepState.WAITING and step.kind == "agree-date":
            agree = tx.plans.get(step.plan_id).plan().step(step.seq)
            if isinstance(agree, AgreeDate):
                return step, agree
    return None


def _page(
    request: Request,
    site: Site,
    token: str,
    problem: str = "",
    status: int = 200,
    said: str = "",
    typed: str = "",
) -> Response:
    row = _known(site, token)
    if row is None:
        return no_such_link(request, site)
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        told = _told(site, tx, row, said, site.words(f"public.problem.{problem}") if problem else "", typed)
        page = status_page(told, f"/s/{token}", _desk(site), naming)
    secret = guest_secret(request)
    answer = site.pages.answer("status.html", status, frame=GuestFrame(secret), status=page)
    set_cookie(answer, request, GUEST, secret)
    return answer


def _told(site: Site, tx: Transaction, row: RequestRow, said: str, problem: str, typed: str) -> Told:
    seen, waiting = see(site, tx, row), _waiting(tx, row)
    return Told(
        request=row,
        received_at=row.applied_at,
        steps=seen.steps,
        done=frozenset(step.seq for step in seen.rows if step.state is StepState.DONE),
        waiting=(waiting[0].id, waiting[1]) if waiting else None,
        exchanges=tx.exchanges.of_request(row.id),
        letters=tx.letters.of_request(row.id),
        inquiry=tx.inquiries.get(row.id) if row.kind is Kind.INQUIRY else None,
        said=said,
        problem=problem,
        typed=typed,
    )


def _desk(site: Site) -> DeskWords:
    desk, hours = site.app.settings.desk, site.app.settings.hours
    opening, closing = (
        site.words("public.time", hour=at.hour, minute=at.minute) for at in (hours.opening, hours.closing)
    )
    shown = site.words("public.hours", opening=opening, closing=closing)
    return DeskWords(desk.name, desk.phone, shown)
