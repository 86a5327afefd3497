"""Who may do what by direct call: the queue refuses what the console would not show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail
from uketsuke.app import Actor, App
from uketsuke.domain.inquiry import AnswerWay
from uketsuke.domain.states import BESIDE, LetterState, RequestState, Role
from uketsuke.errors import NotAllowed
from uketsuke.queue import (
    answers,
    approval,
    confirm,
    decide,
    hindsight,
    inquiries,
    passwords,
    records,
    stopped,
)
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.oversight import Verdict
from uketsuke.store.requests import RequestRow
from uketsuke.store.shapes import Override

Act = Callable[[App, Actor], object]
DESK = {Role.OPERATOR, Role.LEAD}
ACTS: dict[str, tuple[Act, set[Role]]] = {
    "correct": (lambda app, who: decide.correct(app, who, 1, 1, {"purpose": "x"}), DESK),
    "choose-service": (lambda app, who: decide.choose_service(app, who, 1, 1, "lte-handover"), DESK),
    "attest": (lambda app, who: decide.attest(app, who, 1, 1, "call-back"), DESK),
    "run": (lambda app, who: decide.run(app, who, 1, 1, "0"), DESK),
    "undo": (lambda app, who: decide.undo(app, who, 1, 1), DESK),
    "ask": (lambda app, who: decide.ask(app, who, 1, 1, ["?"], ""), DESK),
    "return": (lambda app, who: decide.give_back(app, who, 1, 1, RequestState.RETURNED, "x"), DESK),
    "hold": (lambda app, who: decide.hold(app, who, 1, 1, None, ""), DESK),
    "resume": (lambda app, who: decide.resume(app, who, 1, 1), DESK),
    "reassign": (lambda app, who: decide.reassign(app, who, 1, 1, None), DESK),
    "merge": (lambda app, who: decide.merge(app, who, 1, 1, 1), DESK),
    "withdraw": (lambda app, who: decide.withdraw(app, who, 1, 1, "x"), {*DESK, Role.STAFF}),
    "answer-dates": (
        lambda app, who: answers.answer_dates(app, who, 99, {"return_date": date(2026, 12, 16)}),
        {*DESK, Role.STAFF},
    ),
    "answer": (lambda app, who: answers.answer_question(app, who, 1, "x"), {*DESK, Role.STAFF}),
    "settle-letter": (lambda app, who: answers.settle_letter(app, who, 1, LetterState.SENT), DESK),
    "settle-exchange": (lambda app, who: answers.settle_exchange(app, who, 1), DESK),
    "retry-step": (lambda app, who: stopped.retry_step(app, who, 99), DESK),
    "accept-step": (lambda app, who: stopped.accept_step(app, who, 99), DESK),
    "hand-step-over": (lambda app, who: stopped.hand_step_over(app, who, 99), DESK),
    "give-up": (lambda app, who: stopped.give_up(app, who, 99, 1, "x"), DESK),
    "show-password": (lambda app, who: passwords.show_passwords(app, who, 99), DESK),
    "replan": (lambda app, who: answers.replan(app, who, 1, 1), DESK),
    "unpark": (lambda app, who: answers.unpark(app, who, 99), DESK),
    "record-check": (lambda app, who: confirm.record_check(app, who, 99, "counter"), DESK),
    "new-link": (lambda app, who: confirm.send_new_link(app, who, 99), DESK),
    "approve": (lambda app, who: approval.approve(app, who, 1, 1, "0"), set()),
    "send-back": (lambda app, who: approval.send_back(app, who, 1, 1, "x"), set()),
    "remake": (lambda app, who: approval.remake(app, who, 1, 1), set()),
    "review": (lambda app, who: hindsight.look(app, who, 99, Verdict.FINE, ""), {*DESK, Role.OFFICER}),
    "settle-review": (lambda app, who: hindsight.settle(app, who, 99, "x"), {Role.LEAD}),
    "settle-record": (lambda app, who: records.settle_alarm(app, who, 1), DESK),
}
ABOUT_INQUIRIES: dict[str, Act] = {
    "give-answer": lambda app, who: inquiries.give_answer(app, who, 1, 1, "x", AnswerWay.PHONE),
    "undo-answer": lambda app, who: inquiries.undo_answer(app, who, 1, 1),
    "promise-call": lambda app, who: inquiries.promise_call(app, who, 1, 1, "3120", app.now()),
    "hand-over": lambda app, who: inquiries.hand_over(app, who, 1, 1, "課", "x"),
    "hand-back": lambda app, who: inquiries.hand_back(app, who, 1, 1, "x"),
    "categorise": lambda app, who: inquiries.categorise(app, who, 1, 1, None),
    "make-request": lambda app, who: inquiries.make_request(app, who, 1, 1, "lte-handover"),
}
"""Every public function that takes an actor; `complete_step` is for officers too and has its own tests."""


def arrive(desk: Desk, **more: str) -> RequestRow:
    """A return with a day that cannot be kept: it waits for an operator."""
    accepted = desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月20日"), **more))  # type: ignore[arg-type]
    desk.work()
    return desk.request(accepted.number)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", sorted(set(Role) - DESK))
def test_what_a_role_may_not_do_is_refused_and_writes_nothing(desk: Desk, act: str, role: Role) -> None:
    call, roles = ACTS[act]
    if role in roles:
        return
    request = arrive(desk)
    with desk.app.database.reading() as tx:
        head = tx.audit.head()
    with pytest.raises(NotAllowed) as caught:
        call(desk.app, Actor("somebody", role))
    assert role in caught.value.why
    assert desk.request(request.number) == request
    with desk.app.database.reading() as tx:
        assert tx.audit.head() == head


@pytest.mark.parametrize("act", ABOUT_INQUIRIES)
@pytest.mark.parametrize("role", sorted(set(Role) - DESK))
def test_only_the_desk_decides_about_an_inquiry(desk: Desk, act: str, role: Role) -> None:
    number = desk.receive(mail("LTE接続端子は自宅でも使えますか。\n", subject="LTEについて")).number
    desk.work()
    inquiry = desk.request(number)
    assert inquiry.version == 1, "so that the acts below name the version that stands"
    with pytest.raises(NotAllowed) as caught:
        ABOUT_INQUIRIES[act](desk.app, Actor("somebody", role))
    assert role in caught.value.why
    assert desk.request(number) == inquiry


def test_every_function_that_takes_an_actor_is_in_the_table() -> None:
    public = {
        name
        for module in (decide, answers, inquiries, stopped, confirm, approval, hindsight, passwords, records)
        for name, found in vars(module).items()
        if callable(found)
        and getattr(found, "__module__", "") == module.__name__
        and "actor" in getattr(found, "__annotations__", {})
        and not name.startswith("_")
    }
    named = {
        "give_back": "return",
        "answer_question": "answer",
        "send_new_link": "new-link",
        "show_passwords": "show-password",
        "look": "review",
        "settle": "settle-review",
        "settle_alarm": "settle-record",
    }
    covered = {named.get(name, name.replace("_", "-")) for name in public} - {"complete-step"}
    assert covered == ACTS.keys() | ABOUT_INQUIRIES.keys()
    assert BESIDE.keys() - {"refuse"} <= covered  # the link alone says who refuses


def test_an_override_cannot_stand_for_an_identity_check(desk: Desk) -> None:
    """Only `attest` records how somebody was checked, in one of the known ways (AP-83)."""
    body = RETURN.format(unit="LTE-0012", day="12月18日")
    number = desk.receive(mail(body, sender="somebody@city.example.lg.jp")).number
    desk.work()
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        checked = request.model_copy(update={"overrides": attested(desk, request)})
        plan = planned(desk.app, tx, checked, assess_now(desk.app, tx, checked))
    assert plan is not None
    with pytest.raises(NotAllowed):
        decide.run(desk.app, OPERATOR, request.id, request.version, plan.hash(), {"identity-check": "知人"})
    assert desk.unit("LTE-0012")["status"] == "handed_out"
    assert desk.request(number) == request


def attested(desk: Desk, request: RequestRow) -> dict[str, Override]:
    check = Override(reason="知人", by="operator01", at=desk.app.now())
    return {**request.overrides, "identity-check": check}


def test_letting_a_doubt_stand_is_in_the_audit_log_with_its_reason(desk: Desk) -> None:
    body = RETURN.format(unit="LTE-0012", day="12月18日") + "故障内容：ランプが点灯しません\n"
    number = desk.receive(mail(body)).number
    desk.work()
    request = desk.request(number)
    keys = [concern.key for concern in request.concerns]
    assert keys
    assert not any(concern.hard for concern in request.concerns)
    with desk.app.database.reading() as tx:
        decided = request.model_copy(update={"overrides": dict.fromkeys(keys)})
        plan = planned(desk.app, tx, request, assess_now(desk.app, tx, decided))
    assert plan is not None
    reasons = dict.fromkeys(keys, "電話で確かめた")
    decide.run(desk.app, OPERATOR, request.id, request.version, plan.hash(), reasons)
    with desk.app.database.reading() as tx:
        told = next(one for one in tx.audit.of_request(request.id) if one.action == "run")
    assert told.facts["overrides"] == sorted(keys)
    assert told.personal == {"reason": None, "overrides": reasons}
