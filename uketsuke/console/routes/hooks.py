"""The door at which kintone's webhook knocks: a hint that something is new, and nothing else.

Whoever knows the address can make us look into the app a little earlier. What is sent there is
never read, kept or believed: records come by polling alone (DESIGN 15).
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.links import no_such_link
from uketsuke.console.site import Here, Site
from uketsuke.console.visitor import same
from uketsuke.intake.hints import give_hint

router = APIRouter()


@router.post("/hooks/kintone/{app}/{secret}")
def wake(request: Request, site: Here, app: str, secret: str) -> Response:
    """204 for the address that the settings give the app; for every other what a wrong link gets."""
    number = _known(site, app, secret)
    if number is None:
        return no_such_link(request, site)
    give_hint(site.app.database, number)
    return Response(status_code=204)


def _known(site: Site, app: str, secret: str) -> int | None:
    """The app, where it has such an address and this is it; every app costs one comparison."""
    kintone = site.app.settings.kintone
    found = None
    for one in kintone.app if kintone else ():
        expected = f"{one.id}/{one.hook.get_secret_value()}" if one.hook else ""
        if same(expected, f"{app}/{secret}") and expected:
            found = one.id
    return found
