"""One poller per mailbox: looking in under its lease, and remembering how it went.

Two sessions that race to move the same mails double them (DESIGN 15), so whoever
holds the lease of a mailbox's poll job is the only one to look. A poller that
died is replaced when its lease ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from uketsuke.clock import Clock
from uketsuke.domain.job import Claim, JobName, JobState
from uketsuke.errors import LeaseLost, Refused, TryLater
from uketsuke.intake import folder
from uketsuke.intake.mailbox import Poller
from uketsuke.intake.summary import Summary
from uketsuke.log import logger
from uketsuke.settings import Mailbox
from uketsuke.store.database import Database

log = logger(__name__)


class Outcome(StrEnum):
    """How a look into a mailbox ended."""

    COLLECTED = "collected"
    BUSY = "busy"
    """Another process is the poller now."""
    AWAY = "away"
    """The server cannot be reached; it will be tried again."""
    REFUSED = "refused"
    """The server does not let us in: a person must mend the settings."""


@dataclass(frozen=True)
class Visit:
    """One look into one mailbox."""

    mailbox: str
    outcome: Outcome
    summary: Summary = field(default_factory=Summary)
    peer: str = ""
    reason: str = ""


@dataclass
class Round:
    """Looks into mailboxes as one process; `owner` is unlike any other process's."""

    database: Database
    clock: Clock
    owner: str
    lease: timedelta

    def visit(self, number: int, mailbox: Mailbox) -> Visit:
        """Look into the mailbox of that number if no other process does; never raises for its server."""
        claim = self._claim(number)
        if claim is None:
            return Visit(mailbox.name, Outcome.BUSY)
        try:
            visit = Visit(mailbox.name, Outcome.COLLECTED, self._collect(claim, mailbox))
        except TryLater as error:
            visit = Visit(mailbox.name, Outcome.AWAY, Summary(), error.peer, error.reason)
        except Refused as error:
            visit = Visit(mailbox.name, Outcome.REFUSED, Summary(), error.peer, error.reason)
        except LeaseLost:
            return Visit(mailbox.name, Outcome.BUSY)
        self._remember(claim, visit)
        return visit

    def _claim(self, number: int) -> Claim | None:
        """The mailbox's lease; a poll job exists only while somebody polls."""
        with self.database.transaction("poll-claim") as tx:
            tx.jobs.ensure_poll(number)
            (job,) = tx.jobs.of_row(JobName.POLL, number)
            if job.state is JobState.PARKED:  # pollers that died before this one say nothing about it
                tx.jobs.unpark(job.id)
            return tx.jobs.claim(f"{self.owner}:poll", self.lease, job_id=job.id, names=(JobName.POLL,))

    def _collect(self, claim: Claim, mailbox: Mailbox) -> Summary:
        url = urlsplit(mailbox.url.get_secret_value())
        if url.scheme == "folder":
            place = Path(unquote(url.path))
            return folder.collect(
                self.database,
                place,
                self.clock,
                name=mailbox.name,
                max_bytes=mailbox.max_bytes,
                move=bool(mailbox.move_to),
            )
        return Poller(self.database, mailbox, self.clock, self._keeper(claim)).collect()

    def _keeper(self, claim: Claim) -> _Keeper:
        return _Keeper(self.database, claim, self.lease)

    def _remember(self, claim: Claim, visit: Visit) -> None:
        """Give the lease back, and note when the mailbox was looked into and what went wrong."""
        try:
            with self.database.transaction("poll-done") as tx:
                tx.jobs.complete(claim)
                tx.marks.set(f"mailbox:{visit.mailbox}:checked", {"outcome": visit.outcome.value})
                if visit.reason:
                    tx.marks.set(
                        f"mailbox:{visit.mailbox}:error", {"peer": visit.peer, "reason": visit.reason}
                    )
                else:
                    tx.marks.clear(f"mailbox:{visit.mailbox}:error")
        except LeaseLost:
            log.warning("poll_lease_lost", mailbox=visit.mailbox)


@dataclass
class _Keeper:
    """Holds on to the lease while a long collection goes on; raises `LeaseLost` when it is gone."""

    database: Database
    claim: Claim
    lease: timedelta
    renewed: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        if time.monotonic() - self.renewed >= self.lease.total_seconds() / 4:
            self.renew()

    def renew(self) -> None:
        """Hold it for another whole lease; raises `LeaseLost`."""
        with self.database.transaction("poll-renew") as tx:
            tx.jobs.renew(self.claim, self.lease)
        self.renewed = time.monotonic()
