"""The processes of an office, made of the product's own functions; they run until they are killed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import dramatiq
from dramatiq import Worker

from tests.crash import clerk
from uketsuke import bootstrap, log, worker
from uketsuke.errors import TryLater
from uketsuke.intake.polling import Round
from uketsuke.queue.jobs import new_owner
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick
from uketsuke.settings import Settings, load

LOOK_SECONDS = 0.2


def intake() -> None:
    """Look into the mailbox again and again; the clock and the sweeper in between."""
    settings = _settings()
    app = bootstrap.build(settings)
    around = Round(app.database, app.clock, new_owner(), timedelta(seconds=settings.queue.lease_seconds))
    while True:
        try:
            for number, mailbox in enumerate(settings.mailbox):
                around.visit(number, mailbox)
            tick(app)
            sweep(app)
        except TryLater:
            pass  # the database will be back; the next look finds everything as it was
        time.sleep(LOOK_SECONDS)


def work() -> None:
    """A dramatiq worker as its command makes it, without the parent process."""
    settings = _settings()
    worker.boot()
    broker = dramatiq.get_broker()
    broker.emit_after("process_boot")
    Worker(broker, worker_timeout=100, worker_threads=settings.queue.threads).start()
    threading.Event().wait()


def operate() -> None:
    """A person at the console, by script."""
    app = bootstrap.build(_settings())
    clerk.serve(app, expected=int(os.environ["DESK_EXPECTS"]), pause=LOOK_SECONDS)


ROLES: Mapping[str, Callable[[], None]] = {"intake": intake, "worker": work, "operator": operate}


def _settings() -> Settings:
    log.configure()
    return load(Path(os.environ["UKETSUKE_CONFIG"]))
