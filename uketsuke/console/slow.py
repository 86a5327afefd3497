"""Holds an answer back as long as a route says (FAULTS S4).

The route has ended by then: no thread, no transaction and no lease waits, only the connection
of whoever asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Sleep = Callable[[float], Awaitable[object]]
MOST = 200
"""Answers held back at once; others leave at once, so that waiting never fills the process."""


def hold_back(request: Request, wait: timedelta) -> None:
    """Let the answer to this request leave so much later."""
    request.state.hold_back = wait.total_seconds()


class Slow:
    """ASGI middleware that waits before the first byte of an answer that is held back."""

    def __init__(self, app: ASGIApp, sleep: Sleep = asyncio.sleep) -> None:
        """Wrap an application; `sleep` takes seconds."""
        self.app, self.sleep = app, sleep
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def later(message: Message) -> None:
            seconds = scope.get("state", {}).pop("hold_back", 0)
            if message["type"] == "http.response.start" and seconds > 0:
                await self._wait(seconds)
            await send(message)

        await self.app(scope, receive, later)

    async def _wait(self, seconds: float) -> None:
        if self.waiting >= MOST:
            return
        self.waiting += 1
        try:
            await self.sleep(seconds)
        finally:
            self.waiting -= 1
