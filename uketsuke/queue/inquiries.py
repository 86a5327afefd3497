"""What people decide about an inquiry: each decision one transaction, on the version they saw (UX AP-86).

Raises `StaleVersion` when somebody was first, `NotAllowed` for what is not in the
table or not about an inquiry; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from uketsuke.app import Actor, App, token_hash
from uketsuke.domain.content import Kind
from uketsuke.domain.inquiry import CALL_BACK, AnswerWay, Category
from uketsuke.domain.job import JobName
from uketsuke.domain.states import Decision, RequestState, permit
from uketsuke.errors import NotAllowed
from uketsuke.processors.assess import assess
from uketsuke.processors.base import Subject
from uketsuke.queue import answering
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.deciding import Deciding, deciding
from uketsuke.queue.opening import facts_of, unread
from uketsuke.queue.review import assess_now
from uketsuke.store.requests import Changes
from uketsuke.store.transaction import Transaction


@contextmanager
def _about(app: App, actor: Actor, request_id: int, version: int, name: str) -> Iterator[Deciding]:
    with deciding(app, actor, request_id, version, name) as now:
        if now.request.kind is not Kind.INQUIRY:
            raise NotAllowed(name, now.request.state, "it is no inquiry")
        yield now


def give_answer(app: App, actor: Actor, request_id: int, version: int, text: str, way: AnswerWay) -> int:
    """回答して完了, by a letter to the directory's address or told by voice."""
    with _about(app, actor, request_id, version, "give-answer") as now:
        return answering.give_answer(now, text, way, to=assess_now(app, now.tx, now.request).subject)


def undo_answer(app: App, actor: Actor, request_id: int, version: int) -> int:
    """Take an answer back while its letter has not begun to leave (AP-3, AP-4)."""
    permit("undo", actor.role, f"request {request_id}")
    with _about(app, actor, request_id, version, "undo") as now:
        letter = waiting_letter(now.tx, request_id) if now.request.state is RequestState.RUNNING else None
        ahead = letter is not None and now.tx.jobs.cancel(JobName.DELIVER, [letter]) == 1
        if letter is None or not ahead or not now.tx.letters.take_back(letter):
            raise NotAllowed("undo", now.request.state, "it has begun")
        call_at = now.tx.inquiries.get(request_id).call_at
        now.tx.inquiries.take_back(request_id)
        back = Changes(state=RequestState.NEEDS_REVIEW, due_at=call_at)
        back["due_what"] = CALL_BACK if call_at else None
        return now.change("undo", None, {"letter": letter}, back)


def waiting_letter(tx: Transaction, request_id: int) -> int | None:
    """The letter with the answer, while nobody has begun to send it."""
    letters = [one for one in tx.letters.of_request(request_id) if one.purpose == answering.PURPOSE]
    return letters[-1].id if letters and letters[-1].sending_at is None else None


def promise_call(app: App, actor: Actor, request_id: int, version: int, number: str, at: datetime) -> int:
    """折返しを約束: somebody of the desk calls that number at that time."""
    with _about(app, actor, request_id, version, "promise-call") as now:
        return answering.promise_call(now, number, at)


def hand_over(app: App, actor: Actor, request_id: int, version: int, to: str, question: str) -> int:
    """引継ぎ to a section or person outside the desk."""
    with _about(app, actor, request_id, version, "hand-over") as now:
        return answering.hand_over(now, to, question)


def hand_back(app: App, actor: Actor, request_id: int, version: int, answer: str) -> int:
    """引継ぎ先の回答を記録: it comes back to the tray with what they answered."""
    with _about(app, actor, request_id, version, "hand-back") as now:
        state = now.follow(Decision.HAND_BACK)
        if not now.tx.inquiries.hand_back(request_id, answer, actor.login):
            raise NotAllowed(Decision.HAND_BACK, now.request.state, "nobody was asked")
        now.told = {"answer": answer}
        return now.change(Decision.HAND_BACK, None, None, Changes(state=state, held_until=None))


def categorise(app: App, actor: Actor, request_id: int, version: int, category: Category | None) -> int:
    """分類: what it is about; also once it is answered."""
    permit("categorise", actor.role, f"request {request_id}")
    with _about(app, actor, request_id, version, "categorise") as now:
        before = now.tx.inquiries.get(request_id).category
        now.tx.inquiries.categorise(request_id, category)
        told = {"from": before.value if before else None, "to": category.value if category else None}
        return now.change("categorise", None, {"category": told}, Changes())


def make_request(app: App, actor: Actor, request_id: int, version: int, service: str) -> str:
    """依頼にする: a request for that service from the same receipt, under a number of its own; gives it.

    It stands in review, whatever it says: nobody has asked for it in so many words.
    Raises `UnknownService`.
    """
    permit("make-request", actor.role, f"request {request_id}")
    app.catalogue.service(service)
    with _about(app, actor, request_id, version, "make-request") as now:
        if now.request.state is RequestState.MERGED:
            raise NotAllowed("make-request", now.request.state, "another inquiry goes on for it")
        number = str(now.tx.series.receipt_number(app.now()))
        _open(now, service, number)
        now.change("make-request", None, {"number": number, "service": service}, Changes())
        return number


def _open(now: Deciding, service: str, number: str) -> None:
    app, tx, inquiry = now.app, now.tx, now.request
    receipt = tx.receipts.get(inquiry.receipt_id)
    assessment = assess(
        receipt.content or unread(receipt.channel, receipt.problem or ""),
        received_at=receipt.received_at,
        world=app.world(tx),
        catalogue=app.catalogue,
        service=service,
        number=number,
    )
    facts = facts_of(app, assessment)
    facts["state"], facts["assignee"] = RequestState.NEEDS_REVIEW, inquiry.assignee
    facts["token_hash"] = token_hash(status_token(app, number))
    request_id = tx.requests.add(receipt.id, number, **facts)
    tx.audit.append(
        at=tx.now,
        actor=now.actor.login,
        action="open",
        subject=f"request:{number}",
        request_id=request_id,
        receipt_id=receipt.id,
        facts={"from": inquiry.number, "service": service, "state": RequestState.NEEDS_REVIEW.value},
    )


def answer_subject(app: App, tx: Transaction, request_id: int) -> Subject | None:
    """Whom a letter with the answer would go to; None where the directory knows no address."""
    subject = assess_now(app, tx, tx.requests.get(request_id)).subject
    return subject if subject and subject.to else None
