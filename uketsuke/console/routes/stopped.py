"""A step that stands still, and what a person decides about it (UX 5.7)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.request_page import lines_of
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.stopped import Standstill, stopped_page
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import RequestState
from uketsuke.queue import stopped

router = APIRouter()


@router.get("/outbox/steps/{step}")
def show_stopped(request: Request, site: Here, visitor: Signed, step: RowId) -> Response:
    """Why it stands still, and the ways on."""
    return _page(request, site, visitor, step)


@router.post("/outbox/steps/{step}/retry")
def retry_step(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """Carry out a stopped step again (AP-47)."""
    number = _number(site, step)
    stopped.retry_step(site.app, actor(visitor), step)
    return go(request, "/outbox", Said("retried", {"number": number}))


@router.post("/outbox/steps/{step}/accept")
def accept_step(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """It may stand as somebody else left it (EU-4)."""
    number = _number(site, step)
    stopped.accept_step(site.app, actor(visitor), step)
    return go(request, "/outbox", Said("accepted", {"number": number}))


@router.post("/outbox/steps/{step}/hand-over")
def hand_step_over(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """A person does it instead."""
    number = _number(site, step)
    stopped.hand_step_over(site.app, actor(visitor), step)
    return go(request, f"/work-items/{step}", Said("handed-over", {"number": number}))


@router.post("/outbox/steps/{step}/give-up")
def give_up(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """The request ends with what is done, and the requester is told why; 422 without a reason."""
    reason, number = form.one("reason"), _number(site, step)
    if not reason:
        return _page(request, site, visitor, step, 422, error=site.words("stopped.missing-reason"))
    stopped.give_up(site.app, actor(visitor), step, form.number("version"), reason)
    return go(request, "/outbox", Said("given-up", {"number": number}))


def _page(
    request: Request, site: Site, visitor: Visitor, step: int, status: int = 200, error: str = ""
) -> Response:
    with site.app.database.reading() as tx:
        naming, row = naming_of(site, tx), tx.steps.get(step)
        found = tx.requests.get(row.request_id)
        is_stopped = row.state in stopped.STOPPED and found.state is RequestState.RUNNING
        plan = tx.plans.get(row.plan_id).plan()
        lines, stands = lines_of(tx, found.id, naming), stopped.may_stand(row)
        ends = stopped.may_end(tx, row, found)
        told = Standstill(found, row, plan.step(row.seq), lines, is_stopped, stands, ends, error=error)
        frame = frame_of(request, site, tx, visitor, "outbox")
    return answer(site, "stopped.html", frame, status, page=stopped_page(told, naming))


def _number(site: Site, step: int) -> str:
    with site.app.database.reading() as tx:
        return tx.requests.get(tx.steps.get(step).request_id).number
