"""取り消す: the last decision is taken back to what the audit log says was before it (UX 4 Undo, AP-3, AP-4).

One way for every decision whose effects wait for the window: the version must still be
the one it made, and a letter it wrote must not have begun to leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from uketsuke.app import App
from uketsuke.domain.job import JobName, JobState
from uketsuke.domain.states import Decision, RequestState
from uketsuke.errors import NotAllowed
from uketsuke.queue.deciding import Deciding
from uketsuke.queue.grave import is_grave
from uketsuke.store.audit import Entry
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.transaction import Transaction

REVERSIBLE = frozenset({Decision.HOLD, Decision.REASSIGN, Decision.MERGE, Decision.RETURN})
_READ: dict[str, Callable[[str], Any]] = {
    "state": RequestState,
    "held_until": date.fromisoformat,
    "due_at": datetime.fromisoformat,
}
"""How a value of the audit log becomes the column's again; other columns are as they stand there."""


@dataclass(frozen=True)
class Reversal:
    """A decision that can still be taken back."""

    decision: Decision
    until: datetime
    before: Changes
    letter: int | None
    """The letter that waits with it."""


def window(app: App, request: RequestRow) -> timedelta:
    """For how long a decision about it can be taken back: not at all where its plan is one of R3."""
    return timedelta(seconds=0 if is_grave(request) else app.settings.queue.undo_seconds)


def reversal_of(app: App, tx: Transaction, request: RequestRow) -> Reversal | None:
    """The decision that made this version; None where it is none of these, or can be taken back no more."""
    made = [one for one in tx.audit.of_request(request.id) if one.facts.get("version") == request.version]
    entry = made[-1] if made else None
    if entry is None or entry.action not in REVERSIBLE:
        return None
    letter = entry.facts.get("letter")
    found = Reversal(
        Decision(entry.action),
        entry.at + window(app, request),
        _before(entry),
        letter if isinstance(letter, int) else None,
    )
    return found if found.until > tx.now and _still_waits(tx, found.letter) else None


def take_back(now: Deciding, reversal: Reversal) -> int:
    """Put back what was before; raises `NotAllowed` where the letter was faster."""
    if reversal.letter is not None:
        ahead = now.tx.jobs.cancel(JobName.DELIVER, [reversal.letter]) == 1
        if not ahead or not now.tx.letters.take_back(reversal.letter):
            raise NotAllowed("undo", now.request.state, "its letter has begun to leave")
    facts = {"letter": reversal.letter} if reversal.letter is not None else None
    return now.change(f"undo-{reversal.decision}", None, facts, reversal.before)


def _before(entry: Entry) -> Changes:
    before = entry.facts["before"]
    plain = before if isinstance(before, dict) else {}
    return cast(
        Changes,
        {
            name: _READ[name](str(value)) if name in _READ and value is not None else value
            for name, value in plain.items()
        },
    )


def _still_waits(tx: Transaction, letter: int | None) -> bool:
    """Whether nobody has begun with the letter; due is judged by the database's clock, as jobs are."""
    if letter is None:
        return True
    jobs, now = tx.jobs.of_row(JobName.DELIVER, letter), tx.jobs.now()
    return bool(jobs) and all(job.state is JobState.WAITING and job.due_at > now for job in jobs)
