"""Numbers are given when the step runs: the department's own again, each person's once, or the step stops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.archive import ArchiveDesk
from tests.desk import OPERATOR
from uketsuke.domain.states import StepState
from uketsuke.queue.review import assess_now, planned
from uketsuke.queue.stopped import retry_step
from uketsuke.store.ledgers import Origin


@pytest.fixture
def office() -> Iterator[ArchiveDesk]:
    opened = ArchiveDesk.open()
    yield opened
    opened.desk.app.close()


def put(office: ArchiveDesk, key: str, **values: str) -> None:
    with office.desk.app.database.transaction("put") as tx:
        tx.ledgers.insert("archive-ledger", key, {"user_id": key, **values}, Origin(actor="test"))


def test_a_department_keeps_its_number_and_each_person_gets_the_next(office: ArchiveDesk) -> None:
    first, second = office.begun("甲野 一", "乙野 二"), office.begun("丙野 三")
    assert office.step(first, 1).result == {"numbers": ["R1104"], "reused": False, "version": []}
    assert office.step(second, 1).result == {"numbers": ["R1104"], "reused": True, "version": []}
    assert {key: (row["user_name"], row["room_id"]) for key, row in office.rows().items()} == {
        "U110401": ("甲野 一", "R1104"),
        "U110402": ("乙野 二", "R1104"),
        "U110403": ("丙野 三", "R1104"),
    }
    assert office.rows()["U110403"]["receipt_number"] == second.number


def test_the_number_of_the_old_book_is_used_again_and_its_gaps_are_not_filled(office: ArchiveDesk) -> None:
    with office.desk.app.database.transaction("was-called") as tx:
        known = tx.departments.matching("環境保全課")[0]
        tx.departments.put(known.model_copy(update={"aliases": ("環境課",)}))
    put(office, "U110407", room_id="R9999", department="環境課")
    row = office.begun("甲野 一")
    assert office.step(row, 1).result == {"numbers": ["R9999"], "reused": True, "version": []}
    assert office.step(row, 2).result == {"numbers": ["U110408"], "reused": False, "version": [1]}
    assert office.rows()["U110408"]["room_id"] == "R9999"


def test_an_exhausted_range_stops_the_step_and_writes_nothing(office: ArchiveDesk) -> None:
    put(office, "U110439", department="環境保全課")
    row = office.begun("甲野 一", "乙野 二")
    stopped = office.step(row, 2)
    assert stopped.state is StepState.FAILED
    assert stopped.error == {
        "code": "series-exhausted",
        "ledger": "archive-ledger",
        "key": "U110440",
        "wanted": 2,
    }
    assert set(office.rows()) == {"U110439"}
    alone = office.begun("丙野 三")
    assert office.step(alone, 2).result == {"numbers": ["U110440"], "reused": False, "version": [1]}


def test_a_department_without_a_code_gets_no_number_until_it_has_one(office: ArchiveDesk) -> None:
    app = office.desk.app
    row = office.ask("甲野 一")
    office.let_run(row)
    with app.database.transaction("no-code") as tx:
        known = tx.departments.matching("環境保全課")[0]
        tx.departments.put(known.model_copy(update={"valid_to": app.today().replace(day=1)}))
    office.desk.work()
    assert office.step(row, 1).state is StepState.FAILED
    assert (office.step(row, 1).error or {})["code"] == "no-department-code"
    with app.database.transaction("code") as tx:
        tx.departments.put(known)
    retry_step(app, OPERATOR, office.step(row, 1).id)
    office.desk.work()
    assert office.step(row, 2).state is StepState.DONE


def test_the_hash_that_was_seen_is_the_hash_that_ran(office: ArchiveDesk) -> None:
    asked = office.ask("甲野 一")
    with office.desk.app.database.reading() as tx:
        seen = planned(office.desk.app, tx, asked, assess_now(office.desk.app, tx, asked))
    ran = office.run(asked)
    with office.desk.app.database.reading() as tx:
        stored = tx.plans.current(ran.id)
    assert seen is not None
    assert stored is not None
    assert stored.hash == seen.hash() == stored.plan().hash()
    assert office.step(ran, 3).resolved is not None
    assert (office.step(ran, 3).resolved or {})["persons"][0]["account"] == "U110401"
