"""Until when a run can be taken back: the window of `queue.undo_seconds`, by the database's clock (AP-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from uketsuke.domain.content import Kind
from uketsuke.domain.job import JobName, JobState
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue.inquiries import waiting_letter
from uketsuke.store.jobs import JobRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Window:
    """A window that is still open: the moment it ends, and how many seconds are left."""

    until: datetime
    seconds: int


def undo_window(tx: Transaction, row: RequestRow, steps: Sequence[StepRow]) -> Window | None:
    """The window of a request, None once it is over or a step has begun; as `queue.decide.undo` judges."""
    if row.state is not RequestState.RUNNING:
        return None
    if row.kind is Kind.INQUIRY:
        letter = waiting_letter(tx, row.id)
        return _window(tx, tx.jobs.of_row(JobName.DELIVER, letter) if letter else [])
    ready = [step for step in steps if step.state is StepState.READY]
    if not ready or any(step.state not in (StepState.PLANNED, StepState.READY) for step in steps):
        return None
    jobs = [job for step in ready for job in tx.jobs.of_row(JobName.PERFORM, step.id)]
    return _window(tx, jobs) if len(jobs) == len(ready) else None


def _window(tx: Transaction, jobs: Sequence[JobRow]) -> Window | None:
    if not jobs or any(job.state is not JobState.WAITING for job in jobs):
        return None
    until, now = min(job.due_at for job in jobs), tx.jobs.now()
    return Window(until, ceil((until - now).total_seconds())) if until > now else None
