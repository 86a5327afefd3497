"""The audit log tells every change once: replayed, it gives the states that stand in the tables."""

from __future__ import annotations

from datetime import date, datetime

from tests.desk import OPERATOR, RETURN, Desk, mail
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import LetterState
from uketsuke.queue import answers, decide
from uketsuke.store.ledgers import Origin
from uketsuke.store.steps import StepRow


def replayed(desk: Desk, request_id: int) -> str:
    """The state that the entries lead to; each must begin where the one before it ended."""
    with desk.app.database.reading() as tx:
        entries = tx.audit.of_request(request_id)
        assert tx.audit.verify() is None
    state = ""
    for entry in entries:
        after, before = entry.facts.get("after"), entry.facts.get("before")
        if entry.action == "open":
            state = str(entry.facts["state"])
        elif isinstance(after, dict) and "state" in after and entry.subject.startswith("request:"):
            assert isinstance(before, dict)
            assert before["state"] == state, entry
            state = str(after["state"])
    return state


def arrive(desk: Desk, day: str, name: str = "own-1") -> str:
    body = RETURN.format(unit="LTE-0012", day=day)
    number = desk.receive(mail(body, message_id=f"<{name}@mail.city.example.lg.jp>")).number
    desk.work()
    return number


def test_every_way_back_to_review_is_told_with_the_state_before_and_after(desk: Desk) -> None:
    number = arrive(desk, "12月20日")
    request = desk.request(number)
    decide.hold(desk.app, OPERATOR, request.id, request.version, date(2026, 12, 11), "確認中")
    desk.clock.forward(days=1)
    desk.work()
    assert replayed(desk, request.id) == desk.request(number).state == "needs-review"
    for answer in ("page", "mail"):
        decide.ask(desk.app, OPERATOR, request.id, desk.request(number).version, ["いつですか。"], "")
        desk.work()
        if answer == "page":
            answers.answer_question(desk.app, answers.requester(request.person), request.id, "21日です")
        else:
            letter = str(desk.letters()[-1]["Message-ID"]).strip("<>")
            desk.receive(mail("22日です。\n", message_id="<own-9@x.example>", replying_to=letter))
            desk.work()
        assert replayed(desk, request.id) == desk.request(number).state == "needs-review"


def waiting(desk: Desk, request_id: int) -> StepRow:
    with desk.app.database.reading() as tx:
        return next(step for step in tx.steps.of_request(request_id) if step.state == "waiting")


def test_a_whole_way_with_a_stop_replays_to_its_end(desk: Desk) -> None:
    number = arrive(desk, "12月14日")
    request = desk.request(number)
    desk.clock.at = datetime(2026, 12, 14, 9, 30, tzinfo=JST)
    desk.work()
    with desk.app.database.transaction("meanwhile") as tx:
        tx.ledgers.update("lte-ledger", "LTE-0012", 2, {"purpose": "窓口"}, Origin(actor="somebody"))
    task = waiting(desk, request.id)
    answers.complete_step(desk.app, OPERATOR, task.id, {"hand_over_result": "handed_over"})
    desk.work()
    answers.replan(desk.app, OPERATOR, request.id, desk.request(number).version)
    desk.work()
    assert replayed(desk, request.id) == desk.request(number).state == "done"
    with desk.app.database.reading() as tx:
        effects = [one.facts["effect"] for one in tx.audit.of_request(request.id) if "effect" in one.facts]
        assert len(effects) == len(set(effects))
        assert {letter.state for letter in tx.letters.of_request(request.id)} == {LetterState.SENT}


def test_names_and_values_can_be_erased_from_the_audit_log(desk: Desk) -> None:
    """What a ledger change, a recorded result or a server's answer says of a person is personal."""
    number = arrive(desk, "12月14日")
    request = desk.request(number)
    desk.clock.at = datetime(2026, 12, 14, 9, 30, tzinfo=JST)
    desk.work()
    task = waiting(desk, request.id)
    answers.complete_step(desk.app, OPERATOR, task.id, {"hand_over_result": "handed_over"})
    desk.work()
    with desk.app.database.transaction("erase") as tx:
        entries = tx.audit.of_request(request.id)
        tx.audit.erase_personal([one.id for one in entries if one.personal is not None])
        left = "".join(one.model_dump_json() for one in tx.audit.of_request(request.id))
        assert tx.audit.verify() is None
    for word in ("髙橋", "takahashi", "道路計画課"):
        assert word not in left
    assert "return_date" in left
