"""事後確認: what was done with R3, looked at by another person within two business days (AP-68)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.hindsight import ReviewRow, review_row
from uketsuke.console.views.naming import Naming
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import Role
from uketsuke.errors import Incomplete
from uketsuke.queue import hindsight
from uketsuke.queue.question import change_of, change_text
from uketsuke.store.oversight import Review, Verdict
from uketsuke.store.transaction import Transaction

router = APIRouter()


@router.get("/reviews")
def show_reviews(request: Request, site: Here, visitor: Signed) -> Response:
    """What nobody has looked at, by due date; below it, problems that the lead settles."""
    return _page(request, site, visitor)


@router.post("/reviews/{review}")
def look(request: Request, site: Here, visitor: Signed, review: RowId, form: Form) -> Response:
    """問題なし, or 問題あり with what is wrong."""
    if form.one("verdict") not in set(Verdict):
        raise HTTPException(422, "form")
    verdict = Verdict(form.one("verdict"))
    try:
        hindsight.look(site.app, actor(visitor), review, verdict, form.one("comment")[:2000])
    except Incomplete:
        return _page(request, site, visitor, 422, missing=review)
    return go(request, "/reviews", Said(f"review-{verdict.value}"))


@router.post("/reviews/{review}/settle")
def settle(request: Request, site: Here, visitor: Signed, review: RowId, form: Form) -> Response:
    """The lead says what was done about a problem."""
    try:
        hindsight.settle(site.app, actor(visitor), review, form.one("comment")[:2000])
    except Incomplete:
        return _page(request, site, visitor, 422, missing=review)
    return go(request, "/reviews", Said("review-settled"))


def _page(
    request: Request, site: Site, visitor: Visitor, status: int = 200, missing: int | None = None
) -> Response:
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        waiting = tuple(_row(site, tx, one, visitor, naming) for one in tx.oversight.waiting())
        problems = tuple(_row(site, tx, one, visitor, naming) for one in tx.oversight.problems())
        frame = frame_of(request, site, tx, visitor, "reviews")
    lead = Role.LEAD in visitor.roles
    return answer(
        site, "reviews.html", frame, status, waiting=waiting, problems=problems, lead=lead, missing=missing
    )


def _row(site: Site, tx: Transaction, found: Review, visitor: Visitor, naming: Naming) -> ReviewRow:
    step = tx.steps.get(found.step_id)
    change = change_of(tx, step)
    text = change_text(site.app, change) if change else ""
    part = visitor.person in hindsight.parts_of(tx, found)
    return review_row(found, tx.requests.get(found.request_id), text, visitor, naming, part=part)
