"""A hand-over that does not happen, or happens on another day, ends in true ledger rows all the same."""

from __future__ import annotations

from datetime import date, datetime

from tests.desk import OPERATOR, Desk, sample
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue import answers
from uketsuke.store.steps import StepRow


def waiting(desk: Desk, number: str, kind: str) -> list[StepRow]:
    """The waiting steps of one kind, in their order."""
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        steps = tx.steps.of_request(request.id)
    return [one for one in steps if one.state is StepState.WAITING and one.kind == kind]


def on(desk: Desk, *day: int) -> None:
    desk.clock.at = datetime(*day, 9, 30, tzinfo=JST)  # type: ignore[misc]
    desk.work()


def record(desk: Desk, number: str, **results: str) -> None:
    answers.complete_step(desk.app, OPERATOR, waiting(desk, number, "manual-task")[0].id, results)
    desk.work()


def test_a_day_that_is_not_said_is_the_day_of_recording(desk: Desk) -> None:
    number = desk.receive(sample("edge-cp50221-jis-clean")).number
    desk.work()
    on(desk, 2026, 12, 21)
    record(desk, number, hand_over_result="handed_over")
    assert desk.unit("LTE-0012")["return_date"] == "2026-12-21"
    assert desk.request(number).state is RequestState.DONE


def test_after_a_no_show_the_same_units_go_out_on_the_new_day(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 4, 16, 56, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean")).number
    desk.work()
    on(desk, 2026, 12, 10)
    record(desk, number, hand_over_result="no_show")
    assert {desk.unit(unit)["status"] for unit in ("LTE-0050", "LTE-0051")} == {"reserved"}
    assert "お越しいただけなかったため" in "".join(desk.letters()[-1].get_content().split())
    agree = waiting(desk, number, "agree-date")[0]
    answers.answer_dates(desk.app, OPERATOR, agree.id, {"hand_over_date": date(2026, 12, 15)})
    desk.work()
    on(desk, 2026, 12, 15)
    record(desk, number, hand_over_result="handed_over")
    assert {desk.unit(unit)["hand_over_date"] for unit in ("LTE-0050", "LTE-0051")} == {"2026-12-15"}
    assert desk.request(number).state is RequestState.DONE


def test_an_exchange_whose_broken_unit_comes_back_later_ends_when_both_are_booked(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 8, 14, 26, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean-exchange")).number
    desk.work()
    on(desk, 2026, 12, 14)
    assert len(waiting(desk, number, "manual-task")) == 2
    record(desk, number, hand_over_result="handed_over")
    record(desk, number, hand_over_result="rescheduled")
    assert desk.unit("LTE-0017")["status"] == "awaiting_return"
    agree = waiting(desk, number, "agree-date")[0]
    answers.answer_dates(desk.app, OPERATOR, agree.id, {"return_date": date(2026, 12, 17)})
    desk.work()
    on(desk, 2026, 12, 17)
    record(desk, number, hand_over_result="handed_over")
    assert (desk.unit("LTE-0017")["status"], desk.unit("LTE-0017")["return_date"]) == (
        "in_repair",
        "2026-12-17",
    )
    out = next(
        unit for unit in (desk.unit("LTE-0050"), desk.unit("LTE-0051")) if unit["status"] == "handed_out"
    )
    assert (out["hand_over_date"], out["replaced_asset_no"]) == ("2026-12-14", "LTE-0017")
    assert desk.request(number).state is RequestState.DONE


def exchange(desk: Desk) -> str:
    """Out and back on 14 December."""
    desk.clock.at = datetime(2026, 12, 8, 14, 26, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean-exchange")).number
    desk.work()
    on(desk, 2026, 12, 14)
    return number


def agree(desk: Desk, number: str, day: int, *names: str) -> None:
    step = waiting(desk, number, "agree-date")[0]
    answers.answer_dates(desk.app, OPERATOR, step.id, dict.fromkeys(names, date(2026, 12, day)))
    desk.work()
    on(desk, 2026, 12, day)


def new_units(desk: Desk, status: str) -> list[str]:
    return [unit for unit in ("LTE-0050", "LTE-0051") if desk.unit(unit)["status"] == status]


def test_an_exchange_whose_way_back_moves_twice_takes_one_unit_and_books_each_once(desk: Desk) -> None:
    number = exchange(desk)
    record(desk, number, hand_over_result="handed_over")
    for day in (16, 18):
        record(desk, number, hand_over_result="rescheduled")
        agree(desk, number, day, "return_date")
    assert desk.request(number).state is RequestState.RUNNING
    record(desk, number, hand_over_result="handed_over")
    assert desk.request(number).state is RequestState.DONE
    assert len(new_units(desk, "handed_out")) == 1
    assert new_units(desk, "reserved") == []
    assert desk.unit("LTE-0017")["return_date"] == "2026-12-18"
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        changes = [(one.key, one.version) for one in tx.ledgers.of_request(request.id)]
        assert tx.audit.verify() is None
    assert len(changes) == len(set(changes)) == 4


def test_an_exchange_where_nobody_came_twice_ends_with_the_unit_first_reserved(desk: Desk) -> None:
    number = exchange(desk)
    units = new_units(desk, "reserved")
    for day in (16, 18):
        record(desk, number, hand_over_result="no_show")
        assert len(waiting(desk, number, "manual-task")) == 0
        agree(desk, number, day, "hand_over_date", "return_date")
    record(desk, number, hand_over_result="handed_over")
    record(desk, number, hand_over_result="handed_over")
    assert desk.request(number).state is RequestState.DONE
    assert new_units(desk, "handed_out") == units
    assert desk.unit("LTE-0017")["status"] == "in_repair"


def test_a_booking_does_not_wait_for_the_other_unit_to_be_agreed_again(desk: Desk) -> None:
    """Both are recorded before a worker comes by: what was handed over is booked all the same."""
    number = exchange(desk)
    out, back = waiting(desk, number, "manual-task")
    answers.complete_step(desk.app, OPERATOR, out.id, {"hand_over_result": "handed_over"})
    answers.complete_step(desk.app, OPERATOR, back.id, {"hand_over_result": "rescheduled"})
    desk.work()
    assert len(new_units(desk, "handed_out")) == 1
    assert desk.unit("LTE-0017")["status"] == "awaiting_return"
    assert len(waiting(desk, number, "agree-date")) == 1
