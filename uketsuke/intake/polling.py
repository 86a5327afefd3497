"""One poller per place that messages come from: looking in under its lease, and remembering how it went.

Two sessions that race to move the same mails double them (DESIGN 15), so whoever
holds the lease of a place's poll job is the only one to look. A poller that
died is replaced when its lease ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pydantic import JsonValue

from uketsuke.clock import Clock
from uketsuke.domain.job import Claim, JobName, JobState
from uketsuke.errors import LeaseLost, Refused, TryLater
from uketsuke.intake import folder
from uketsuke.intake.mailbox import Poller
from uketsuke.intake.summary import Summary
from uketsuke.log import logger
from uketsuke.settings import Mailbox
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction

log = logger(__name__)
Keeper = Callable[[], None]
"""Holds on to the lease; raises `LeaseLost` when another poller took over."""


class Outcome(StrEnum):
    """How a look into a place ended."""

    COLLECTED = "collected"
    BUSY = "busy"
    """Another process is the poller now."""
    AWAY = "away"
    """The server cannot be reached; it will be tried again."""
    REFUSED = "refused"
    """The server does not let us in: a person must mend the settings."""


@dataclass(frozen=True)
class Visit:
    """One look into one place."""

    mailbox: str
    """Its name, whatever it is."""
    outcome: Outcome
    summary: Summary = field(default_factory=Summary)
    peer: str = ""
    reason: str = ""


class Inlet(Protocol):
    """A place that messages come from: a mailbox, a folder, an app of kintone."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def mark(self) -> str:
        """What its marks begin with: `mailbox:desk`."""

    @property
    def number(self) -> int:
        """Row id of its poll job: the mailbox's place among the settings, less than 0 for an app."""

    @property
    def poll_seconds(self) -> float:
        """How often it is looked into."""

    def is_woken(self, database: Database) -> bool:
        """Whether somebody has said since the last look that something is new."""

    def collect(self, database: Database, clock: Clock, still_mine: Keeper) -> Summary:
        """Take in what is new; raises `TryLater`, `Refused`, `LeaseLost`."""


@dataclass(frozen=True)
class MailInlet:
    """A mailbox or folder of the settings."""

    number: int
    mailbox: Mailbox

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.mailbox.name

    @property
    def mark(self) -> str:
        """What its marks begin with."""
        return f"mailbox:{self.mailbox.name}"

    @property
    def poll_seconds(self) -> float:
        """How often it is looked into."""
        return self.mailbox.poll_seconds

    def is_woken(self, database: Database) -> bool:
        """Nobody tells us about mail."""
        return False

    def collect(self, database: Database, clock: Clock, still_mine: Keeper) -> Summary:
        """Take in what is new."""
        url = urlsplit(self.mailbox.url.get_secret_value())
        if url.scheme == "folder":
            return folder.collect(
                database,
                Path(unquote(url.path)),
                clock,
                name=self.mailbox.name,
                max_bytes=self.mailbox.max_bytes,
                move=bool(self.mailbox.move_to),
            )
        return Poller(database, self.mailbox, clock, still_mine).collect()


@dataclass
class Round:
    """Looks into places as one process; `owner` is unlike any other process's."""

    database: Database
    clock: Clock
    owner: str
    lease: timedelta

    def visit(self, number: int, mailbox: Mailbox) -> Visit:
        """Look into the mailbox of that number if no other process does; never raises for its server."""
        return self.look(MailInlet(number, mailbox))

    def look(self, inlet: Inlet) -> Visit:
        """Look into a place if no other process does; never raises for its server."""
        claim = self._claim(inlet.number)
        if claim is None:
            return Visit(inlet.name, Outcome.BUSY)
        try:
            found = inlet.collect(self.database, self.clock, self._keeper(claim))
            visit = Visit(inlet.name, Outcome.COLLECTED, found)
        except TryLater as error:
            visit = Visit(inlet.name, Outcome.AWAY, Summary(), error.peer, error.reason)
        except Refused as error:
            visit = Visit(inlet.name, Outcome.REFUSED, Summary(), error.peer, error.reason)
        except LeaseLost:
            return Visit(inlet.name, Outcome.BUSY)
        self._remember(claim, inlet.mark, visit)
        return visit

    def _claim(self, number: int) -> Claim | None:
        """The place's lease; a poll job exists only while somebody polls."""
        with self.database.transaction("poll-claim") as tx:
            tx.jobs.ensure_poll(number)
            (job,) = tx.jobs.of_row(JobName.POLL, number)
            if job.state is JobState.PARKED:  # pollers that died before this one say nothing about it
                tx.jobs.unpark(job.id)
            return tx.jobs.claim(f"{self.owner}:poll", self.lease, job_id=job.id, names=(JobName.POLL,))

    def _keeper(self, claim: Claim) -> _Keeper:
        return _Keeper(self.database, claim, self.lease)

    def _remember(self, claim: Claim, mark: str, visit: Visit) -> None:
        """Give the lease back, and note when the place was looked into and what went wrong since when."""
        try:
            with self.database.transaction("poll-done") as tx:
                tx.jobs.complete(claim)
                tx.marks.set(f"{mark}:checked", {"outcome": visit.outcome.value})
                if visit.reason:
                    tx.marks.set(f"{mark}:error", _error(tx, mark, visit))
                else:
                    tx.marks.clear(f"{mark}:error")
        except LeaseLost:
            log.warning("poll_lease_lost", mailbox=visit.mailbox)


def _error(tx: Transaction, mark: str, visit: Visit) -> dict[str, JsonValue]:
    """What went wrong, and since when: the first time of those that followed each other."""
    before = tx.marks.get(f"{mark}:error")
    known = before.value.get("since") if before and isinstance(before.value, dict) else None
    told = {"peer": visit.peer, "reason": visit.reason, "outcome": visit.outcome.value}
    return {**told, "since": known or tx.now.isoformat()}


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
