"""Running one job: claim it, do what its name says, put it back when a peer says "not now"."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from uketsuke.app import App
from uketsuke.domain.job import Claim, JobName, back_off
from uketsuke.errors import LeaseLost, TryLater
from uketsuke.log import logger, trace
from uketsuke.queue.deliver import deliver
from uketsuke.queue.perform import perform
from uketsuke.queue.process import process
from uketsuke.queue.record_comment import comment

log = logger(__name__)
Handler = Callable[[App, Claim], None]
HANDLERS: Mapping[JobName, Handler] = {
    JobName.PROCESS: process,
    JobName.PERFORM: perform,
    JobName.DELIVER: deliver,
    JobName.COMMENT: comment,
}
"""Each completes its job in its own last transaction, fenced by the claim's owner."""


def new_owner() -> str:
    """A name for this process that no other ever has: host, process, chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def run_job(app: App, job_id: int, owner: str) -> bool:
    """Claim that job and run it; False when it is not to be had (done, leased, not due, parked)."""
    lease = timedelta(seconds=app.settings.queue.lease_seconds)
    try:
        with app.database.transaction("claim") as tx:
            claim = tx.jobs.claim(owner, lease, job_id=job_id, names=tuple(HANDLERS))
    except TryLater as error:
        log.warning("claim_later", peer=error.peer, job=job_id)  # it stays due, for whoever looks next
        return False
    if claim is None:
        return False
    run_claimed(app, claim)
    return True


def run_claimed(app: App, claim: Claim) -> None:
    """Run a claimed job; whatever happens to it, this returns."""
    with structlog.contextvars.bound_contextvars(job=claim.id, name=claim.name.value, row=claim.row_id):
        try:
            HANDLERS[claim.name](app, claim)
        except LeaseLost:
            log.warning("lease_lost")
        except TryLater as error:
            _put_back(app, claim, error)
        except Exception as error:  # the job boundary: nothing may end the worker thread
            log.exception("job_crashed")
            _count_crash(app, claim, error)


def _put_back(app: App, claim: Claim, error: TryLater) -> None:
    """Due again after the back-off; without limit, for the peer will come back."""
    log.info("job_later", peer=error.peer, tries=claim.tries + 1)
    try:
        with app.database.transaction("postpone") as tx:
            first = timedelta(seconds=app.settings.queue.back_off_seconds)
            tx.jobs.postpone(claim, back_off(claim.tries + 1, first), f"{error.peer}: {error.reason}")
    except (LeaseLost, TryLater):
        log.warning("postpone_failed")  # the lease ends by itself and the job is due again


def _count_crash(app: App, claim: Claim, error: Exception) -> None:
    """An error nobody foresaw is a crash: repeated, and parked in sight at the third."""
    try:
        with app.database.transaction("crash") as tx:
            tx.jobs.crash(claim, timedelta(seconds=2**claim.crashes), trace(error)[:500])
    except (LeaseLost, TryLater):
        log.warning("crash_not_counted")


def drain(app: App, owner: str | None = None, limit: int = 10_000) -> int:
    """Run every job that is due now, one after the other, in this process; how many ran.

    For commands and tests without workers; jobs due later stay.
    """
    owner = owner or new_owner()
    lease = timedelta(seconds=app.settings.queue.lease_seconds)
    for count in range(limit):
        with app.database.transaction("claim") as tx:
            claim = tx.jobs.claim(owner, lease, names=tuple(HANDLERS))
        if claim is None:
            return count
        run_claimed(app, claim)
    return limit
