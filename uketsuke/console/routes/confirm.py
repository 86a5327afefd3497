"""The owner's page behind a confirmation link, and what an operator records instead (FAULTS 3).

Looking changes nothing, so that a mail gateway that opens links confirms nothing. A link that
is used, expired or unknown gets one and the same page by the same path (AP-41).
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.cookies import GUEST, set_cookie
from uketsuke.console.forms import Form
from uketsuke.console.links import no_such_link
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import known_request, view_of
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.confirm import confirm_page
from uketsuke.console.views.frame import GuestFrame
from uketsuke.console.visitor import guest_secret
from uketsuke.errors import NotFound, StaleVersion
from uketsuke.queue import confirm
from uketsuke.store.waits import WaitAnswered

router = APIRouter()


@router.api_route("/c/{token}", methods=["GET", "HEAD"])
def show_question(request: Request, site: Here, token: str) -> Response:
    """Exactly what would change, on whose request; nothing is changed by looking."""
    with site.app.database.reading() as tx:
        asked = confirm.find_question(site.app, tx, token)
        page = confirm_page(site.app, asked, f"/c/{token}") if asked else None
    if page is None:
        return no_such_link(request, site)
    secret = guest_secret(request)
    answer = site.pages.answer("confirm.html", frame=GuestFrame(secret), page=page)
    set_cookie(answer, request, GUEST, secret)
    return answer


@router.post("/c/{token}")
def confirm_it(request: Request, site: Here, token: str, form: Form) -> Response:
    """確認する: once."""
    try:
        confirm.confirm(site.app, token)
    except (NotFound, WaitAnswered, StaleVersion):
        return no_such_link(request, site)
    return _thanks(site, refused=False)


@router.post("/c/{token}/refuse")
def refuse_it(request: Request, site: Here, token: str, form: Form) -> Response:
    """心当たりがない: nothing of it happens, and the desk looks into it."""
    try:
        confirm.refuse(site.app, token)
    except (NotFound, WaitAnswered, StaleVersion):
        return no_such_link(request, site)
    return _thanks(site, refused=True)


@router.post("/requests/{number}/owner-check")
def record_check(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Record that the owner was called back, came to the counter, or showed a staff card."""
    row = known_request(site, number)
    confirm.record_check(site.app, actor(visitor), form.number("step"), form.one("how"))
    address = f"/requests/{row.number}?view={view_of(form.one('view'))}"
    return go(request, address, Said("owner-check", {"number": row.number}))


@router.post("/requests/{number}/owner-link")
def send_new_link(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """Another link for the owner; the one before it is dead."""
    row = known_request(site, number)
    confirm.send_new_link(site.app, actor(visitor), form.number("step"))
    address = f"/requests/{row.number}?view={view_of(form.one('view'))}"
    return go(request, address, Said("owner-link", {"number": row.number}))


def _thanks(site: Site, *, refused: bool) -> Response:
    desk = site.app.settings.desk
    return site.pages.answer("confirm-done.html", refused=refused, desk=desk.name, phone=desk.phone)
