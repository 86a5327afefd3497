"""What a link of a letter gets that opens nothing: one page, and later and later (FAULTS S4, AP-41).

A wrong, a used, an expired and an unknown link are told apart neither by words nor by time. A link
that opens something is looked up first and never waits, whoever else tries from the same address.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.sessions import address_of
from uketsuke.console.site import Site
from uketsuke.console.slow import hold_back
from uketsuke.console.throttle import WrongLink, begin, network_of
from uketsuke.errors import TryLater


def no_such_link(request: Request, site: Site) -> Response:
    """The neutral page; counted by address, and held back while that address waits."""
    hold_back(request, _count(site, address_of(request)))
    desk = site.app.settings.desk
    return site.pages.answer("status-unknown.html", 404, desk=desk.name, phone=desk.phone)


def _count(site: Site, address: str) -> timedelta:
    try:
        wait = begin(site.app, WrongLink(address))
        if not wait:
            with site.app.database.transaction("wrong-link") as tx:
                tx.misses.note("link", "", network_of(address))
        return wait
    except TryLater:
        return timedelta(0)  # the page must not say more than that the link is wrong
