"""`run`, `web`, `worker` and `timetable`: the processes of a desk."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from typing import Annotated

import typer

from uketsuke import log
from uketsuke.cli.configuration import ConfigOption, environment_of, settings_of
from uketsuke.cli.opening import check_database, opened
from uketsuke.cli.output import Format, FormatOption, show, tell
from uketsuke.cli.supervisor import Child, Supervisor, end_with_parent, part
from uketsuke.cli.words import say
from uketsuke.log import logger
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick
from uketsuke.worker import work

SupervisedOption = Annotated[bool, typer.Option("--supervised", hidden=True, help=say("option.supervised"))]


def run(config: ConfigOption = None) -> None:
    """Web, intake with timetable, and worker as one process tree."""
    settings = settings_of(config)
    check_database(settings)
    supervisor = Supervisor(parts(), report, environment_of(config))
    supervisor.stop_on_signals()
    supervisor.start()
    tell(say("run.ready", url=settings.console.base_url))
    supervisor.watch()


def parts() -> tuple[Child, ...]:
    """The three processes of a desk."""
    return part("web", "web"), part("intake", "intake", "watch"), part("worker", "worker")


def web(
    config: ConfigOption = None,
    bind: Annotated[str | None, typer.Option("--bind", help=say("option.bind"))] = None,
    supervised: SupervisedOption = False,
) -> None:
    """The console and the status pages."""
    from uketsuke.cli.serving import serve  # the console's libraries, which no other command needs

    if supervised:
        end_with_parent()
    settings = settings_of(config)
    log.configure(settings.log_level)
    serve(settings, bind or settings.console.bind, announce=not supervised)


def worker(
    config: ConfigOption = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help=say("option.threads"))] = None,
    supervised: SupervisedOption = False,
) -> None:
    """Run jobs until SIGTERM or SIGINT, then end what has begun; a second signal changes nothing."""
    if supervised:
        end_with_parent()
    settings = settings_of(config)
    log.configure(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened(settings) as app:
        logger(__name__).info("worker_ready")
        work(app, threads or app.settings.queue.threads, stop)


def timetable(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """What the business clock brings, and what was forgotten, once."""
    settings = settings_of(config)
    log.configure(settings.log_level)  # else events would stand among the data
    with opened(settings) as app:
        counts = {"due": tick(app), "swept": sweep(app)}
    show(form, counts, [say("timetable.done", **counts)])


def report(event: str, facts: Mapping[str, object]) -> None:
    """One line for each event of a child."""
    tell(say(f"run.{event}", **facts))
