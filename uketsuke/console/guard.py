"""What every answer carries so that a browser does nothing it was not asked to (UX 7, FAULTS S5).

The policy is exactly that of UX 7: no inline script, no inline style, nothing
from elsewhere, no framing. Pages are never kept by a cache; files under
`/static` are, because their address names their version.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware that adds the headers; only the page of an unforeseen error is made outside it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and add headers to the start of an answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), str(scope["path"]))
            await send(message)

        await self.app(scope, receive, guarded)


def sends_no_referrer(path: str) -> bool:
    """Whether the page's address is its key: it must not travel in a Referer header."""
    return path.startswith(("/s/", "/c/"))


def add_headers(headers: MutableHeaders, path: str) -> None:
    """Put them on an answer to that path."""
    for name, value in ALWAYS.items():
        headers[name] = value
    headers["Referrer-Policy"] = "no-referrer" if sends_no_referrer(path) else "same-origin"
    if path.startswith("/static/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return
    headers["Cache-Control"] = "no-store"
    headers.add_vary_header("HX-Request")
