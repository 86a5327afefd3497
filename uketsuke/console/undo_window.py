"""Until when the last decision can be taken back: the window of `queue.undo_seconds` (AP-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from uketsuke.app import App
from uketsuke.console.views.request import UndoLine
from uketsuke.console.words import Words
from uketsuke.domain.calendar import local
from uketsuke.domain.content import Kind
from uketsuke.domain.job import JobName, JobState
from uketsuke.domain.states import Decision, RequestState, StepState
from uketsuke.queue.grave import is_grave
from uketsuke.queue.inquiries import waiting_letter
from uketsuke.queue.reversal import reversal_of
from uketsuke.store.jobs import JobRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Window:
    """A window that is still open: its end, how many seconds are left, what would be taken back."""

    until: datetime
    seconds: int
    decision: Decision


def undo_window(app: App, tx: Transaction, row: RequestRow, steps: Sequence[StepRow]) -> Window | None:
    """The window of a request, None once it is over or a step has begun; as `queue.decide.undo` judges."""
    if is_grave(row):
        return None
    if found := reversal_of(app, tx, row):
        return Window(found.until, ceil((found.until - tx.now).total_seconds()), found.decision)
    if row.state is not RequestState.RUNNING:
        return None
    if row.kind is Kind.INQUIRY:
        letter = waiting_letter(tx, row.id)
        return _window(tx, tx.jobs.of_row(JobName.DELIVER, letter) if letter else [], Decision.GIVE_ANSWER)
    ready = [step for step in steps if step.state is StepState.READY]
    if not ready or any(step.state not in (StepState.PLANNED, StepState.READY) for step in steps):
        return None
    jobs = [job for step in ready for job in tx.jobs.of_row(JobName.PERFORM, step.id)]
    return _window(tx, jobs, Decision.RUN) if len(jobs) == len(ready) else None


def undo_line(window: Window | None, words: Words) -> UndoLine | None:
    """The window in words, for the page of what was decided."""
    if window is None:
        return None
    return UndoLine(words(f"undo.{window.decision}"), f"{local(window.until):%H:%M:%S}", window.seconds)


def _window(tx: Transaction, jobs: Sequence[JobRow], decision: Decision) -> Window | None:
    """By the clock of the database, which jobs are due by."""
    if not jobs or any(job.state is not JobState.WAITING for job in jobs):
        return None
    until, now = min(job.due_at for job in jobs), tx.jobs.now()
    return Window(until, ceil((until - now).total_seconds()), decision) if until > now else None
