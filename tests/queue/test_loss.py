"""紛失・盗難 (LT-3): no exchange, but a line stopped, a report, a row that says lost, and a letter."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desk import OPERATOR, Desk, mail, sample
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel
from uketsuke.domain.plan import ManualTask, Plan
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed, PlanChanged
from uketsuke.processors.assessment import Assessment
from uketsuke.queue import answers, decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.ledgers import Origin

TEXT = "{unit}を紛失しました。必要な手続きをお願いします。\n"
STOPPED = {"stopped_on": "2026-12-10", "confirmed_by": "法人窓口 佐藤"}


def arrive(desk: Desk, unit: str = "LTE-0012", text: str = TEXT) -> str:
    """A mail that tells of a loss, processed; the ledger knows the number of its line."""
    with desk.app.database.transaction("line") as tx:
        tx.ledgers.update("lte-ledger", "LTE-0012", 1, {"line_no": "070-1234-5678"}, Origin(actor="import"))
    number = desk.receive(mail(text.format(unit=unit), subject="LTE接続端子の紛失")).number
    desk.work()
    return number


def judged(desk: Desk, number: str) -> tuple[Assessment, Plan | None]:
    with desk.app.database.reading() as tx:
        request = tx.requests.by_number(number)
        assert request is not None
        assessment = assess_now(desk.app, tx, request)
        return assessment, planned(desk.app, tx, request, assessment)


def decided(desk: Desk, number: str, **values: str) -> None:
    row = desk.request(number)
    decide.correct(desk.app, OPERATOR, row.id, row.version, values)


def run(desk: Desk, number: str) -> None:
    _, plan = judged(desk, number)
    row = desk.request(number)
    decide.run(desk.app, OPERATOR, row.id, row.version, plan.hash() if plan else "")
    desk.work()


def work_of(desk: Desk, number: str) -> dict[str, tuple[int, ManualTask]]:
    """The work that waits, by what it is."""
    row = desk.request(number)
    with desk.app.database.reading() as tx:
        plan = tx.plans.current(row.id)
        steps = [one for one in tx.steps.of_request(row.id) if one.state is StepState.WAITING]
    assert plan is not None
    found = {one.id: plan.plan().step(one.seq) for one in steps}
    return {task.task: (id_, task) for id_, task in found.items() if isinstance(task, ManualTask)}


def codes(assessment: Assessment) -> list[str]:
    return [one.code for one in assessment.concerns]


@pytest.mark.parametrize(("loss", "word"), [("lost", "紛失"), ("stolen", "盗難")])
def test_a_loss_stops_the_line_books_it_and_tells_the_requester(desk: Desk, loss: str, word: str) -> None:
    number = arrive(desk)
    decided(desk, number, loss=loss)
    assert desk.request(number).title == f"LTE接続端子の{word}"
    run(desk, number)
    step, task = work_of(desk, number)["line-stop"]
    assert dict(task.values) == {
        "回線番号": "070-1234-5678",
        "管理番号": "LTE-0012",
        "所属": "道路計画課",
        "利用者": "髙橋 徹",
    }
    answers.complete_step(desk.app, OPERATOR, step, STOPPED)
    desk.work()
    unit = desk.unit("LTE-0012")
    assert (unit["status"], unit["receipt_number"]) == ("lost", number)
    assert (unit["department"], unit["user_name"]) == ("道路計画課", "髙橋 徹")
    letter = desk.letters()[-1]
    text = "".join(letter.get_content().split())
    assert f"LTE接続端子の{word} 回線停止のお知らせ" in str(letter["Subject"])
    assert "停止した日：12月10日（木）" in text
    assert ("被害届" in text, "遺失届" in text) == (loss == "stolen", loss == "lost")


def test_the_report_does_not_wait_for_the_carrier_and_the_request_ends_with_both(desk: Desk) -> None:
    number = arrive(desk)
    decided(desk, number, loss="stolen")
    run(desk, number)
    step, task = work_of(desk, number)["security-report"]
    assert dict(task.values)["報告先"] == "デジタル戦略部"
    answers.complete_step(desk.app, OPERATOR, step, {"reported_on": "2026-12-10"})
    desk.work()
    assert desk.unit("LTE-0012")["status"] == "handed_out"
    answers.complete_step(desk.app, OPERATOR, work_of(desk, number)["line-stop"][0], STOPPED)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert desk.unit("LTE-0012")["status"] == "lost"


def test_the_line_is_due_on_the_day_of_applying_and_the_report_on_the_next(desk: Desk) -> None:
    number = arrive(desk)
    decided(desk, number, loss="lost")
    due = {seq: one.at for seq, one in judged(desk, number)[0].dues.items()}
    assert due[1] == datetime(2026, 12, 10, 17, 30, tzinfo=JST)
    assert due[2] == datetime(2026, 12, 11, 17, 30, tzinfo=JST)
    run(desk, number)
    assert desk.request(number).due_at == due[1]


def test_nothing_runs_before_an_operator_has_decided_and_no_words_pass_it_over(desk: Desk) -> None:
    number = arrive(desk, text="申請区分：返却\n管理番号：{unit}\n備考：紛失しました\n")
    assessment, plan = judged(desk, number)
    assert ("loss-or-theft" in codes(assessment), plan) == (True, None)
    row = desk.request(number)
    reasons = {one.key: "問題なし" for one in assessment.concerns}
    with pytest.raises((NotAllowed, PlanChanged)):
        decide.run(desk.app, OPERATOR, row.id, row.version, "", reasons)
    assert judged(desk, number)[1] is None


def test_what_is_no_loss_is_handed_over_as_ever(desk: Desk) -> None:
    number = arrive(desk, text="申請区分：返却\n管理番号：{unit}\n備考：紛失ではありません\n")
    decided(desk, number, loss="not_lost")
    assessment, plan = judged(desk, number)
    assert "loss-or-theft" not in codes(assessment)
    assert plan is not None
    assert {one.of[0] for one in plan.steps} <= set(range(2, 11))


def test_taking_the_decision_back_raises_the_question_again(desk: Desk) -> None:
    number = arrive(desk)
    decided(desk, number, loss="lost")
    decided(desk, number, loss="")
    assessment, plan = judged(desk, number)
    assert ("loss-or-theft" in codes(assessment), plan) == (True, None)


@pytest.mark.parametrize(
    ("unit", "values", "code"),
    [
        ("LTE-0012", {"department": "市民協働課"}, "not-their-unit"),
        ("LTE-0050", {}, "wrong-state"),
        ("LTE-9999", {}, "unknown-target"),
        ("端末", {}, "missing-field"),
    ],
    ids=["another section's", "in stock", "not in the ledger", "no unit named"],
)
def test_only_a_unit_that_the_section_holds_can_be_lost_by_it(
    desk: Desk, unit: str, values: dict[str, str], code: str
) -> None:
    number = arrive(desk, unit, "LTE接続端子" + TEXT)
    decided(desk, number, loss="lost", **values)
    assessment, plan = judged(desk, number)
    hard = [one.code for one in assessment.concerns if one.hard]
    assert code in hard
    row = desk.request(number)
    with pytest.raises(NotAllowed):
        decide.run(desk.app, OPERATOR, row.id, row.version, plan.hash() if plan else "")


def test_a_call_about_a_loss_needs_no_kind_and_runs_once_the_caller_is_checked(desk: Desk) -> None:
    number = desk.receive(sample("own-stolen-call-flagged"), Channel.NOTE).number
    desk.work()
    decided(desk, number, loss="stolen")
    row = desk.request(number)
    assert codes(judged(desk, number)[0]) == []
    decide.attest(desk.app, OPERATOR, row.id, row.version, "call-back")
    run(desk, number)
    assert set(work_of(desk, number)) == {"line-stop", "security-report"}
