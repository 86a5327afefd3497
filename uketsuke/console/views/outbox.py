"""送信・再処理: what did not get through, by cause, and what a person may do about it (UX 5.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import StepLine, barrier, failure, unreached
from uketsuke.console.views.replies import cause_of
from uketsuke.domain.states import LetterState, StepState
from uketsuke.store.jobs import JobRow
from uketsuke.store.letters import Letter
from uketsuke.store.receipts import Receipt
from uketsuke.store.steps import StepRow

ACCOUNT = "account-action"


@dataclass(frozen=True)
class OutAction:
    """One button of a row."""

    href: str
    word: str
    label: str
    name: str = ""
    value: str = ""
    looks: bool = False
    """Opens a page, and changes nothing."""


@dataclass(frozen=True)
class OutRow:
    """One letter, step or job."""

    number: str
    text: str
    lines: tuple[str, ...]
    when: str
    actions: tuple[OutAction, ...] = ()
    raw: tuple[str, ...] = ()
    """What the other side said in its own words, which are seldom Japanese."""


@dataclass(frozen=True)
class OutGroup:
    """Everything that stands still for the same reason."""

    word: str
    css: str
    cause: str
    says: str
    when: str
    rows: tuple[OutRow, ...]


@dataclass(frozen=True)
class Outbox:
    """The whole page."""

    groups: tuple[OutGroup, ...]


@dataclass(frozen=True)
class Standing:
    """Everything that stands still, as the database knows it."""

    letters: Sequence[Letter]
    steps: Sequence[StepRow]
    jobs: Sequence[JobRow]
    receipts: Sequence[Receipt]
    numbers: Mapping[int, str]
    """Request id → number."""
    progress: Mapping[int, tuple[StepLine, ...]]
    """Request id → its steps: what is done and what is not."""
    waiting: Sequence[tuple[StepRow, JobRow]] = ()
    """Steps whose other system cannot be reached, with the job that tries again."""


def outbox(standing: Standing, naming: Naming) -> Outbox:
    """Build the page: unknown first, then failed, then what goes on by itself."""
    groups = [
        *_letters(standing, LetterState.UNKNOWN, naming),
        *_letters(standing, LetterState.FAILED, naming),
        *_steps(standing, naming),
        *_jobs(standing, naming),
        *_receipts(standing, naming),
        *_waiting(standing, naming),
        *_letters(standing, LetterState.WRITTEN, naming),
        *_letters(standing, LetterState.SENDING, naming),
    ]
    return Outbox(tuple(groups))


_CSS = {LetterState.UNKNOWN: "bad", LetterState.FAILED: "bad", LetterState.WRITTEN: "wait"}


def _letters(standing: Standing, state: LetterState, naming: Naming) -> list[OutGroup]:
    words = naming.words
    by_cause: dict[str, list[Letter]] = defaultdict(list)
    for letter in standing.letters:
        if letter.state is state:
            by_cause[cause_of(letter.last_error, words)].append(letter)
    waits = state in (LetterState.WRITTEN, LetterState.SENDING)
    return [
        OutGroup(
            word=naming.wordbook.letter_state(state),
            css=_CSS.get(state, "run"),
            cause=cause,
            says=words(f"outbox.says-{state.value}"),
            when=words("outbox.next" if waits else "outbox.since"),
            rows=tuple(_letter_row(letter, standing, naming) for letter in letters),
        )
        for cause, letters in by_cause.items()
    ]


def _letter_row(letter: Letter, standing: Standing, naming: Naming) -> OutRow:
    words, number = naming.words, standing.numbers.get(letter.request_id or 0, "")
    lines = [words("outbox.to", to=letter.to)]
    refused = letter.refused or ()
    lines += [
        words("outbox.refused", address=one.address, reply=cause_of(one.reply, words)) for one in refused
    ]
    if letter.attempts:
        lines.append(words("outbox.attempts", count=letter.attempts))
    if letter.state in (LetterState.WRITTEN, LetterState.SENDING):
        when = naming.at(letter.next_attempt_at) or words("outbox.soon")
    else:
        when = naming.at(letter.sending_at or letter.written_at)
    raw = tuple(said for said in dict.fromkeys([letter.last_error, *(one.reply for one in refused)]) if said)
    return OutRow(number, letter.subject, tuple(lines), when, _letter_actions(letter, number, naming), raw)


def _letter_actions(letter: Letter, number: str, naming: Naming) -> tuple[OutAction, ...]:
    words, address = naming.words, f"/outbox/letters/{letter.id}"
    again = OutAction(f"{address}/resend", words("outbox.resend"), words("outbox.resend-of", number=number))
    if letter.state is LetterState.FAILED:
        return (again,)
    if letter.state is LetterState.UNKNOWN:
        sent = words("outbox.was-sent")
        return (OutAction(f"{address}/settle", sent, words("outbox.was-sent-of", number=number)), again)
    return ()


def _steps(standing: Standing, naming: Naming) -> list[OutGroup]:
    words = naming.words
    by_cause: dict[str, list[StepRow]] = defaultdict(list)
    for step in standing.steps:
        by_cause[failure(step.error or {}, naming)].append(step)
    return [
        OutGroup(
            naming.wordbook.step_state(steps[0].state),
            "bad",
            cause,
            words(_says(steps[0])),
            words("outbox.since"),
            tuple(_step_row(step, standing, naming) for step in steps),
        )
        for cause, steps in by_cause.items()
    ]


def _says(step: StepRow) -> str:
    if step.state is StepState.UNKNOWN:
        return "outbox.says-unknown-step"
    return "outbox.says-account-step" if step.kind == ACCOUNT else "outbox.says-step"


def _waiting(standing: Standing, naming: Naming) -> list[OutGroup]:
    words = naming.words
    by_cause: dict[tuple[str, str], list[OutRow]] = defaultdict(list)
    for step, job in standing.waiting:
        said = job.last_error or ""
        row = OutRow(
            standing.numbers.get(step.request_id, ""),
            words.get(f"outbox.step.{step.kind}", naming.wordbook.step_kind(step.kind)),
            (words("outbox.attempts", count=job.tries),),
            naming.at(job.due_at),
            raw=(said,) if said else (),
        )
        says = words.get(f"outbox.says-later-{barrier(said, naming)}", words("outbox.says-later"))
        by_cause[unreached(said, naming), says].append(row)
    return [
        OutGroup(words("outbox.later"), "wait", cause, says, words("outbox.next-try"), tuple(rows))
        for (cause, says), rows in by_cause.items()
    ]


def _step_row(step: StepRow, standing: Standing, naming: Naming) -> OutRow:
    number = standing.numbers.get(step.request_id, "")
    lines = tuple(f"{line.title}：{line.state}" for line in standing.progress.get(step.request_id, ()))
    title = naming.words.get(f"outbox.step.{step.kind}", naming.wordbook.step_kind(step.kind))
    again = OutAction(
        f"/outbox/steps/{step.id}/retry",
        naming.words("outbox.retry"),
        naming.words("outbox.retry-of", number=number),
    )
    choose = OutAction(
        f"/outbox/steps/{step.id}",
        naming.words("outbox.choose"),
        naming.words("outbox.choose-of", number=number),
        looks=True,
    )
    ways = (choose,) if step.kind == ACCOUNT else (again,)
    return OutRow(number, title, lines, naming.at(step.started_at), ways)


def _jobs(standing: Standing, naming: Naming) -> list[OutGroup]:
    words = naming.words
    if not standing.jobs:
        return []
    rows = tuple(
        OutRow(
            "",
            words.get(f"outbox.job.{job.name.value}", job.name.value),
            (),
            naming.at(job.created_at),
            (
                OutAction(
                    f"/outbox/jobs/{job.id}/unpark",
                    words("outbox.retry"),
                    words("outbox.unpark-of", id=job.id),
                ),
            ),
            (job.last_error,) if job.last_error else (),
        )
        for job in standing.jobs
    )
    return [
        OutGroup(
            words("outbox.parked"),
            "bad",
            words("outbox.parked-cause"),
            words("outbox.says-job"),
            words("outbox.since"),
            rows,
        )
    ]


def _receipts(standing: Standing, naming: Naming) -> list[OutGroup]:
    words = naming.words
    if not standing.receipts:
        return []
    rows = tuple(
        OutRow(
            one.number if one.request_id else "",
            words("outbox.receipt", number=one.number),
            (),
            naming.at(one.received_at),
            raw=(one.problem,) if one.problem else (),
        )
        for one in standing.receipts
    )
    return [
        OutGroup(words("outbox.unread"), "bad", "", words("outbox.says-unread"), words("outbox.since"), rows)
    ]
