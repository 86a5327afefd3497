"""承認: plans that wait for another person (UX 5.3)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.letter_preview import preview_with
from uketsuke.console.notices import Said, go
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.approval import (
    ApprovalPage,
    approval_row,
    deed_rows,
    moved_rows,
)
from uketsuke.console.views.due import badge
from uketsuke.console.views.gate import authority_band
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.plan import Planned, plan_view
from uketsuke.console.views.tray import title_of
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import RequestState
from uketsuke.errors import NotAllowed, NotFound, PlanChanged, SamePerson, StaleVersion
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
def show_approval(request: Request, site: Here, visitor: Signed, plan: int) -> Response:
    """One plan: what it changes, its letters, who made it; the maker sees no button and why (AP-27)."""
    return _page(request, site, visitor, plan)


@router.post("/approvals/{plan}")
def approve(request: Request, site: Here, visitor: Signed, plan: int, form: Form) -> Response:
    """承認 of exactly the plan that was shown; a changed row runs nothing (AP-28)."""
    row = _request_of(site, plan)
    try:
        approval.approve(site.app, actor(visitor), row.id, form.number("version"), form.one("shown"))
    except SamePerson:
        raise
    except (PlanChanged, StaleVersion, NotAllowed):
        return _page(request, site, visitor, plan, 409)
    return go(request, "/approvals", Said("approve", {"number": row.number}))


@router.post("/approvals/{plan}/send-back")
def send_back(request: Request, site: Here, visitor: Signed, plan: int, form: Form) -> Response:
    """差戻し to the desk's tray, with what is wrong (AP-30)."""
    row, comment = _request_of(site, plan), form.one("comment")[:2000]
    if not comment:
        return _page(request, site, visitor, plan, 422, comment_missing=True)
    approval.send_back(site.app, actor(visitor), row.id, form.number("version"), comment)
    return go(request, "/approvals", Said("send-back", {"number": row.number}))


@router.post("/approvals/{plan}/remake")
def remake(request: Request, site: Here, visitor: Signed, plan: int, form: Form) -> Response:
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
    request: Request,
    site: Site,
    visitor: Visitor,
    plan_id: int,
    status: int = 200,
    *,
    comment_missing: bool = False,
) -> Response:
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        plan, row = _waiting(tx, plan_id)
        page = _view(site, tx, visitor, row, plan, naming, comment_missing=comment_missing)
        frame = frame_of(request, site, tx, visitor, "approvals")
    return answer(site, "approval.html", frame, status, page=page)


def _view(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    row: RequestRow,
    stored: PlanRow,
    naming: Naming,
    *,
    comment_missing: bool,
) -> ApprovalPage:
    plan, results = stored.plan(), tx.plans.results(row.id)
    render = preview_with(site.app, row.number, naming)
    hindrance = approval.hindrance(site.app, tx, row, stored)
    return ApprovalPage(
        href=f"/approvals/{stored.id}",
        number=row.number,
        version=row.version,
        shown=stored.hash,
        title=title_of(row, naming),
        department=row.department or "",
        name=row.requester_name or "",
        badge=badge(row.due_at, naming.now, naming.calendar, naming.words) if row.due_at else None,
        made_by=naming.person(stored.created_by),
        made_at=naming.at(stored.created_at),
        deeds=deed_rows(site.app, plan, naming),
        plan=plan_view(Planned(plan.steps, results, {}, False, render), naming),
        authority=authority_band(row.authority, False, naming),
        moved=moved_rows(approval.moved(tx, row, stored), naming),
        hindered=naming.words(f"approval.hindered.{_code(hindrance)}") if hindrance else "",
        mine=_mine(visitor, approval.involved(tx, row, stored), naming),
        me=visitor.name,
        comment_missing=comment_missing,
    )


def _code(hindrance: str) -> str:
    return {"a row has changed": "row", "a reply has not been looked at": "reply"}.get(hindrance, "other")


def _mine(visitor: Visitor, involved: tuple[str | None, ...], naming: Naming) -> str:
    """Why this visitor may not approve it (AP-27)."""
    if not visitor.person:
        return naming.words("approval.mine.no-person")
    if None in involved:
        return naming.words("approval.mine.unknown")
    made_by, *others = involved
    if visitor.person == made_by:
        return naming.words("approval.mine.made")
    return naming.words("approval.mine.part") if visitor.person in others else ""
