"""The spine: a message becomes changed ledgers and letters, or waits with its reason."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail, sample
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue.answers import complete_step


def waiting(desk: Desk, number: str) -> list[str]:
    """The kinds of the steps that wait."""
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        steps = tx.steps.of_request(request.id)
    return [step.kind for step in steps if step.state is StepState.WAITING]


def confirm(desk: Desk, number: str, result: str = "handed_over") -> None:
    """The operator records the hand-over that waits."""
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        waiting = [
            step
            for step in tx.steps.of_request(request.id)
            if step.state is StepState.WAITING and step.kind == "manual-task"
        ]
    today = desk.app.today().isoformat()
    complete_step(desk.app, OPERATOR, waiting[0].id, {"hand_over_result": result, "handed_over_on": today})


def test_a_clean_return_changes_the_ledger_and_ends_with_the_completion_letter(desk: Desk) -> None:
    number = desk.receive(sample("edge-cp50221-jis-clean")).number
    desk.work()
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"
    desk.clock.at = datetime(2026, 12, 18, 9, 30, tzinfo=JST)
    desk.work()
    confirm(desk, number)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert desk.unit("LTE-0012")["status"] == "in_stock"
    assert desk.unit("LTE-0012").get("department") is None
    assert desk.unit("LTE-0012")["return_date"] == "2026-12-18"
    assert [letter["To"] for letter in desk.letters()] == [
        "takahashi-t@city.example.lg.jp",
        "takahashi-t@city.example.lg.jp",
        "digital-strategy@city.example.lg.jp",
        "takahashi-t@city.example.lg.jp",
    ]


def test_a_distribution_reserves_units_when_the_step_runs_and_hands_them_out(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 4, 16, 56, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean")).number
    desk.work()
    assert {desk.unit(key)["status"] for key in ("LTE-0050", "LTE-0051")} == {"reserved"}
    desk.clock.at = datetime(2026, 12, 10, 9, 0, tzinfo=JST)
    desk.work()
    confirm(desk, number)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert desk.unit("LTE-0050")["status"] == "handed_out"
    assert desk.unit("LTE-0051")["hand_over_date"] == "2026-12-10"


def test_an_exchange_has_two_units_and_two_confirmations(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 8, 14, 26, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean-exchange")).number
    desk.work()
    desk.clock.at = datetime(2026, 12, 14, 9, 0, tzinfo=JST)
    desk.work()
    confirm(desk, number)
    desk.work()
    assert desk.request(number).state is RequestState.RUNNING
    confirm(desk, number)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert desk.unit("LTE-0017")["status"] == "in_repair"
    assert desk.unit("LTE-0050")["status"] == "handed_out"
    assert desk.unit("LTE-0050")["replaced_asset_no"] == "LTE-0017"


def test_a_suspected_loss_waits_with_its_reason_and_plans_nothing(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 7, 10, 10, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-flagged"), Channel.NOTE).number
    desk.work()
    request = desk.request(number)
    assert request.state is RequestState.NEEDS_REVIEW
    assert [concern.rule for concern in request.concerns] == ["LT-3"]
    with desk.app.database.reading() as tx:
        assert tx.plans.current(request.id) is None
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_nobody_coming_leads_back_to_a_new_date_and_keeps_the_reservation(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 4, 16, 56, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean")).number
    desk.work()
    desk.clock.at = datetime(2026, 12, 10, 9, 0, tzinfo=JST)
    desk.work()
    before = desk.unit("LTE-0050")
    confirm(desk, number, "no_show")
    desk.work()
    assert desk.request(number).state is RequestState.RUNNING
    assert desk.unit("LTE-0050") == before
    assert waiting(desk, number) == ["agree-date"]


@pytest.mark.parametrize("name", ["edge-auto-reply-ignored", "edge-bounce-dsn"])
def test_machines_get_no_answer(desk: Desk, name: str) -> None:
    desk.receive(sample(name))
    desk.work()
    assert desk.letters() == []


def test_the_same_bytes_again_are_the_same_receipt(desk: Desk) -> None:
    first = desk.receive(sample("edge-cp50221-jis-clean"))
    again = desk.receive(sample("edge-cp50221-jis-clean"))
    assert (again.number, again.is_new) == (first.number, False)


def test_working_twice_changes_nothing(desk: Desk) -> None:
    desk.receive(sample("edge-cp50221-jis-clean"))
    desk.work()
    with desk.app.database.reading() as tx:
        before = (tx.audit.head(), tx.ledgers.change_count())
    desk.work()
    with desk.app.database.reading() as tx:
        assert (tx.audit.head(), tx.ledgers.change_count()) == before
        assert tx.audit.verify() is None


def test_people_read_what_they_asked_for_and_not_the_name_of_a_task_list(desk: Desk) -> None:
    number = desk.receive(sample("edge-cp50221-jis-clean")).number
    desk.work()
    assert desk.request(number).title == "LTE接続端子の返却"
    assert desk.letters()[0]["Subject"] == f"【受付番号 {number}】LTE接続端子の返却 受付のお知らせ"


def test_somebody_nobody_knows_inside_the_city_is_told_the_number_and_nothing_else(desk: Desk) -> None:
    """FAULTS 3: the address is the city's, but whoever wrote may be anybody."""
    body = RETURN.format(unit="LTE-0012", day="12月18日")
    number = desk.receive(mail(body, sender="nobody-knows@city.example.lg.jp")).number
    desk.work()
    (letter,) = desk.letters()
    assert letter["Subject"] == f"【受付番号 {number}】受付のお知らせ"
    text = letter.get_content()
    assert number in text
    for told in ("返却", "道路計画課", "までに", "/s/"):
        assert told not in text
