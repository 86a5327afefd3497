"""自分の依頼: what somebody has asked for, whatever the way (UX 5.5)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.routing import full_number
from uketsuke.console.site import Here, Signed
from uketsuke.console.views.mine import my_rows
from uketsuke.intake.form import form_original_id
from uketsuke.queue.correspondence import status_token

router = APIRouter()


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
    mine = form_original_id(visitor.person, "")
    if row is None and receipt is not None and (receipt.original_id or "").startswith(mine):
        return RedirectResponse(f"/forms/done/{receipt.number}", 303)
    raise HTTPException(404, "page")
