"""Dramatiq over the jobs table: the workers are Dramatiq's, the queue is the database's."""

from __future__ import annotations

from collections.abc import Iterator

import dramatiq
import pytest
from pydantic import SecretStr

from tests.desk import Desk, sample
from tests.servers.programs import wait_until
from uketsuke.domain.job import JobState
from uketsuke.errors import ConfigurationError
from uketsuke.queue.broker import connect, make_broker
from uketsuke.settings import Queue


@pytest.fixture
def worker(desk: Desk) -> Iterator[dramatiq.Worker]:
    """A real Dramatiq worker with two threads, in this process."""
    broker = connect(desk.app)
    broker.emit_after("process_boot")
    running = dramatiq.Worker(broker, worker_threads=2, worker_timeout=50)
    running.start()
    yield running
    running.stop(timeout=5_000)
    broker.close()


def open_jobs(desk: Desk) -> int:
    with desk.app.database.reading() as tx:
        return sum(tx.jobs.counts().values())


def test_a_dramatiq_worker_does_what_stands_in_the_jobs_table(desk: Desk, worker: dramatiq.Worker) -> None:
    desk.receive(sample("edge-cp50221-jis-clean"))
    wait_until(lambda: open_jobs(desk) == 0 and len(desk.letters()) == 3, "three letters", 20)
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"


def test_jobs_that_were_set_aside_and_not_begun_are_free_again_when_a_worker_stops(desk: Desk) -> None:
    desk.receive(sample("edge-cp50221-jis-clean"))
    broker = connect(desk.app)
    consumer = broker.consume("work", prefetch=1)
    message = next(consumer)
    assert message is not None
    consumer.requeue([message])
    with desk.app.database.reading() as tx:
        assert tx.jobs.counts() == {JobState.WAITING: 1}


def test_a_job_due_later_is_not_handed_out(desk: Desk) -> None:
    broker = connect(desk.app)
    assert next(broker.consume("work", prefetch=1)) is None


def test_an_unknown_broker_is_a_problem_of_the_settings(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="kafka"):
        make_broker(Queue.model_construct(broker=SecretStr("kafka://somewhere")), desk.app.database, "me")
