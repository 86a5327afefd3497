"""A step that stopped is planned again on the rows as they are now; what is done stays done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail, sample
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed
from uketsuke.queue import answers
from uketsuke.queue.jobs import drain
from uketsuke.store.ledgers import Origin
from uketsuke.store.steps import StepRow

HANDED = {"hand_over_result": "handed_over"}


def waiting(desk: Desk, number: str, kind: str) -> list[StepRow]:
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        steps = tx.steps.of_request(request.id)
    return [one for one in steps if one.state is StepState.WAITING and one.kind == kind]


def meanwhile(desk: Desk, unit: str, **changes: Any) -> None:
    """Somebody changes the row by another way."""
    with desk.app.database.transaction("meanwhile") as tx:
        row = tx.ledgers.row("lte-ledger", unit)
        assert row is not None
        tx.ledgers.update("lte-ledger", unit, row.version, changes, Origin(actor="somebody"))


def replan(desk: Desk, number: str) -> None:
    request = desk.request(number)
    answers.replan(desk.app, OPERATOR, request.id, request.version)
    desk.work()


def on(desk: Desk, *day: int) -> None:
    desk.clock.at = datetime(*day, 9, 30, tzinfo=JST)  # type: ignore[misc]
    desk.work()


def distribution(desk: Desk) -> str:
    """Two units on 10 December, reserved and agreed."""
    desk.clock.at = datetime(2026, 12, 4, 16, 56, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean")).number
    desk.work()
    return number


def reserved(desk: Desk) -> set[str]:
    with desk.app.database.reading() as tx:
        rows = tx.ledgers.rows("lte-ledger", {"status": "reserved"})
    return {row.key for row in rows}


@pytest.mark.parametrize("later", [14, 18, 21])
def test_a_hand_over_that_happened_is_only_booked_again(desk: Desk, later: int) -> None:
    """Nobody is written to or asked to come again, whether the day asked for has passed or not."""
    number = desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月14日"))).number
    desk.work()
    on(desk, 2026, 12, 14)
    before = len(desk.letters())
    meanwhile(desk, "LTE-0012", purpose="窓口")
    answers.complete_step(desk.app, OPERATOR, waiting(desk, number, "manual-task")[0].id, HANDED)
    desk.work()
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"
    on(desk, 2026, 12, later)
    replan(desk, number)
    assert desk.request(number).state is RequestState.DONE
    assert len(desk.letters()) == before + 1  # the completion letter
    unit = desk.unit("LTE-0012")
    assert (unit["status"], unit["return_date"], unit["purpose"]) == ("in_stock", "2026-12-14", "窓口")


def test_after_a_no_show_the_units_stay_those_that_were_reserved(desk: Desk) -> None:
    number = distribution(desk)
    units = reserved(desk)
    on(desk, 2026, 12, 10)
    task = waiting(desk, number, "manual-task")[0].id
    answers.complete_step(desk.app, OPERATOR, task, {"hand_over_result": "no_show"})
    desk.work()
    agree = waiting(desk, number, "agree-date")[0].id
    answers.answer_dates(desk.app, OPERATOR, agree, {"hand_over_date": date(2026, 12, 15)})
    desk.work()
    on(desk, 2026, 12, 15)
    meanwhile(desk, min(units), purpose="窓口")
    answers.complete_step(desk.app, OPERATOR, waiting(desk, number, "manual-task")[0].id, HANDED)
    desk.work()
    replan(desk, number)
    assert desk.request(number).state is RequestState.DONE
    assert reserved(desk) == set()
    assert {desk.unit(unit)["status"] for unit in units} == {"handed_out"}


def test_out_of_stock_goes_on_when_a_unit_has_come_back(desk: Desk) -> None:
    for unit in ("LTE-0050", "LTE-0051"):
        meanwhile(desk, unit, status="in_repair")
    number = stopped_without_stock(desk)
    meanwhile(desk, "LTE-0051", status="in_stock")
    meanwhile(desk, "LTE-0050", status="in_stock")
    replan(desk, number)
    assert reserved(desk) == {"LTE-0050", "LTE-0051"}
    assert len(waiting(desk, number, "manual-task")) == 1
    assert len(desk.letters()) == 3  # acknowledgement, contact, the department


def stopped_without_stock(desk: Desk) -> str:
    """A distribution that was planned while there was stock, and found none."""
    for unit in ("LTE-0050", "LTE-0051"):
        meanwhile(desk, unit, status="in_stock")
    desk.clock.at = datetime(2026, 12, 4, 16, 56, tzinfo=JST)
    number = desk.receive(sample("kobe-06-lte-handover-clean")).number
    drain(desk.app, limit=1)
    for unit in ("LTE-0050", "LTE-0051"):
        meanwhile(desk, unit, status="in_repair")
    desk.work()
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        first = tx.steps.of_request(request.id)[0]
    assert first.state is StepState.FAILED
    return number


def test_what_stands_still_nowhere_is_not_planned_again(desk: Desk) -> None:
    """A direct call must not write the letters and the work of a healthy plan twice."""
    number = distribution(desk)
    with pytest.raises(NotAllowed):
        replan(desk, number)
    assert len(waiting(desk, number, "manual-task")) == 1


def test_where_nothing_was_done_and_the_rows_give_reasons_it_comes_back_to_review(desk: Desk) -> None:
    """Out of stock, or a unit that was lost meanwhile, is not run over: an operator sees why."""
    number = stopped_without_stock(desk)
    replan(desk, number)
    request = desk.request(number)
    assert request.state is RequestState.NEEDS_REVIEW
    assert "LT-1" in [concern.rule for concern in request.concerns]
    with desk.app.database.reading() as tx:
        told = tx.audit.of_request(request.id)[-1]
    assert (told.action, told.actor, told.facts["after"]) == (
        "replan",
        "operator01",
        {"state": "needs-review"},
    )
