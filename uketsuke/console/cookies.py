"""Cookies: out of reach of scripts and other sites, and over https of other hosts too (FAULTS S5)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

SESSION = "uketsuke_session"
GUEST = "uketsuke_guest"
KNOWN = "uketsuke_known"
"""The mark of a browser in which somebody has signed in before."""
NOTICE = "uketsuke_notice"
HOST_ONLY = "__Host-"


def is_secure(request: Request) -> bool:
    """Whether people reach the console by https, as `console.base_url` says: a proxy may hide it."""
    return bool(request.app.state.site.is_https)


def cookie_name(request: Request, name: str) -> str:
    """What the browser calls it; over https no neighbouring host can set it (RFC 6265bis 4.1.3.2)."""
    return f"{HOST_ONLY}{name}" if is_secure(request) else name


def read_cookie(request: Request, name: str) -> str:
    """What the browser sent; empty for nothing."""
    return request.cookies.get(cookie_name(request, name), "")


def set_cookie(
    response: Response, request: Request, name: str, value: str, seconds: int | None = None
) -> None:
    """Set a cookie until the browser is closed, or for so many seconds."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        path="/",
        secure=is_secure(request),
    )


def drop_cookie(response: Response, is_https: bool, name: str) -> None:
    """Take a cookie away."""
    full = f"{HOST_ONLY}{name}" if is_https else name
    response.delete_cookie(full, path="/", httponly=True, samesite="lax", secure=is_https)
