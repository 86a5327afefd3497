"""Dramatiq behind one small face: which broker wakes the workers, and the one actor they run.

Redis and RabbitMQ carry a job id, published after the commit; the `database`
broker carries nothing. Dramatiq's own retries are off: the jobs table counts
crashes and tries (DESIGN 8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from dramatiq import Actor, Broker, actor
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, ShutdownNotifications

from uketsuke.app import App
from uketsuke.domain.job import JobName
from uketsuke.errors import ConfigurationError
from uketsuke.queue.database_broker import DatabaseBroker
from uketsuke.queue.jobs import HANDLERS, new_owner, run_job
from uketsuke.settings import Queue
from uketsuke.store.database import Database

ACTOR = "run"
QUEUE = "work"


def make_broker(settings: Queue, database: Database, owner: str) -> Broker:
    """The broker that the settings name."""
    url = settings.broker.get_secret_value()
    if url != "database":
        raise ConfigurationError((f"queue.broker: {url.split(':')[0]} is not supported by this version",))
    return DatabaseBroker(
        database,
        owner=owner,
        actor_name=ACTOR,
        lease=timedelta(seconds=settings.lease_seconds),
        poll=timedelta(seconds=settings.poll_seconds),
        names=tuple(HANDLERS),
        middleware=[AgeLimit(), ShutdownNotifications(), Callbacks(), Pipelines()],
    )


def declare_runner(broker: Broker, run: Callable[[int], None]) -> Actor[[int], None]:
    """The one actor: it is given a job id and runs what the row says."""
    declare = actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    return declare(run)


def connect(app: App) -> Broker:
    """The broker of a worker process: its actor declared, and the app's database waking it."""
    owner = new_owner()
    broker = make_broker(app.settings.queue, app.database, owner)

    def run(job_id: int) -> None:
        run_job(app, job_id, owner)

    app.database.wake = waker(broker, declare_runner(broker, run))
    return broker


def waker(broker: Broker, runner: Actor[[int], None]) -> Callable[[Sequence[tuple[int, JobName]]], None]:
    """What `Database` calls after a commit with the jobs that were enqueued."""

    def wake(jobs: Sequence[tuple[int, JobName]]) -> None:
        for job_id, _ in jobs:
            runner.send(job_id)

    return wake
