"""The console behind uvicorn, on an address that is ours before anything else starts."""

from __future__ import annotations

import socket

import uvicorn

from uketsuke.cli.exits import Failure
from uketsuke.cli.opening import built
from uketsuke.cli.output import tell
from uketsuke.cli.words import say
from uketsuke.console.web import create_app
from uketsuke.settings import Settings

STOP_SECONDS = 4
"""How long requests that run may take when the server is asked to stop."""


def serve(settings: Settings, bind: str, announce: bool = True) -> None:
    """Serve until SIGTERM or SIGINT; raises `Failure` where the address cannot be had.

    Whoever started it as a part of something tells the address itself.
    """
    listener = listen(bind)
    app = built(settings)
    config = uvicorn.Config(
        create_app(app),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    if announce:
        tell(say("run.web", url=settings.console.base_url))
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        app.close()


def listen(bind: str) -> socket.socket:
    """A socket on `host:port`, before the console is built: a port in use is told at once."""
    host, _, port = bind.rpartition(":")
    if not (host and port.isdigit() and int(port) < 65536):
        raise Failure("bad-bind", bind=bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), int(port)))
        listener.listen()
    except OSError as error:
        listener.close()
        raise Failure("bind", bind=bind, reason=error.strerror or error) from error
    return listener
