"""What people answer: dates, questions, work, letters that nobody knows the end of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from pydantic import SecretStr

from tests.desk import OPERATOR, RETURN, Desk, mail
from tests.servers.faults import Act
from tests.servers.smtp import SmtpRelay
from uketsuke.domain.calendar import JST
from uketsuke.domain.plan import AgreeDate
from uketsuke.domain.states import LetterState, RequestState, StepState
from uketsuke.errors import Incomplete, NotFound
from uketsuke.queue import answers, decide
from uketsuke.queue.deliver import SmtpSender
from uketsuke.settings import Smtp
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.tray import View

NO_DAY = "申請区分：返却\n所属：道路計画課\n氏名：髙橋 徹\n管理番号：LTE-0012\n"


def without_a_date(desk: Desk) -> RequestRow:
    number = desk.receive(mail(NO_DAY)).number
    desk.work()
    return desk.request(number)


def waiting(desk: Desk, request: RequestRow) -> StepRow:
    """The one step that waits."""
    with desk.app.database.reading() as tx:
        found = [step for step in tx.steps.of_request(request.id) if step.state is StepState.WAITING]
    assert len(found) == 1
    return found[0]


def contact_id(desk: Desk, request: RequestRow) -> str:
    """The Message-ID of the letter that asks for a date."""
    with desk.app.database.reading() as tx:
        return next(
            letter.message_id for letter in tx.letters.of_request(request.id) if letter.purpose == "plan"
        )


def test_without_a_date_the_next_possible_days_are_offered(desk: Desk) -> None:
    request = without_a_date(desk)
    row = waiting(desk, request)
    with desk.app.database.reading() as tx:
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
    assert isinstance(step, AgreeDate)
    assert step.offered[0] == date(2026, 12, 14)
    assert "12月14日（月）" in desk.letters()[-1].get_content()


def test_a_reply_with_a_clear_day_agrees_it(desk: Desk) -> None:
    request = without_a_date(desk)
    reply = mail(
        "12月16日でお願いします。\n",
        subject="Re: 受渡し日",
        message_id="<own-2@mail.city.example.lg.jp>",
        replying_to=contact_id(desk, request),
    )
    desk.receive(reply)
    desk.work()
    assert waiting(desk, request).kind == "manual-task"
    with desk.app.database.reading() as tx:
        assert tx.plans.results(request.id)[3]["return_date"] == "2026-12-16"


def test_a_reply_of_somebody_else_agrees_nothing_and_is_looked_at(desk: Desk) -> None:
    request = without_a_date(desk)
    reply = mail(
        "12月16日でお願いします。\n",
        sender="suzuki-k@city.example.lg.jp",
        subject="Re: 受渡し日",
        message_id="<own-2@mail.city.example.lg.jp>",
        replying_to=contact_id(desk, request),
    )
    desk.receive(reply)
    desk.work()
    assert waiting(desk, request).kind == "agree-date"
    with desk.app.database.reading() as tx:
        assert [row.id for row in tx.tray.page(View.REVIEW, "operator01").rows] == [request.id]


@pytest.mark.parametrize("day", [date(2026, 12, 13), date(2026, 12, 10), date(2026, 12, 29)])
def test_a_closed_or_past_day_is_not_agreed(desk: Desk, day: date) -> None:
    request = without_a_date(desk)
    with pytest.raises(Incomplete):
        answers.answer_dates(desk.app, OPERATOR, waiting(desk, request).id, {"return_date": day})


def test_an_answer_brings_the_question_back_to_the_operator(desk: Desk) -> None:
    number = desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月20日"))).number
    desk.work()
    request = desk.request(number)
    decide.ask(desk.app, OPERATOR, request.id, request.version, ["いつ返却されますか。"], "")
    desk.work()
    assert desk.request(number).state is RequestState.WAITING_REPLY
    assert "いつ返却されますか。" in desk.letters()[-1].get_content()
    answers.answer_question(desk.app, answers.requester(request.person), request.id, "21日に伺います")
    assert desk.request(number).state is RequestState.NEEDS_REVIEW


def test_a_day_ahead_cannot_be_recorded_as_handed_over(desk: Desk) -> None:
    request = without_a_date(desk)
    answers.answer_dates(desk.app, OPERATOR, waiting(desk, request).id, {"return_date": date(2026, 12, 16)})
    desk.work()
    desk.clock.at = datetime(2026, 12, 16, 9, 0, tzinfo=JST)
    desk.work()
    wrong = {"hand_over_result": "handed_over", "handed_over_on": "2026-12-17"}
    with pytest.raises(Incomplete) as caught:
        answers.complete_step(desk.app, OPERATOR, waiting(desk, request).id, wrong)
    assert caught.value.wrong == {"handed_over_on": "in-the-future"}


def test_work_finished_twice_is_finished_once(desk: Desk) -> None:
    request = without_a_date(desk)
    answers.answer_dates(desk.app, OPERATOR, waiting(desk, request).id, {"return_date": date(2026, 12, 16)})
    desk.work()
    desk.clock.at = datetime(2026, 12, 16, 9, 0, tzinfo=JST)
    desk.work()
    step, done = waiting(desk, request), {"hand_over_result": "handed_over", "handed_over_on": "2026-12-16"}
    answers.complete_step(desk.app, OPERATOR, step.id, done)
    with pytest.raises(NotFound):
        answers.complete_step(desk.app, OPERATOR, step.id, done)
    desk.work()
    assert desk.request(request.number).state is RequestState.DONE


def test_a_request_that_waits_for_a_date_stands_among_those_that_wait(desk: Desk) -> None:
    request = without_a_date(desk)
    with desk.app.database.reading() as tx:
        assert [row.id for row in tx.tray.page(View.WAITING, "operator01").rows] == [request.id]


@pytest.mark.smtp
def test_what_is_not_sent_keeps_the_request_open_and_in_sight(desk: Desk, smtp_relay: SmtpRelay) -> None:
    smtp_relay.fault("rcpt", Act.REPLY, "550 no such user", times=None)
    request = without_a_date(desk)
    answers.answer_dates(desk.app, OPERATOR, waiting(desk, request).id, {"return_date": date(2026, 12, 16)})
    desk.app = replace(desk.app, sender=SmtpSender(Smtp(url=SecretStr(smtp_relay.url))))
    desk.work()
    desk.clock.at = datetime(2026, 12, 16, 9, 0, tzinfo=JST)
    desk.work()
    done = {"hand_over_result": "handed_over", "handed_over_on": "2026-12-16"}
    answers.complete_step(desk.app, OPERATOR, waiting(desk, request).id, done)
    desk.work()
    assert desk.unit("LTE-0012")["status"] == "in_stock"
    assert desk.request(request.number).state is RequestState.RUNNING
    with desk.app.database.reading() as tx:
        assert [row.id for row in tx.tray.page(View.REVIEW, "operator01").rows] == [request.id]
        failed = [
            letter.id for letter in tx.letters.of_request(request.id) if letter.state is LetterState.FAILED
        ]
    for letter_id in failed:
        answers.settle_letter(desk.app, OPERATOR, letter_id, LetterState.SENT)
    assert desk.request(request.number).state is RequestState.DONE


def test_a_reply_about_a_merged_request_reaches_the_one_that_goes_on(desk: Desk) -> None:
    rows = []
    for name in ("first", "second"):
        body = RETURN.format(unit="LTE-0012", day="12月20日")
        number = desk.receive(mail(body, message_id=f"<{name}@city.example.lg.jp>")).number
        desk.work()
        rows.append(desk.request(number))
    first, second = rows
    decide.ask(desk.app, OPERATOR, second.id, second.version, ["いつですか。"], "")
    desk.work()
    decide.merge(desk.app, OPERATOR, second.id, desk.request(second.number).version, first.id)
    letter = str(desk.letters()[-1]["Message-ID"]).strip("<>")
    desk.receive(mail("21日です。\n", message_id="<own-9@x.example>", replying_to=letter))
    desk.work()
    with desk.app.database.reading() as tx:
        assert [one.text.strip() for one in tx.exchanges.of_request(first.id)] == ["21日です。"]
        assert len(tx.receipts.of_request(first.id)) == 2


@pytest.mark.parametrize("sender", ["somebody@city.example.lg.jp", "Somebody@City.Example.LG.jp"])
def test_an_unknown_sender_inside_the_city_learns_the_number_and_nothing_else(
    desk: Desk, sender: str
) -> None:
    """FAULTS 3: no promise, no link, and none of the words that came (they may be somebody else's)."""
    number = desk.receive(mail(NO_DAY, sender=sender, subject="ここを押してください http://x.example")).number
    desk.work()
    (letter,) = desk.letters()
    said = f"{letter['Subject']}\n{letter.get_content()}"
    assert number in said
    for word in ("http", "押して", "LTE", "返却", "次のご連絡"):
        assert word not in said
