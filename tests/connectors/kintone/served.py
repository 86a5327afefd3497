"""Our kintone behind a real port of this machine, in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn

from tests.connectors.kintone.city import City
from tests.servers.programs import wait_until
from uketsuke.connectors.fake_kintone.server import Cuttable, create_server


@contextmanager
def served(city: City) -> Iterator[str]:
    """The URL at which the city's kintone answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Cuttable(create_server(city.kintone)), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started, "our kintone answers")
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def tell(url: str, method: str, path: str, body: Any = None) -> None:
    """The control API of what answers at that URL: its faults are its own, and no other door's."""
    httpx2.request(method, f"{url}/_fake/{path}", json=body, trust_env=False).raise_for_status()
