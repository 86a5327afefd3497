"""まとめて確認: what waits for the department, answered one by one or several at once (UX 5.12)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.checks_page import check_list, waiting_checks
from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.visitor import Visitor
from uketsuke.errors import Incomplete, NotAllowed, NotFound
from uketsuke.queue import checking
from uketsuke.store.waits import WaitAnswered

router = APIRouter()
LONGEST_COMMENT = 2_000


@router.get("/checks")
def show_checks(request: Request, site: Here, visitor: Signed) -> Response:
    """Every check that waits for an officer, by service, longest waiting first."""
    return _page(request, site, visitor)


@router.post("/checks")
def pass_several(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """確認 for those that were ticked: each by itself, so that one that cannot be stops no other."""
    chosen = {text for text in form.many("check") if text.isascii() and text.isdigit()}
    with site.app.database.reading() as tx:
        known = [item.wait.step_id for item in waiting_checks(site, tx)]
    wanted = [step for step in known if step is not None and str(step) in chosen]
    passed = 0
    for step in wanted:
        try:
            checking.pass_check(site.app, actor(visitor), step)
        except (NotAllowed, NotFound, WaitAnswered):
            continue
        passed += 1
    if not chosen:
        return go(request, "/checks", Said("check-none"))
    left = len(chosen) - passed
    return go(
        request, "/checks", Said("checked-some" if left else "checked", {"count": passed, "left": left})
    )


@router.post("/checks/{step}")
def answer_one(request: Request, site: Here, visitor: Signed, step: RowId, form: Form) -> Response:
    """確認, or ヘルプデスクへ差戻し with a comment."""
    verdict, comment = form.one("verdict"), form.one("comment")[:LONGEST_COMMENT]
    with site.app.database.reading() as tx:
        number = tx.requests.get(tx.steps.get(step).request_id).number
    try:
        match verdict:
            case "pass":
                checking.pass_check(site.app, actor(visitor), step, comment)
            case "send-back":
                checking.send_back(site.app, actor(visitor), step, comment)
            case _:
                raise HTTPException(422, "form")
    except Incomplete:
        return _page(request, site, visitor, 422, wrong=step)
    except (NotFound, WaitAnswered):
        return go(request, "/checks", Said("check-first", {"number": number}))
    return go(request, "/checks", Said(f"check-{verdict}", {"number": number}))


def _page(
    request: Request, site: Site, visitor: Visitor, status: int = 200, wrong: int | None = None
) -> Response:
    with site.app.database.reading() as tx:
        checks = check_list(site, tx, visitor, naming_of(site, tx), wrong)
        frame = frame_of(request, site, tx, visitor, "checks")
    return answer(site, "checks.html", frame, status, checks=checks)
