"""自分のサインイン: where one is signed in, ending that elsewhere, and one's password (FAULTS S5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.cookies import SESSION, set_cookie
from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.passwords import hash_password, is_right
from uketsuke.console.sessions import address_of, open_session, own_hash
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.throttle import Attempt, begin, network_of, succeed, wait_words
from uketsuke.console.views.own import session_rows
from uketsuke.console.visitor import Visitor
from uketsuke.queue import sign_ins

router = APIRouter()
PAGE = "/my/sign-in"


@router.get("/my/sign-in")
def show_own(request: Request, site: Here, visitor: Signed) -> Response:
    """The browsers in which the visitor is signed in, and a form for another password."""
    return _page(request, site, visitor)


@router.post("/my/sign-in/others")
def end_others(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """この端末以外を終了."""
    count = sign_ins.end_others(site.app, actor(visitor), own_hash(request))
    return go(request, PAGE, Said("own-ended" if count else "own-alone", {"count": count}))


@router.post("/my/sign-in/password")
def change_password(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """Another password for who knows the old one; every session ends, and this browser gets a new one."""
    old, new = form.one("old"), form.one("new")
    wrong = _faults(site, old, new, form.one("again"))
    if wrong:
        return _page(request, site, visitor, wrong)
    # A browser left open is no place to guess in: it counts like a sign-in, under a key of its own.
    attempt = Attempt(visitor.login, own_hash(request), what="password")
    wait = begin(site.app, attempt)
    if wait > timedelta(0):
        words = site.words("own.wait", wait=wait_words(wait, site.words))
        return _page(request, site, visitor, {"old": words}, 429)
    with site.app.database.reading() as tx:
        user = tx.users.get(visitor.login)
    if not is_right(user.password_hash if user else None, old):
        with site.app.database.transaction("password-failed") as tx:
            tx.misses.note("password", visitor.login, network_of(address_of(request)))
        return _page(request, site, visitor, {"old": site.words("own.wrong-now")})
    stored = hash_password(new)
    with site.app.database.transaction("password") as tx:
        tx.users.set_password(visitor.login, stored)
        succeed(site.app, tx, attempt)
        secret = open_session(request, site.app, tx, visitor.login)
        tx.audit.append(
            at=tx.now, actor=visitor.login, action="user-password", subject=f"user:{visitor.login}"
        )
    changed = go(request, PAGE, Said("own-password"))
    set_cookie(changed, request, SESSION, secret)
    return changed


def _faults(site: Site, old: str, new: str, again: str) -> dict[str, str]:
    if len(new) < sign_ins.SHORTEST:
        return {"new": site.words("own.short", least=sign_ins.SHORTEST)}
    if new == old:
        return {"new": site.words("own.same")}
    return {} if new == again else {"again": site.words("own.differ")}


def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    wrong: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    with site.app.database.reading() as tx:
        user = tx.users.get(visitor.login)
        if user is None:
            raise HTTPException(404)
        naming = naming_of(site, tx)
        return answer(
            site,
            "own.html",
            frame_of(request, site, tx, visitor, "own"),
            status or (422 if wrong else 200),
            sessions=session_rows(tx.sessions.of(visitor.login), own_hash(request), naming),
            login=visitor.login,
            has_password=user.password_hash is not None,
            wrong=wrong or {},
            least=sign_ins.SHORTEST,
        )
