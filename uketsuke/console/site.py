"""What every route is handed: the running application, its pages, and who is looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from uketsuke.app import Actor, App
from uketsuke.console.access import is_public, may_open
from uketsuke.console.cookies import SESSION, read_cookie
from uketsuke.console.pages import Pages
from uketsuke.console.sessions import keep_alive
from uketsuke.console.visitor import Visitor, secret_hash
from uketsuke.console.words import Words
from uketsuke.domain.states import Role
from uketsuke.queue.sign_ins import may_sign_in


@dataclass(frozen=True)
class Site:
    """The console of one application."""

    app: App
    pages: Pages
    words: Words

    @property
    def is_https(self) -> bool:
        """Whether people reach it by https."""
        return self.app.settings.console.base_url.startswith("https://")


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not public."""


def site_of(request: Request) -> Site:
    """The console that serves this request."""
    return cast(Site, request.app.state.site)


Here = Annotated[Site, Depends(site_of)]


def visitor_of(request: Request, site: Here) -> Visitor | None:
    """Who is signed in in this browser; None for nobody, and after the session has ended."""
    secret = read_cookie(request, SESSION)
    if not secret or request.url.path in {"/healthz", "/readyz"}:
        return None
    with site.app.database.reading() as tx:
        session = tx.sessions.get(secret_hash(secret))
        user = tx.users.get(session.login) if session else None
        admitted = user is not None and may_sign_in(tx, user, site.app.today())
    if session is None or user is None or not admitted:
        return None
    keep_alive(site.app, session)
    roles = frozenset(user.roles) - {Role.SYSTEM}
    return Visitor(user.login, user.name, roles, session.csrf, user.employee_number) if roles else None


Looking = Annotated[Visitor | None, Depends(visitor_of)]


def admit(request: Request, visitor: Looking) -> None:
    """Refuse what the access table does not allow; runs before every route of the console."""
    # NUL stands in no address of ours, and PostgreSQL takes it in no question.
    if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
        raise HTTPException(404, "page")
    path = request.scope["route"].path
    method = "GET" if request.method == "HEAD" else request.method
    if is_public(method, path):
        return
    if visitor is None:
        raise SignInNeeded
    if not may_open(method, path, visitor.roles):
        raise HTTPException(403, "role")


def signed_in(visitor: Looking) -> Visitor:
    """The visitor of a page that is not public; raises `SignInNeeded`."""
    if visitor is None:
        raise SignInNeeded
    return visitor


Signed = Annotated[Visitor, Depends(signed_in)]


def actor(visitor: Visitor) -> Actor:
    """The visitor as decisions and the audit log name them."""
    return Actor(visitor.login, visitor.role, visitor.person)
