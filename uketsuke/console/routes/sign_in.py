"""Signing in and out with a local account (DESIGN 10)."""

from __future__ import annotations

import re
from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.forms import Form
from uketsuke.console.passwords import is_right
from uketsuke.console.site import Here, Looking, Signed
from uketsuke.console.views.frame import GuestFrame
from uketsuke.console.visitor import (
    GUEST_COOKIE,
    SESSION_COOKIE,
    guest_secret,
    new_secret,
    secret_hash,
    set_cookie,
)
from uketsuke.domain.states import Role

router = APIRouter()
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
    address = request.client.host if request.client else ""
    if site.throttle.must_wait(login, address):
        return _form(request, site, next_page, login, "wait", 429)
    with site.app.database.reading() as tx:
        user = tx.users.get(login) if login else None
    stored = user.password_hash if user and user.active else None
    if not is_right(stored, form.one("password")):
        site.throttle.failed(login, address)
        return _form(request, site, next_page, login, "wrong", 422)
    site.throttle.succeeded(login, address)
    secret, now = new_secret(), site.app.now()
    ends = now + timedelta(minutes=site.app.settings.console.session_minutes)
    with site.app.database.transaction("sign-in") as tx:
        tx.sessions.open(secret_hash(secret), login, new_secret(), ends)
        tx.audit.append(at=now, actor=login, action="sign-in", subject=f"user:{login}")
    answer = RedirectResponse(next_page, 303)
    set_cookie(answer, request, SESSION_COOKIE, secret)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, site: Here, visitor: Signed) -> Response:
    """End this browser's session."""
    with site.app.database.transaction("sign-out") as tx:
        tx.sessions.close(secret_hash(request.cookies[SESSION_COOKIE]))
        tx.audit.append(
            at=site.app.now(), actor=visitor.login, action="sign-out", subject=f"user:{visitor.login}"
        )
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/")
def show_front(visitor: Looking, site: Here) -> Response:
    """Leads everybody to what they come for."""
    roles = visitor.roles if visitor else frozenset()
    if roles & {Role.OPERATOR, Role.LEAD}:
        return RedirectResponse("/queue", 303)
    if Role.OFFICER in roles:
        return RedirectResponse("/work-items", 303)
    return site.pages.answer("problem.html", 200, status=200, about="staff", error_number="")


def _form(
    request: Request, site: Here, next_page: str, login: str, problem: str, status: int = 200
) -> Response:
    secret = guest_secret(request)
    answer = site.pages.answer(
        "sign-in.html",
        status,
        frame=GuestFrame(secret),
        next=local_address(next_page),
        login=login,
        problem=problem,
    )
    set_cookie(answer, request, GUEST_COOKIE, secret)
    return answer
