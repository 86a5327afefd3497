"""The processes of an office, made of the product's own functions; they run until they are killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import dramatiq
from dramatiq import Broker, Worker

from tests.crash import clerk
from uketsuke import bootstrap, log, worker
from uketsuke.domain.content import Channel, Content
from uketsuke.errors import TryLater
from uketsuke.intake.polling import Round
from uketsuke.intake.reader import Reader
from uketsuke.queue.broker import connect
from uketsuke.queue.jobs import drain, new_owner
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick
from uketsuke.settings import Settings, load

LOOK_SECONDS = 0.2


class NoReader:
    """For those who never read a message: a reader's process would cost more than all else they do."""

    def read(self, raw: bytes, channel: Channel) -> Content:
        """Fails the run: only workers read."""
        raise AssertionError("a message was read by somebody who is not a worker")

    def close(self) -> None:
        """Nothing was started."""


def intake() -> None:
    """Look into the mailbox again and again; the clock and the sweeper in between."""
    settings = _settings()
    app = bootstrap.build(settings, reader=NoReader())
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
    worker.boot()
    _work_for(dramatiq.get_broker())


class DeadlyReader(Reader):
    """A reader that takes the whole worker with it, as a fault of the C library might."""

    def read(self, raw: bytes, channel: Channel) -> Content:
        """See `Reader`."""
        if b"POISON worker" in raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(raw, channel)


def work_poisoned() -> None:
    """A worker whom one mail kills, each time."""
    _work_for(connect(bootstrap.build(_settings(), reader=DeadlyReader())))


def _work_for(broker: Broker) -> None:
    broker.emit_after("process_boot")
    threads = _settings().queue.threads
    Worker(broker, worker_timeout=100, worker_threads=threads).start()
    threading.Event().wait()


def look_once() -> None:
    """One look into the mailbox, and everything that is due after it: a command rather than a daemon."""
    settings = _settings()
    app = bootstrap.build(settings)
    around = Round(app.database, app.clock, new_owner(), timedelta(seconds=settings.queue.lease_seconds))
    for number, mailbox in enumerate(settings.mailbox):
        around.visit(number, mailbox)
    drain(app)
    app.close()


def operate() -> None:
    """A person at the console, by script."""
    app = bootstrap.build(_settings(), reader=NoReader())
    clerk.serve(app, expected=int(os.environ["DESK_EXPECTS"]), pause=LOOK_SECONDS)


ROLES: Mapping[str, Callable[[], None]] = {
    "intake": intake,
    "worker": work,
    "poisoned": work_poisoned,
    "once": look_once,
    "operator": operate,
}


def _settings() -> Settings:
    log.configure()
    return load(Path(os.environ["UKETSUKE_CONFIG"]))
