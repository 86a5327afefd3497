"""Sessions of this console: begun, kept alive, and ended (DESIGN 10)."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request

from uketsuke.app import App
from uketsuke.console.browsers import browser_of
from uketsuke.console.cookies import SESSION, read_cookie
from uketsuke.console.visitor import new_secret, secret_hash
from uketsuke.errors import TryLater
from uketsuke.store.transaction import Transaction
from uketsuke.store.users import Session

LOOSE = timedelta(minutes=5)
"""How exactly the last use is known; a page costs no write more often than that."""


def open_session(request: Request, app: App, tx: Transaction, login: str) -> str:
    """Begin a session and give its secret; what this browser had ends, and the oldest beyond the limit."""
    limits, secret = app.settings.console, new_secret()
    tx.sessions.forget_expired()
    tx.sessions.close(own_hash(request))
    tx.sessions.open(
        secret_hash(secret),
        login,
        new_secret(),
        tx.now + min(_idle(app), _whole(app)),
        browser=browser_of(request.headers.get("user-agent", "")),
        address=address_of(request),
    )
    tx.sessions.keep(login, limits.sessions_per_user, secret_hash(secret))
    return secret


def keep_alive(app: App, session: Session) -> None:
    """It was used: it lives on, yet never beyond its whole length from the sign-in."""
    now = app.now()
    if now - session.seen_at < min(LOOSE, _idle(app) / 10):
        return
    until = min(now + _idle(app), session.created_at + _whole(app))
    try:
        with app.database.transaction("session") as tx:
            tx.sessions.touch(session.token_hash, until)
    except TryLater:
        return  # whoever looks at a page must not fail because it could not be noted


def own_hash(request: Request) -> str:
    """What is stored of this browser's session."""
    return secret_hash(read_cookie(request, SESSION))


def address_of(request: Request) -> str:
    """Where the browser is, as far as the server knows."""
    return request.client.host if request.client else ""


def _idle(app: App) -> timedelta:
    return timedelta(minutes=app.settings.console.session_minutes)


def _whole(app: App) -> timedelta:
    return timedelta(hours=app.settings.console.session_hours)
