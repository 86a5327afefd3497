"""承認: plans that wait for another person (UX 5.3)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.approval_page import approval_page, read_count
from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.approval import approval_row, as_csv
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import RequestState
from uketsuke.errors import Incomplete, NotAllowed, NotFound, PlanChanged, SamePerson, StaleVersion
from uketsuke.queue import approval
from uketsuke.store.plans import PlanRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import Filters

router = APIRouter()


@router.get("/approvals")
def show_approvals(request: Request, site: Here, visitor: Signed) -> Response:
    """Every plan that waits, by arrival."""
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        page = tx.tray.all_requests(Filters(state=RequestState.AWAITING_APPROVAL))
        rows = tuple(
            approval_row(row, tx.plans.get(row.plan_id), naming)
            for row in page.rows
            if row.plan_id is not None
        )
        frame = frame_of(request, site, tx, visitor, "approvals")
    return answer(site, "approvals.html", frame, rows=rows)


@router.get("/approvals/{plan}")
def show_approval(request: Request, site: Here, visitor: Signed, plan: RowId) -> Response:
    """One plan: what it changes, its letters, who made it; the maker sees no button and why (AP-27)."""
    return _page(request, site, visitor, plan)


@router.get("/approvals/{plan}/export.csv")
def export_approval(site: Here, visitor: Signed, plan: RowId) -> Response:
    """The rows of the page as a file (AP-32)."""
    with site.app.database.reading() as tx:
        (stored, row), naming = _waiting(tx, plan), naming_of(site, tx)
        content = as_csv(approval_page(site, tx, visitor, row, stored, naming), naming)
    disposition = f'attachment; filename="approval-{row.number}.csv"'
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@router.post("/approvals/{plan}")
def approve(request: Request, site: Here, visitor: Signed, plan: RowId, form: Form) -> Response:
    """承認 of exactly the plan that was shown; a changed row runs nothing (AP-28)."""
    row, count = _request_of(site, plan), read_count(form.one("count"))
    try:
        approval.approve(site.app, actor(visitor), row.id, form.number("version"), form.one("shown"), count)
    except SamePerson:
        raise
    except Incomplete:
        return _page(request, site, visitor, plan, 422, wrong="count")
    except (PlanChanged, StaleVersion, NotAllowed):
        return _page(request, site, visitor, plan, 409)
    return go(request, "/approvals", Said("approve", {"number": row.number}))


@router.post("/approvals/{plan}/send-back")
def send_back(request: Request, site: Here, visitor: Signed, plan: RowId, form: Form) -> Response:
    """差戻し to the desk's tray, with what is wrong (AP-30)."""
    row, comment = _request_of(site, plan), form.one("comment")[:2000]
    if not comment:
        return _page(request, site, visitor, plan, 422, wrong="comment")
    approval.send_back(site.app, actor(visitor), row.id, form.number("version"), comment)
    return go(request, "/approvals", Said("send-back", {"number": row.number}))


@router.post("/approvals/{plan}/remake")
def remake(request: Request, site: Here, visitor: Signed, plan: RowId, form: Form) -> Response:
    """作り直す: the plan is void, the desk looks at what would be done now (AP-28)."""
    row = _request_of(site, plan)
    approval.remake(site.app, actor(visitor), row.id, form.number("version"))
    return go(request, "/approvals", Said("remake", {"number": row.number}))


def _request_of(site: Site, plan_id: int) -> RequestRow:
    with site.app.database.reading() as tx:
        return _waiting(tx, plan_id)[1]


def _waiting(tx: Transaction, plan_id: int) -> tuple[PlanRow, RequestRow]:
    row = tx.requests.get(tx.plans.get(plan_id).request_id)
    plan = approval.awaited(tx, row)
    if plan.id != plan_id:
        raise NotFound("plan that waits for approval", plan_id)
    return plan, row


def _page(
    request: Request, site: Site, visitor: Visitor, plan_id: int, status: int = 200, *, wrong: str = ""
) -> Response:
    with site.app.database.reading() as tx:
        plan, row = _waiting(tx, plan_id)
        only = request.query_params.get("only") == "attention"
        page = approval_page(site, tx, visitor, row, plan, naming_of(site, tx), wrong=wrong, only=only)
        frame = frame_of(request, site, tx, visitor, "approvals")
    return answer(site, "approval.html", frame, status, page=page)
