"""A series under four workers at once: 1..n, none twice, no gap, on both databases (DESIGN 7)."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.store.samples import plan, request
from tests.store.threads import together
from uketsuke.domain.numbering import NumberSeries
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Origin
from uketsuke.store.numbers import Range
from uketsuke.store.transaction import Transaction

CARDS = NumberSeries("card_id", column="card_id", prefix="T", width=4)
RANGE = Range("cards", CARDS, True, "T")
ME = Origin(actor="test", at=datetime(2026, 12, 10, tzinfo=UTC))
EACH = 25


def add_step(tx: Transaction) -> int:
    row = request(tx)
    tx.plans.add(row, plan(), "test")
    return tx.steps.of_request(row)[0].id


class TakenBack(Exception):
    """The step did not come to its end."""


def test_four_workers_that_stumble_give_every_number_once_and_leave_no_gap(database: Database) -> None:
    with database.transaction("old-book") as tx:
        step = add_step(tx)
        tx.ledgers.insert("cards", "T0045", {"card_id": "T0045"}, ME)

    def work(worker: int) -> list[str]:
        found: list[str] = []
        for turn in range(EACH):
            try:
                with database.transaction("take") as tx:
                    (number,) = tx.numbers.take(RANGE, 1, step)
                    tx.ledgers.insert("cards", number, {"card_id": number}, ME)
                    if turn % 5 == worker:
                        raise TakenBack
                found.append(number)
            except TakenBack:
                continue
        return found

    given = sorted(number for one in together(work) for number in one)
    assert given == [f"T{count:04}" for count in range(46, 46 + len(given))]
    assert len(given) == 4 * (EACH - EACH // 5)


def test_a_number_whose_row_is_gone_is_not_given_again(database: Database) -> None:
    with database.transaction("first") as tx:
        step = add_step(tx)
        (first,) = tx.numbers.take(RANGE, 1, step)
    with database.transaction("second") as tx:
        assert tx.numbers.take(RANGE, 2, step) == ["T0002", "T0003"]
        tx.series.move_to(RANGE.name, 1)
    with database.transaction("counter-set-back") as tx:
        assert tx.numbers.take(RANGE, 1, step) == ["T0004"]
    assert first == "T0001"


ROOMS = NumberSeries("room_id", column="room_id", prefix="R", department_digits=4)
ROOM = Range("cards", ROOMS, False, "R1104", "110400", ("環境保全課",))


def test_two_requests_of_a_department_at_once_get_its_one_number(database: Database) -> None:
    with database.transaction("request") as tx:
        step = add_step(tx)

    def work(_: int) -> str:
        with database.transaction("take") as tx:
            tx.numbers.hold(ROOM)
            return tx.numbers.held_by_department(ROOM) or tx.numbers.take(ROOM, 1, step)[0]

    assert together(work) == ["R1104"] * 4
