"""`fake-kintone`: a kintone of our own, for trying things out and for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.output import tell
from uketsuke.cli.words import say

MEMORY = ":memory:"


def fake_kintone(
    bind: Annotated[str, typer.Option("--bind", help=say("option.kintone-bind"))] = "127.0.0.1:8090",
    state: Annotated[str, typer.Option("--state", help=say("option.kintone-state"))] = MEMORY,
    seed: Annotated[str, typer.Option("--seed", help=say("option.kintone-seed"))] = "example",
    clock: Annotated[str, typer.Option("--clock", help=say("option.kintone-clock"))] = "system",
) -> None:
    """Serve our own kintone until Ctrl+C."""
    import uvicorn  # what only servers need

    from uketsuke.cli.serving import STOP_SECONDS, listen
    from uketsuke.clock import clock_of
    from uketsuke.connectors.fake_kintone import server

    listener = listen(bind)
    messenger = server.Messenger()
    try:
        domain = server.example() if seed == "example" else server.read(Path(seed))
        keep = None if state == MEMORY else Path(state)
        fake = server.open_kintone(domain, clock_of(clock), messenger.send, keep)
    except (OSError, ValidationError) as error:
        raise Failure("kintone-file", Code.CONFIGURATION, reason=_why(error)) from error
    config = uvicorn.Config(
        server.Cuttable(server.create_server(fake)),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    tell(say("run.fake-kintone", url=f"http://{host}:{port}"))
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        messenger.close()


def _why(error: OSError | ValidationError) -> str:
    """Where a seed or a state is wrong; never what stands there."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return "; ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False)[:5])
