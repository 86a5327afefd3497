"""Dramatiq's workers over our jobs: embedded in one process, or behind the dramatiq command.

`uketsuke worker` calls `work`. The dramatiq command can be used as well, with
`dramatiq uketsuke.worker:boot`; its processes make the parts after they were
forked, so that connections and the reader's process belong to one of them alone.
"""

from __future__ import annotations

import threading

import dramatiq

from uketsuke import bootstrap, log
from uketsuke.app import App
from uketsuke.queue.broker import connect
from uketsuke.settings import load

STOP_SECONDS = 6
"""How long what has begun may take to end; leases bring the rest back."""


def work(app: App, threads: int, stop: threading.Event) -> None:
    """Run jobs until `stop` is set, then end what has begun.

    One process and one signal handler: behind the dramatiq command a service manager's
    SIGTERM reaches master and child, the master passes its own on, and the second one
    makes the child exit in the middle of its work.
    """
    broker = connect(app)
    broker.emit_after("process_boot")  # without it Dramatiq's middleware starts half (DESIGN 15)
    worker = dramatiq.Worker(broker, worker_threads=threads)
    worker.queue_prefetch = threads  # a job set aside for nobody would only wait for its lease to end
    worker.start()
    stop.wait()
    worker.stop(timeout=STOP_SECONDS * 1000)
    broker.close()


def boot() -> None:
    """What the dramatiq command calls in each of its worker processes."""
    settings = load()
    log.configure(settings.log_level)
    dramatiq.set_broker(connect(bootstrap.build(settings)))
