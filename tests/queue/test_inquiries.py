"""問合せ from the message to the answer: decided, told and versioned as a request, with no plan (AP-86)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.desk import OPERATOR, Desk, mail
from tests.queue.test_audit import replayed
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Kind
from uketsuke.domain.inquiry import Act, AnswerWay, Category, Taken
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.intake.note import Note, accept_note
from uketsuke.queue import answers, decide, inquiries
from uketsuke.queue.progress import end_when_done
from uketsuke.store.inquiries import Inquiry
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import View
from uketsuke.store.users import User

QUESTION = "お世話になります。LTE接続端子は自宅でも使えますか。\n"
CALL_AT = datetime(2026, 12, 11, 15, 0, tzinfo=JST)
S = RequestState


def ask(desk: Desk, text: str = QUESTION, **parts: str) -> RequestRow:
    """A question comes in by mail."""
    accepted = desk.receive(mail(text, subject="LTEについて", **parts))  # type: ignore[arg-type]
    desk.work()
    return desk.request(accepted.number)


def call(desk: Desk, taken: Taken, login: str = "operator01") -> RequestRow:
    """An operator notes a question that came by phone."""
    with desk.app.database.transaction("people") as tx:
        tx.users.put(User(login="operator01", name="処理担当", roles=(Role.OPERATOR,)))
    now = desk.clock.now()
    values = {
        "業務": "問合せ",
        "氏名": "髙橋 徹",
        "所属": "道路計画課",
        "連絡先": "3120",
        "用件": taken.question,
    }
    note = Note("n-1", login, now - timedelta(minutes=3), now, None, values, inquiry=taken)
    number = accept_note(desk.app.database, note, now).number
    desk.work()
    return desk.request(number)


def detail(desk: Desk, row: RequestRow) -> Inquiry:
    with desk.app.database.reading() as tx:
        return tx.inquiries.get(row.id)


def groups(desk: Desk) -> dict[View, int]:
    with desk.app.database.reading() as tx:
        counts = tx.tray.counts("operator01")
    return {view: counts[view] for view in (View.INQUIRY_OPEN, View.INQUIRY_CALL, View.INQUIRY_HANDED)}


def test_ap_86_a_question_by_mail_waits_unanswered_and_has_no_plan(desk: Desk) -> None:
    row = ask(desk)
    assert (row.kind, row.state, row.plan_id, row.title) == (
        Kind.INQUIRY,
        S.NEEDS_REVIEW,
        None,
        "LTEについて",
    )
    assert "自宅でも使えますか" in detail(desk, row).question
    assert list(groups(desk).values()) == [1, 0, 0]


def test_ap_86_a_letter_with_the_answer_ends_it_when_it_has_been_sent(desk: Desk) -> None:
    row = ask(desk)
    inquiries.give_answer(
        desk.app, OPERATOR, row.id, row.version, "使えます。\n接続先は庁内です。", AnswerWay.LETTER
    )
    assert desk.request(row.number).state is S.RUNNING
    desk.work()
    letter = desk.letters()[-1]
    assert letter["To"] == "takahashi-t@city.example.lg.jp"
    assert "使えます。\n接続先は庁内です。" in letter.get_content().replace("\r\n", "\n")
    assert "「LTEについて」" in letter.get_content()
    assert desk.request(row.number).state is S.DONE
    assert replayed(desk, row.id) == "done"


def test_ap_86_what_was_said_is_done_at_once_and_writes_nothing_to_anybody(desk: Desk) -> None:
    row = ask(desk)
    before = len(desk.letters())
    inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "使えます。", AnswerWay.PHONE)
    desk.work()
    found = detail(desk, row)
    assert (desk.request(row.number).state, len(desk.letters())) == (S.DONE, before)
    assert (found.answer, found.way, found.answered_by) == ("使えます。", AnswerWay.PHONE, "operator01")
    with desk.app.database.reading() as tx:
        told = [one for one in tx.audit.of_request(row.id) if one.action == "give-answer"]
    assert [one.personal for one in told] == [{"reason": None, "answer": "使えます。"}]
    assert "使えます" not in str(told[0].facts)


def test_ap_86_a_letter_is_refused_where_the_directory_knows_no_address(desk: Desk) -> None:
    row = ask(desk, sender="stranger@elsewhere.example")
    with pytest.raises(NotAllowed):
        inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "はい", AnswerWay.LETTER)
    assert desk.request(row.number) == row


def test_ap_86_a_promised_call_is_the_deadline_and_ends_with_the_answer(desk: Desk) -> None:
    row = ask(desk)
    version = inquiries.promise_call(desk.app, OPERATOR, row.id, row.version, "3120", CALL_AT)
    promised = desk.request(row.number)
    assert (promised.due_at, promised.due_what) == (CALL_AT, "inquiry.call-back")
    assert list(groups(desk).values()) == [0, 1, 0]
    desk.clock.at = CALL_AT + timedelta(hours=1)
    with desk.app.database.reading() as tx:
        assert tx.tray.counts("operator01")[View.OVERDUE] == 1
    inquiries.give_answer(desk.app, OPERATOR, row.id, version, "はい", AnswerWay.PHONE)
    assert desk.request(row.number).due_at is None
    assert list(groups(desk).values()) == [0, 0, 0]


def test_ap_86_what_was_handed_over_waits_and_returns_with_the_answer(desk: Desk) -> None:
    row = ask(desk)
    version = inquiries.hand_over(
        desk.app, OPERATOR, row.id, row.version, "管財課 施設係", "配線はありますか"
    )
    assert desk.request(row.number).state is S.WAITING_REPLY
    assert list(groups(desk).values()) == [0, 0, 1]
    version = inquiries.hand_back(desk.app, OPERATOR, row.id, version, "2階にあります")
    assert desk.request(row.number).state is S.NEEDS_REVIEW
    assert list(groups(desk).values()) == [1, 0, 0]
    with pytest.raises(NotAllowed):
        inquiries.hand_back(desk.app, OPERATOR, row.id, version, "もう一度")
    assert replayed(desk, row.id) == "needs-review"


def test_ap_86_an_answer_on_the_spot_is_done_by_the_operator_who_took_the_call(desk: Desk) -> None:
    row = call(
        desk, Taken(question="VPNは使えますか", act=Act.ANSWER, answer="使えます", category=Category.NETWORK)
    )
    found = detail(desk, row)
    assert (row.kind, row.state, row.title) == (Kind.INQUIRY, S.DONE, "VPNは使えますか")
    assert (found.answer, found.on_the_spot, found.category) == ("使えます", True, Category.NETWORK)
    with desk.app.database.reading() as tx:
        told = [(one.actor, one.action) for one in tx.audit.of_request(row.id)]
    assert told == [("uketsuke", "open"), ("operator01", "give-answer")]
    assert replayed(desk, row.id) == "done"


def test_ap_86_a_call_back_and_a_hand_over_can_be_entered_with_the_note(desk: Desk) -> None:
    row = call(desk, Taken(question="?", act=Act.CALL_BACK, number="3120", at=CALL_AT))
    assert (row.state, row.due_at, detail(desk, row).call_number) == (S.NEEDS_REVIEW, CALL_AT, "3120")
    with desk.app.database.transaction("again") as tx:
        tx.users.put(User(login="operator01", name="処理担当", roles=(Role.OPERATOR,)))
    desk.clock.forward(minutes=1)
    taken = Taken(question="配線は", act=Act.HAND_OVER, to="管財課", handed="配線はありますか")
    note = Note(
        "n-2", "operator01", desk.clock.now(), desk.clock.now(), None, {"業務": "問合せ"}, inquiry=taken
    )
    number = accept_note(desk.app.database, note, desk.clock.now()).number
    desk.work()
    assert desk.request(number).state is S.WAITING_REPLY
    assert list(groups(desk).values()) == [0, 1, 1]


def test_a_note_of_somebody_who_is_not_of_the_desk_only_asks(desk: Desk) -> None:
    row = call(desk, Taken(question="?", act=Act.ANSWER, answer="はい"), login="somebody")
    assert (row.state, detail(desk, row).answer) == (S.NEEDS_REVIEW, None)


def test_ap_86_a_request_that_comes_of_it_has_its_own_number_and_the_same_receipt(desk: Desk) -> None:
    row = ask(desk, "LTE接続端子 LTE-0012 は自宅でも使えますか。\n")
    number = inquiries.make_request(desk.app, OPERATOR, row.id, row.version, "lte-handover")
    made, asked = desk.request(number), desk.request(row.number)
    assert (made.kind, made.service, made.state) == (Kind.REQUEST, "lte-handover", S.NEEDS_REVIEW)
    assert (made.receipt_id, asked.state) == (row.receipt_id, S.NEEDS_REVIEW)
    with pytest.raises(StaleVersion):
        inquiries.make_request(desk.app, OPERATOR, row.id, row.version, "lte-handover")
    with desk.app.database.reading() as tx:
        assert [one.number for one in tx.requests.of_receipt(row.receipt_id)] == [row.number, number]
        assert tx.requests.by_token_hash(made.token_hash or "") == made
    assert replayed(desk, made.id) == "needs-review"


def test_what_belongs_to_requests_is_refused_for_an_inquiry_and_the_reverse(desk: Desk) -> None:
    row = ask(desk)
    for act in (
        lambda: decide.choose_service(desk.app, OPERATOR, row.id, row.version, "lte-handover"),
        lambda: decide.correct(desk.app, OPERATOR, row.id, row.version, {"remarks": "x"}),
        lambda: decide.run(desk.app, OPERATOR, row.id, row.version, ""),
    ):
        with pytest.raises(NotAllowed):
            act()
    request = inquiries.make_request(desk.app, OPERATOR, row.id, row.version, "lte-handover")
    made = desk.request(request)
    with pytest.raises(NotAllowed):
        inquiries.give_answer(desk.app, OPERATOR, made.id, made.version, "はい", AnswerWay.PHONE)
    assert desk.request(request) == made


def test_an_answer_by_letter_is_taken_back_while_its_letter_has_not_left() -> None:
    desk = Desk.open(datetime(2026, 12, 10, 10, 1, tzinfo=JST), queue=slow())
    row = ask(desk)
    version = inquiries.promise_call(desk.app, OPERATOR, row.id, row.version, "3120", CALL_AT)
    version = inquiries.give_answer(desk.app, OPERATOR, row.id, version, "はい", AnswerWay.LETTER)
    before = len(desk.letters())
    version = inquiries.undo_answer(desk.app, OPERATOR, row.id, version)
    desk.work()
    back = desk.request(row.number)
    assert (back.state, back.due_at, len(desk.letters())) == (S.NEEDS_REVIEW, CALL_AT, before)
    assert detail(desk, row).answer is None
    inquiries.give_answer(desk.app, OPERATOR, row.id, version, "いいえ", AnswerWay.PHONE)
    with pytest.raises(NotAllowed):
        inquiries.undo_answer(desk.app, OPERATOR, row.id, version + 1)
    assert replayed(desk, row.id) == "done"
    desk.app.close()


def test_ap_86_another_letter_that_was_sent_does_not_end_it(desk: Desk) -> None:
    """Only the answer does; the acknowledgement may be sent, or settled by a person, much later."""
    row = ask(desk)
    inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "はい", AnswerWay.LETTER)
    with desk.app.database.transaction("settled") as tx:
        end_when_done(desk.app, tx, row.id)
    assert desk.request(row.number).state is S.RUNNING


def test_an_answer_whose_letter_has_left_is_not_taken_back(desk: Desk) -> None:
    row = ask(desk)
    version = inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "はい", AnswerWay.LETTER)
    with pytest.raises(NotAllowed):
        inquiries.undo_answer(desk.app, OPERATOR, row.id, version)
    desk.work()
    assert desk.request(row.number).state is S.DONE


def test_asking_back_returns_with_the_requesters_words(desk: Desk) -> None:
    row = ask(desk)
    decide.ask(desk.app, OPERATOR, row.id, row.version, [], "機種を教えてください。")
    answers.answer_question(desk.app, answers.requester(row.person), row.id, "LTE-0012です")
    assert desk.request(row.number).state is S.NEEDS_REVIEW
    row = desk.request(row.number)
    decide.give_back(desk.app, OPERATOR, row.id, row.version, S.OUT_OF_SCOPE, "他課の業務です")
    assert desk.request(row.number).state is S.OUT_OF_SCOPE


def test_a_category_can_be_put_right_also_later(desk: Desk) -> None:
    row = ask(desk)
    version = inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "はい", AnswerWay.PHONE)
    inquiries.categorise(desk.app, OPERATOR, row.id, version, Category.DEVICE)
    assert (detail(desk, row).category, desk.request(row.number).state) == (Category.DEVICE, S.DONE)


def slow() -> object:
    from uketsuke.settings import Queue

    return Queue(undo_seconds=60, lease_seconds=30)


def test_an_answer_that_cannot_be_delivered_is_told_by_voice_and_not_before(desk: Desk) -> None:
    row = ask(desk)
    version = inquiries.give_answer(desk.app, OPERATOR, row.id, row.version, "はい", AnswerWay.LETTER)
    with pytest.raises(NotAllowed):
        inquiries.give_answer(desk.app, OPERATOR, row.id, version, "はい", AnswerWay.PHONE)
    with desk.app.database.transaction("refused") as tx:
        tx.letters.set_failed(tx.letters.of_request(row.id)[-1].id, "550 no such user")
    desk.work()
    with pytest.raises(NotAllowed):
        inquiries.give_answer(desk.app, OPERATOR, row.id, version, "はい", AnswerWay.LETTER)
    inquiries.give_answer(desk.app, OPERATOR, row.id, version, "はい", AnswerWay.PHONE)
    assert (desk.request(row.number).state, detail(desk, row).way) == (S.DONE, AnswerWay.PHONE)
    assert replayed(desk, row.id) == "done"
