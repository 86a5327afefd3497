"""A Dramatiq broker without messages: its consumer leases due rows of the jobs table (DESIGN 8).

There is nothing to publish and nothing to lose: a job is due or it is not. The
consumer leases what it hands to the worker threads, so that two workers seldom
reach for the same row; the actor claims it with the same SQL as behind Redis and
RabbitMQ.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from dramatiq import Actor, Broker, Consumer, Message, MessageProxy
from dramatiq.errors import QueueNotFound
from dramatiq.middleware import Middleware

from uketsuke.domain.job import JobName
from uketsuke.errors import TryLater
from uketsuke.log import logger
from uketsuke.store.database import Database

log = logger(__name__)


class DatabaseBroker(Broker):
    """Reads the jobs table; `publish` only interrupts the wait of this process's consumer."""

    def __init__(
        self,
        database: Database,
        *,
        owner: str,
        actor_name: str,
        lease: timedelta,
        poll: timedelta,
        names: Collection[JobName] | None = None,
        middleware: list[Middleware] | None = None,
    ) -> None:
        super().__init__(middleware)
        self.database, self.owner, self.actor_name = database, owner, actor_name
        self.lease, self.poll, self.names = lease, poll, names
        self.woken = threading.Event()

    def declare_actor(self, actor: Actor[Any, Any]) -> None:
        """Know the actor and its queue."""
        self.emit_before("declare_actor", actor)
        self.declare_queue(actor.queue_name)
        self.actors[actor.actor_name] = actor
        self.emit_after("declare_actor", actor)

    def declare_queue(self, queue_name: str) -> None:
        """A queue is a name here; delays are due times of jobs."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = None
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """The job is in the table already: only say that there is something to do."""
        self.emit_before("enqueue", message, delay)
        self.woken.set()
        self.emit_after("enqueue", message, delay)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30000) -> Consumer:
        """Lease at most `prefetch` jobs at a time."""
        if queue_name not in self.queues:
            raise QueueNotFound(queue_name)  # type: ignore[no-untyped-call]
        return _Consumer(self, queue_name, prefetch)

    def flush(self, queue_name: str) -> None:
        """Jobs are never thrown away."""

    def flush_all(self) -> None:
        """Jobs are never thrown away."""


class _Consumer(Consumer):
    """Leases at most `prefetch` jobs; one whose worker died over it only when it holds no other.

    A job that kills its worker takes those beside it along: alone, it is the only one that is
    counted again, and parked (FAULTS F14).
    """

    def __init__(self, broker: DatabaseBroker, queue_name: str, prefetch: int) -> None:
        self.broker, self.queue_name, self.prefetch = broker, queue_name, prefetch
        self.held: set[int] = set()
        self.alone = False
        self.changing = threading.Condition()

    def __next__(self) -> MessageProxy | None:
        """The next due job, or None after one poll interval without any."""
        seconds = self.broker.poll.total_seconds()
        with self.changing:
            if not self.changing.wait_for(self._has_room, seconds):
                return None
        job_id = self._lease()
        if job_id is None:
            self.broker.woken.wait(seconds)
            self.broker.woken.clear()
            return None
        message: Message[Any] = Message(
            queue_name=self.queue_name,
            actor_name=self.broker.actor_name,
            args=(job_id,),
            kwargs={},
            options={},
        )
        return MessageProxy(message)

    def ack(self, message: MessageProxy) -> None:
        """The actor has completed or put back the job itself."""
        self._let_go(message)

    def nack(self, message: MessageProxy) -> None:
        """The lease ends by itself."""
        self._let_go(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Jobs leased but not begun are due again for everybody at once."""
        with self.broker.database.transaction("requeue") as tx:
            for message in messages:
                tx.jobs.unlease(message.args[0], self.broker.owner)

    def close(self) -> None:
        """Nothing is held open."""

    def _has_room(self) -> bool:
        return not self.alone and len(self.held) < self.prefetch

    def _let_go(self, message: MessageProxy) -> None:
        with self.changing:
            self.held.discard(message.args[0])
            self.alone = False
            self.changing.notify()

    def _lease(self) -> int | None:
        """Only this thread adds to what is held, so that an empty set stays empty meanwhile."""
        try:
            leased = self._lease_one(unsuspected=True)
            if leased is None and not self.held:
                leased = self._lease_one(unsuspected=False)
                self.alone = leased is not None
        except TryLater as error:
            log.warning("database_away", reason=error.reason)
            return None
        if leased is not None:
            with self.changing:
                self.held.add(leased)
        return leased

    def _lease_one(self, unsuspected: bool) -> int | None:
        broker = self.broker
        with broker.database.reading() as tx:
            if not tx.jobs.any_due(broker.names, unsuspected):
                return None
        with broker.database.transaction("lease") as tx:
            leased = tx.jobs.lease(broker.owner, broker.lease, 1, broker.names, unsuspected)
        return leased[0][0] if leased else None
