"""Signing in and out with a local account (DESIGN 10)."""

from __future__ import annotations

import re
from datetime import timedelta
from math import ceil

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.cookies import GUEST, KNOWN, SESSION, drop_cookie, read_cookie, set_cookie
from uketsuke.console.forms import Form
from uketsuke.console.passwords import is_right
from uketsuke.console.sessions import address_of, open_session, own_hash
from uketsuke.console.site import Here, Looking, Signed, Site
from uketsuke.console.throttle import Attempt, begin, known_mark, network_of, succeed, wait_words
from uketsuke.console.views.frame import GuestFrame
from uketsuke.console.visitor import guest_secret
from uketsuke.domain.states import Role
from uketsuke.queue.sign_ins import may_sign_in
from uketsuke.store.users import User

router = APIRouter()
KNOWN_SECONDS = 180 * 24 * 3600
"""How long a browser counts as one in which that person has signed in before."""
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def local_address(text: str) -> str:
    """The address if it is one of ours, else the front page: nobody is sent elsewhere after signing in."""
    return text if _LOCAL.fullmatch(text) else "/"


@router.get("/sign-in")
def show_sign_in(request: Request, site: Here, next: str = "/") -> Response:
    """The form; sets the guest's secret that its CSRF token is compared with."""
    return _form(request, site, next, "", "")


@router.post("/sign-in")
def sign_in(request: Request, site: Here, form: Form) -> Response:
    """Start a new session; the same words for an unknown sign-in, a wrong password and a closed account."""
    login, next_page = form.one("login"), local_address(form.one("next"))
    attempt = Attempt(login, address_of(request), read_cookie(request, KNOWN))
    wait = begin(site.app, attempt)
    if wait > timedelta(0):
        return _wait(request, site, next_page, login, wait)
    with site.app.database.reading() as tx:
        user = tx.users.get(login) if login else None
        admitted = user is not None and may_sign_in(tx, user, site.app.today())
    stored = user.password_hash if user and admitted else None
    if not is_right(stored, form.one("password")):
        _note_miss(site, attempt, user)
        return _form(request, site, next_page, login, "wrong", 422)
    with site.app.database.transaction("sign-in") as tx:
        secret, failures = open_session(request, site.app, tx, login), succeed(site.app, tx, attempt)
        facts: dict[str, JsonValue] = {"failures_before": failures} if failures else {}
        tx.audit.append(at=tx.now, actor=login, action="sign-in", subject=f"user:{login}", facts=facts)
    answer = RedirectResponse(next_page, 303)
    set_cookie(answer, request, SESSION, secret)
    set_cookie(answer, request, KNOWN, known_mark(site.app, login), KNOWN_SECONDS)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, site: Here, visitor: Signed) -> Response:
    """End this browser's session."""
    with site.app.database.transaction("sign-out") as tx:
        tx.sessions.close(own_hash(request))
        tx.audit.append(
            at=site.app.now(), actor=visitor.login, action="sign-out", subject=f"user:{visitor.login}"
        )
    answer = RedirectResponse("/sign-in", 303)
    drop_cookie(answer, site.is_https, SESSION)
    return answer


@router.get("/")
def show_front(visitor: Looking) -> Response:
    """Leads everybody to what they come for."""
    roles = visitor.roles if visitor else frozenset()
    if roles & {Role.OPERATOR, Role.LEAD}:
        return RedirectResponse("/queue", 303)
    if Role.OFFICER in roles:
        return RedirectResponse("/checks", 303)
    return RedirectResponse("/forms", 303)


def _note_miss(site: Site, attempt: Attempt, user: User | None) -> None:
    """For who looks after the desk; written alike whether there is such a sign-in or not."""
    with site.app.database.transaction("sign-in-failed") as tx:
        tx.misses.note("sign-in", user.login if user else "", network_of(attempt.address))


def _wait(request: Request, site: Site, next_page: str, login: str, wait: timedelta) -> Response:
    """So long nothing is tried; said alike whether there is such a sign-in or not."""
    answer = _form(request, site, next_page, login, "wait", 429, wait_words(wait, site.words))
    answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return answer


def _form(
    request: Request,
    site: Site,
    next_page: str,
    login: str,
    problem: str,
    status: int = 200,
    wait: str = "",
) -> Response:
    secret = guest_secret(request)
    answer = site.pages.answer(
        "sign-in.html",
        status,
        frame=GuestFrame(secret),
        next=local_address(next_page),
        login=login,
        problem=problem,
        wait=wait,
    )
    set_cookie(answer, request, GUEST, secret)
    return answer
