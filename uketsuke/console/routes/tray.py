"""受付トレイ: the list of a view, and what is done to several rows at once (UX 5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import PageNumber
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.standing import seen_afterwards, standing_of
from uketsuke.console.views.inquiry_line import Line, inquiry_line
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import tray_page
from uketsuke.domain.content import Kind
from uketsuke.domain.states import RequestState
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.queue import decide
from uketsuke.queue.leavers import change_of
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import Filters, View

router = APIRouter()
MOST_AT_ONCE = 100
_VERSION = re.compile(r"[0-9]{1,9}")


@router.get("/queue")
def show_tray(
    request: Request,
    site: Here,
    visitor: Signed,
    view: str = "review",
    service: str = "",
    assignee: str = "",
    page: PageNumber = 1,
) -> Response:
    """The requests of a view, overdue first."""
    if view not in set(View) or page < 1:
        raise HTTPException(404)
    chosen, filters = View(view), Filters(service=service or None, assignee=assignee or None)
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        found = tx.tray.page(chosen, visitor.login, filters, page)
        counts = tx.tray.counts(visitor.login)
        running = {
            row.id: standing_of(tx, row, naming) for row in found.rows if row.state is RequestState.RUNNING
        }
        asked = inquiry_lines(tx, found.rows, naming)
        ahead = {row.id: _first(site, tx, row, naming) for row in found.rows}
        tray = tray_page(chosen, found, counts, filters, visitor.login, naming, running, asked, ahead)
        frame = frame_of(request, site, tx, visitor, "tray")
    return answer(site, "tray.html", frame, tray=tray)


def _first(site: Site, tx: Transaction, row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """What is said before all else: a problem that was seen afterwards, and what became of who asked."""
    change = change_of(site.app, tx, row)
    gone = (naming.words(f"why.{change}"),) if change else ()
    return (*seen_afterwards(tx, row, naming), *gone)


def inquiry_lines(tx: Transaction, rows: Sequence[RequestRow], naming: Naming) -> dict[int, Line]:
    """Where the inquiries among them stand, by id."""
    ids = [row.id for row in rows if row.kind is Kind.INQUIRY]
    asked, handed = tx.inquiries.of(ids), tx.inquiries.handovers(ids)
    return {
        row.id: inquiry_line(
            row, asked.get(row.id), [one for one in handed if one.request_id == row.id], naming
        )
        for row in rows
        if row.id in ids
    }


@router.post("/queue/reassign")
def reassign_rows(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """Give the selected requests to somebody."""
    to = form.one("to")
    with site.app.database.reading() as tx:
        user = tx.users.get(to)
    if user is None or not user.active:
        raise HTTPException(422)

    def give(request_id: int, version: int) -> int:
        return decide.reassign(site.app, actor(visitor), request_id, version, to)

    return _each(request, site, form, "reassigned", give)


@router.post("/queue/hold")
def hold_rows(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """Put the selected requests aside."""

    def put_aside(request_id: int, version: int) -> int:
        return decide.hold(site.app, actor(visitor), request_id, version, None, "")

    return _each(request, site, form, "held", put_aside)


def _each(request: Request, site: Site, form: Sent, said: str, act: Callable[[int, int], int]) -> Response:
    """Do it to each selected row on the version that was shown; what cannot be done is counted and said.

    One alone can be taken back from the status line.
    """
    done, failed = list[tuple[str, int]](), 0
    for number, version in _selected(form):
        with site.app.database.reading() as tx:
            row = tx.requests.by_number(number)
        try:
            if row is not None:
                done.append((number, act(row.id, version)))
        except (StaleVersion, NotAllowed):
            failed += 1
    view = form.one("view") if form.one("view") in set(View) else View.REVIEW.value
    facts: dict[str, str | int] = {"count": len(done), "failed": failed}
    undo = done[0] if len(done) == 1 and not failed else None
    return go(request, f"/queue?view={view}", Said("some-failed" if failed else said, facts, undo))


def _selected(form: Sent) -> list[tuple[str, int]]:
    """What our own page ticked; a version is a number as it writes it."""
    pairs = [text.rpartition(".") for text in form.many("id")[:MOST_AT_ONCE]]
    return [(number, int(version)) for number, _, version in pairs if _VERSION.fullmatch(version)]
