"""Small steps that several routes share: finding the request, and what comes after it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.exceptions import HTTPException

from uketsuke.console.request_page import LONGEST_LIST
from uketsuke.console.site import Site
from uketsuke.console.visitor import Visitor
from uketsuke.domain.receipt import WrongReceiptNumber, parse
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import View

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The id of a row in an address; what no database counts to is an address of nothing."""
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
"""Which page of a list."""


def full_number(site: Site, number: str) -> str:
    """A receipt number of an address as it is stored; 404 for what is none."""
    try:
        return str(parse(number, site.app.today()))
    except WrongReceiptNumber:
        raise HTTPException(404, "number") from None


def find_request(site: Site, number: str) -> RequestRow | None:
    """The request of that number; None where there is none, or not yet."""
    wanted = full_number(site, number)
    with site.app.database.reading() as tx:
        return tx.requests.by_number(wanted)


def known_request(site: Site, number: str) -> RequestRow:
    """The request of a number in an address; 404 for a number that nobody has."""
    row = find_request(site, number)
    if row is None:
        raise HTTPException(404, "page")
    return row


def view_of(text: str) -> str:
    """The view that an address or form names; 要確認 for anything else."""
    return text if text in set(View) else View.REVIEW.value


def after(site: Site, visitor: Visitor, view: str, request_id: int) -> str:
    """Where to go when this one is done: the next of the same view, else the tray (AP-17).

    Ask before deciding, while the request still has its place.
    """
    with site.app.database.reading() as tx:
        rows = tx.tray.page(View(view), visitor.login, size=LONGEST_LIST).rows
    ids = [row.id for row in rows]
    if request_id in ids:
        place = ids.index(request_id)
        rows = (*rows[place + 1 :], *rows[:place])
    return f"/requests/{rows[0].number}?view={view}" if rows else f"/queue?view={view}"
