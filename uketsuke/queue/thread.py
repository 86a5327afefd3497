"""Which conversation a mail belongs to: by Message-ID of a letter of ours, never by its words.

A reply joins only from the same person; anybody else's is an unverified comment
that an operator looks at (FAULTS 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from uketsuke.app import SYSTEM, Actor, App
from uketsuke.domain.authority import Evidence
from uketsuke.domain.content import Content, Kind
from uketsuke.domain.plan import AgreeDate
from uketsuke.domain.states import ENDED, RequestState, StepState
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.assessment import Thread as KnownThread
from uketsuke.queue.opening import open_request
from uketsuke.queue.progress import comes_back, finish_step
from uketsuke.store.letters import Letter
from uketsuke.store.receipts import Receipt
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Thread:
    """The request a mail answers to, and the letter it names."""

    request: RequestRow
    letter: Letter
    awaits: tuple[str, ...]
    """Names of the dates that its waiting step asks for."""

    @property
    def known(self) -> KnownThread:
        """What the assessment of a reply may know of it."""
        return KnownThread(
            receipt_number=self.request.number,
            service=self.request.service,
            department=self.request.department,
            person=self.request.person,
            awaits=self.awaits,
        )


def find_thread(tx: Transaction, content: Content) -> Thread | None:
    """The request whose letter the mail answers, refers to, or says could not be delivered."""
    bounced = content.extra.get("bounced_message_id")
    named = (*([bounced] if bounced else []), *content.in_reply_to, *reversed(content.references))
    for message_id in named:
        letter = tx.letters.by_message_id(message_id)
        if letter is not None and letter.request_id is not None:
            request = _surviving(tx, letter.request_id)
            waiting = _waiting_for_dates(tx, request)
            return Thread(request, letter, waiting[1].names if waiting else ())
    return None


def _surviving(tx: Transaction, request_id: int) -> RequestRow:
    """The request itself, or the one that took it over (統合)."""
    request = tx.requests.get_locked(request_id)
    while request.state is RequestState.MERGED and request.merged_into is not None:
        request = tx.requests.get_locked(request.merged_into)
    return request


def join(
    app: App, tx: Transaction, receipt: Receipt, content: Content, assessment: Assessment, thread: Thread
) -> None:
    """The mail joins its thread: an answer, a comment, or the notice that a letter bounced."""
    request = thread.request
    tx.receipts.join(receipt.id, request.id)
    person = assessment.authority.person
    proven = assessment.authority.evidence is not Evidence.WEAK
    known = proven and person is not None and person == request.person
    silent = assessment.kind in (Kind.AUTOMATIC, Kind.LIST, Kind.OWN)
    late = request.state in ENDED and assessment.kind is not Kind.BOUNCE
    change = {} if silent or late else comes_back(tx, request)
    tx.audit.note(
        request,
        SYSTEM.login,
        "join",
        receipt_id=receipt.id,
        facts={
            "kind": assessment.kind.value,
            "letter": thread.letter.id,
            "same_person": known,
            "doubts": list(assessment.authority.doubts),
            **change,
        },
    )
    if silent:
        return
    if late:
        open_request(app, tx, receipt, content, assessment)
        return
    agreed = known and _agree(app, tx, request, assessment)
    words = content.text or content.full_text
    tx.exchanges.answer(request.id, person if known else None, words, receipt.id, unseen=not agreed)


def _agree(app: App, tx: Transaction, request: RequestRow, assessment: Assessment) -> bool:
    """A date that is a clear, possible answer to our question about the date is agreed (R0)."""
    waiting = _waiting_for_dates(tx, request)
    if waiting is None or assessment.flagged:
        return False
    row, step = waiting
    dates = {name: assessment.answer[name] for name in step.names if name in assessment.answer}
    if set(dates) != set(step.names) or not all(is_possible(app, day) for day in dates.values()):
        return False
    agree(app, tx, row, dates, SYSTEM)
    return True


def is_possible(app: App, day: date) -> bool:
    """Whether units can change hands on that day."""
    return day > app.today() and app.calendar.is_open(day)


def agree(app: App, tx: Transaction, row: StepRow, dates: dict[str, date], actor: Actor) -> None:
    """End the wait with the dates; raises `WaitAnswered` for whoever comes second."""
    wait = tx.waits.open_of(row.id)
    plain = {name: day.isoformat() for name, day in dates.items()}
    if wait is not None:
        tx.waits.answer(wait.id, actor.login, dict(plain))
    finish_step(app, tx, row, plain, actor=actor, facts={"agreed": plain})


def _waiting_for_dates(tx: Transaction, request: RequestRow) -> tuple[StepRow, AgreeDate] | None:
    for row in tx.steps.of_request(request.id):
        if row.state is StepState.WAITING:
            step = tx.plans.get(row.plan_id).plan().step(row.seq)
            if isinstance(step, AgreeDate):
                return row, step
    return None
