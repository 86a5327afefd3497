"""依頼一覧: every request, and the search that stands on every page (UX 3)."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.routing import PageNumber
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.listing import listing
from uketsuke.domain.receipt import WrongReceiptNumber, parse
from uketsuke.domain.states import RequestState
from uketsuke.domain.text import asset_key
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import Filters

router = APIRouter()


@router.get("/requests")
def show_requests(
    request: Request, site: Here, visitor: Signed, q: str = "", state: str = "", page: PageNumber = 1
) -> Response:
    """All requests, newest first; a receipt number opens its request, a slip in one is said (AP-64)."""
    if page < 1 or (state and state not in set(RequestState)):
        raise HTTPException(404)
    chosen = RequestState(state) if state else None
    text, problem = q.strip()[:200], ""
    with site.app.database.reading() as tx:
        if text:
            try:
                row = tx.requests.by_number(str(parse(text, site.app.today())))
            except WrongReceiptNumber as wrong:
                row = None
                problem = site.words("search.wrong-number") if wrong.reason == "check-digit" else ""
            if row is not None:
                return RedirectResponse(f"/requests/{row.number}", 303)
        naming = naming_of(site, tx)
        found = tx.tray.search(text, page) if text else tx.tray.all_requests(Filters(state=chosen), page)
        asset = _asset(site, tx, text) if text and not found.total else None
        frame = frame_of(request, site, tx, visitor, "requests", text)
        view = listing(found, text, chosen, naming, problem)
    if asset:
        return RedirectResponse(asset, 303)
    return answer(site, "requests.html", frame, listing=view)


def _asset(site: Site, tx: Transaction, text: str) -> str | None:
    """The address of the one asset of exactly that number, where no request speaks of it."""
    key = asset_key(text)
    for ledger in site.app.catalogue.ledgers:
        if tx.ledgers.row(ledger, key) is not None:
            return f"/ledgers/{quote(ledger)}/{quote(key, safe='')}"
    return None
