"""Why a request stands where it stands: what went wrong, what is tried again, what it waits for."""

from __future__ import annotations

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import failure, unreached
from uketsuke.domain.calendar import local_day
from uketsuke.domain.job import JobName
from uketsuke.domain.states import LetterState, StepState
from uketsuke.domain.wording import console_day
from uketsuke.queue.record_notices import alarm_of
from uketsuke.store.exchanges import Direction
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitRow


def standing_of(tx: Transaction, row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """Why a running request needs somebody, or else what it waits for (UX 2)."""
    lines = [*at_kintone(tx, row, naming), *stopped(tx, row, naming)]
    exchanges = tx.exchanges.of_request(row.id)
    lines += [naming.words("why.reply") for one in exchanges if one.open and one.direction is Direction.IN][
        :1
    ]
    waits = [wait_word(wait, naming) for wait in tx.waits.open_of_request(row.id)[:1]]
    return tuple(lines or waits or [naming.wordbook.request_state(row.state)])


def at_kintone(tx: Transaction, row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """What happened to its kintone record while nobody judges it any more (AP-65)."""
    record = alarm_of(tx, row)
    return (naming.words(f"why.{record.alarm}"),) if record else ()


def seen_afterwards(tx: Transaction, row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """Problems of 事後確認 that no lead has dealt with yet."""
    found = tx.oversight.problems(row.id)
    return tuple(naming.words("why.problem", comment=one.comment) for one in found)


def stopped(tx: Transaction, row: RequestRow, naming: Naming) -> tuple[str, ...]:
    """What of a running request went wrong: its steps, then its letters."""
    steps = [
        naming.words("why.stopped", why=failure(step.error or {}, naming))
        for step in tx.steps.of_request(row.id)
        if step.state in (StepState.FAILED, StepState.UNKNOWN)
    ]
    letters = [
        naming.words(f"why.letter-{letter.state.value}", subject=letter.subject)
        for letter in tx.letters.of_request(row.id)
        if letter.state in (LetterState.FAILED, LetterState.UNKNOWN)
    ]
    return (*steps, *_unheard(tx, row, naming), *letters)


def _unheard(tx: Transaction, row: RequestRow, naming: Naming) -> list[str]:
    """Steps in other systems that cannot be reached now; they go on by themselves."""
    begun = [step.id for step in tx.steps.of_request(row.id) if step.state is StepState.RUNNING]
    found = [job for step in begun for job in tx.jobs.of_row(JobName.PERFORM, step) if job.last_error]
    return [
        naming.words("why.unheard", why=unreached(job.last_error or "", naming), count=job.tries)
        for job in found
    ]


def wait_word(wait: WaitRow, naming: Naming) -> str:
    """What a wait is for, with its day where that is still to come."""
    today = local_day(naming.now)
    if wait.opens_on and wait.opens_on > today:
        return naming.words("why.waits-day", day=console_day(wait.opens_on, today))
    return naming.wordbook.word("wait", wait.kind)
