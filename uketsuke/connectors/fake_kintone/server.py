"""Our kintone as a server: its API, the control API, and a thread that tells webhooks."""

from __future__ import annotations

import queue
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI, Request, Response

from uketsuke.boundary import outside
from uketsuke.clock import Clock
from uketsuke.connectors.fake_kintone.control import control
from uketsuke.connectors.fake_kintone.faults import Faults
from uketsuke.connectors.fake_kintone.kintone import FakeKintone
from uketsuke.connectors.fake_kintone.state import Domain
from uketsuke.connectors.fake_kintone.transport import METHODS, Cuttable, Door
from uketsuke.connectors.fake_kintone.webhooks import Send

__all__ = ["Cuttable", "Messenger", "create_server", "example", "open_kintone", "read"]
WEBHOOK_SECONDS = 10.0
"""How long a webhook's consumer may take; it is told once, whatever it answers."""


def create_server(fake: FakeKintone) -> FastAPI:
    """The application: `/_fake/…` controls it, everything else is kintone."""
    door = Door(fake, Faults())
    app = FastAPI(openapi_url=None)
    app.state.door = door
    app.include_router(control(door))

    # Not a plain `def` as our own pages are: one loop is what keeps two requests from mixing.
    @app.api_route("/{path:path}", methods=METHODS)
    async def everything(request: Request) -> Response:
        return await door.pass_through(request)

    return app


def example() -> Domain:
    """An invented city's kintone, from `example.json`."""
    source = files("uketsuke.connectors.fake_kintone").joinpath("example.json")
    return Domain.model_validate_json(source.read_text("utf-8"))


def read(path: Path) -> Domain:
    """A seed or a state from a file."""
    return Domain.model_validate_json(path.read_text("utf-8"))


def open_kintone(seed: Domain, clock: Clock, send: Send, keep: Path | None = None) -> FakeKintone:
    """A kintone that goes on from its file where there is one, and begins with the seed otherwise."""
    if keep is not None and keep.exists():
        seed = read(keep)
    return FakeKintone(seed, clock, send, keep)


class Messenger:
    """Tells webhooks in a thread of its own, so that a slow consumer holds nobody up."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[str, dict[str, Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()

    def send(self, url: str, payload: dict[str, Any]) -> None:
        """Put a notification into the queue."""
        self._waiting.put((url, payload))

    def close(self) -> None:
        """Send what waits, then end."""
        self._waiting.put(None)
        self._thread.join(WEBHOOK_SECONDS)

    def _tell(self) -> None:
        with httpx2.Client(timeout=WEBHOOK_SECONDS, trust_env=False) as client:
            while (item := self._waiting.get()) is not None:
                url, payload = item
                try:
                    with outside("fake_kintone.webhook"):
                        client.post(url, json=payload)
                except httpx2.HTTPError:
                    continue
