"""How an inquiry begins and what is done about it, inside the caller's transaction (UX AP-86).

What an operator did while the caller was there stands in the note, and is carried out
here as that operator's decision when the note is read: the same functions, the same audit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.domain.content import Content
from uketsuke.domain.inquiry import CALL_BACK, Act, AnswerWay, Taken, question_of, taken_of
from uketsuke.domain.states import Decision, LetterState, RequestState, Role
from uketsuke.errors import NotAllowed
from uketsuke.processors.base import Subject
from uketsuke.queue.correspondence import write
from uketsuke.queue.deciding import Deciding
from uketsuke.store.receipts import Receipt
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.transaction import Transaction

PURPOSE = "answer"
"""Purpose of the letter with an answer."""
TEMPLATE = "general.answer"
_DESK = (Role.OPERATOR, Role.LEAD)


def begin(app: App, tx: Transaction, request: RequestRow, receipt: Receipt, content: Content) -> None:
    """A question has come in; what a note's operator did about it is done."""
    taken = taken_of(content)
    tx.inquiries.begin(request.id, question_of(content), taken.category if taken else None)
    actor = _operator(tx, content.entered_by)
    if taken is not None and actor is not None:
        now = Deciding(app, tx, actor, tx.requests.get_locked(request.id))
        _carry_out(now, taken, receipt.received_at)


def _operator(tx: Transaction, login: str | None) -> Actor | None:
    """Who wrote the note, while they are of the desk."""
    user = tx.users.get(login) if login else None
    role = next((one for one in _DESK if user and user.active and one in user.roles), None)
    return Actor(user.login, role, user.employee_number) if user and role else None


def _carry_out(now: Deciding, taken: Taken, at: datetime) -> None:
    match taken.act:
        case Act.ANSWER:
            give_answer(now, taken.answer, taken.way, at=at, on_the_spot=True)
        case Act.CALL_BACK if taken.at is not None:
            promise_call(now, taken.number, taken.at)
        case Act.HAND_OVER:
            hand_over(now, taken.to, taken.handed)


def give_answer(
    now: Deciding,
    text: str,
    way: AnswerWay,
    *,
    to: Subject | None = None,
    at: datetime | None = None,
    on_the_spot: bool = False,
) -> int:
    """回答して完了: told already, or by a letter, which ends it when it has been sent.

    While that letter is on its way nobody answers again; one that failed for good is answered by voice.
    """
    end = RequestState.RUNNING if way is AnswerWay.LETTER else RequestState.DONE
    state = now.follow(Decision.GIVE_ANSWER, end)
    if now.request.state is RequestState.RUNNING and not is_undelivered(now.tx, now.request.id):
        raise NotAllowed(Decision.GIVE_ANSWER, now.request.state, "its letter is on its way")
    facts: dict[str, JsonValue] = {"way": way.value, "on_the_spot": on_the_spot}
    if way is AnswerWay.LETTER:
        facts["letter"] = _write(now, text, to)
    now.tx.inquiries.answer(
        now.request.id, text, way, now.actor.login, at or now.tx.now, on_the_spot=on_the_spot
    )
    now.told = {"answer": text}
    ended = Changes(state=state, held_until=None, due_at=None, due_what=None)
    return now.change(Decision.GIVE_ANSWER, None, facts, ended)


def _write(now: Deciding, text: str, to: Subject | None) -> int:
    """The letter with the answer; it leaves when the time for taking it back is over."""
    if to is None or to.to is None:
        raise NotAllowed(Decision.GIVE_ANSWER, now.request.state, "no address in the directory to write to")
    return write(
        now.app,
        now.tx,
        template=TEMPLATE,
        to=to.to,
        facts={"recipient": to.recipient, "subject_line": now.request.title, "text": text},
        number=now.request.number,
        key=f"answer-{now.request.id}-{now.request.version}",
        purpose=PURPOSE,
        request_id=now.request.id,
        delay=timedelta(seconds=now.app.settings.queue.undo_seconds),
    )


def is_undelivered(tx: Transaction, request_id: int) -> bool:
    """Whether the letter with the answer failed for good."""
    letters = [one for one in tx.letters.of_request(request_id) if one.purpose == PURPOSE]
    return bool(letters) and letters[-1].state is LetterState.FAILED


def promise_call(now: Deciding, number: str, at: datetime) -> int:
    """折返しを約束: the call is what is due next."""
    state = now.follow(Decision.PROMISE_CALL)
    now.tx.inquiries.promise_call(now.request.id, number, at)
    now.told = {"number": number}
    due = Changes(state=state, held_until=None, due_at=at, due_what=CALL_BACK)
    return now.change(Decision.PROMISE_CALL, None, None, due)


def hand_over(now: Deciding, to: str, question: str) -> int:
    """引継ぎ: it waits for what somebody else answers."""
    state = now.follow(Decision.HAND_OVER)
    now.tx.inquiries.hand_over(now.request.id, to, question, now.actor.login)
    now.told = {"to": to, "question": question}
    return now.change(Decision.HAND_OVER, None, None, Changes(state=state, held_until=None))
