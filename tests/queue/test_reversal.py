"""取り消す for 保留, 処理担当の変更, 差戻し, 統合: in time as if nothing had been, then refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail
from tests.queue.test_audit import replayed
from tests.queue.test_decide import now
from tests.servers.programs import wait_until
from uketsuke.app import Actor
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.queue import decide
from uketsuke.settings import Queue
from uketsuke.store.requests import RequestRow

MORNING = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
Decide = Callable[[Desk, RequestRow], int]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with the undo window of the product."""
    opened = Desk.open(MORNING, queue=Queue(undo_seconds=10, lease_seconds=30))
    yield opened
    opened.app.close()


def arrive(desk: Desk, name: str = "own-1") -> RequestRow:
    """A return that an operator must look at."""
    raw = mail(RETURN.format(unit="LTE-0012", day="12月20日"), message_id=f"<{name}@mail.city.example.lg.jp>")
    number = desk.receive(raw).number
    desk.work()
    return desk.request(number)


def hold(desk: Desk, row: RequestRow) -> int:
    return decide.hold(desk.app, OPERATOR, row.id, row.version, date(2026, 12, 14), "電話待ち")


def reassign(desk: Desk, row: RequestRow) -> int:
    return decide.reassign(desk.app, OPERATOR, row.id, row.version, "tanaka")


def give_back(desk: Desk, row: RequestRow) -> int:
    return decide.give_back(desk.app, OPERATOR, row.id, row.version, RequestState.RETURNED, "日付が違います")


def merge(desk: Desk, row: RequestRow) -> int:
    other = arrive(desk, "own-2")
    return decide.merge(desk.app, OPERATOR, row.id, row.version, other.id)


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("name", "deed"), [("hold", hold), ("reassign", reassign), ("return", give_back), ("merge", merge)]
    )


def actions(desk: Desk, row: RequestRow) -> list[str]:
    with desk.app.database.reading() as tx:
        assert tx.audit.verify() is None
        return [one.action for one in tx.audit.of_request(row.id)]


def shown(row: RequestRow) -> dict[str, object]:
    """The request without what every change moves on."""
    return row.model_dump(exclude={"version", "updated_at"})


@each()
def test_ap_03_taken_back_in_time_everything_is_as_before_and_both_are_recorded(
    desk: Desk, name: str, deed: Decide
) -> None:
    row = arrive(desk)
    before, sent = shown(row), len(desk.letters())
    version = deed(desk, row)
    assert shown(desk.request(row.number)) != before
    decide.undo(desk.app, OPERATOR, row.id, version)
    desk.work()
    assert shown(desk.request(row.number)) == before
    assert actions(desk, row)[-2:] == [name, f"undo-{name}"]
    assert replayed(desk, row.id) == "needs-review"
    with desk.app.database.reading() as tx:
        assert [one.purpose for one in tx.letters.of_request(row.id)] == ["ack"]
    assert len(desk.letters()) - sent == (1 if name == "merge" else 0), "the other's acknowledgement alone"


@each()
def test_ap_04_after_the_window_it_is_refused_and_stands(desk: Desk, name: str, deed: Decide) -> None:
    row = arrive(desk)
    version = deed(desk, row)
    decided = desk.request(row.number)
    desk.clock.forward(seconds=10)
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, row.id, version)
    assert desk.request(row.number) == decided
    assert actions(desk, row)[-1] == name


@each()
def test_only_the_last_decision_is_taken_back_and_only_once(desk: Desk, name: str, deed: Decide) -> None:
    row = arrive(desk)
    version = deed(desk, row)
    with pytest.raises(StaleVersion):
        decide.undo(desk.app, OPERATOR, row.id, row.version)
    again = decide.undo(desk.app, OPERATOR, row.id, version)
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, row.id, again)


def test_a_correction_is_no_decision_that_is_taken_back(desk: Desk) -> None:
    row = arrive(desk)
    version = decide.correct(desk.app, OPERATOR, row.id, row.version, {"desired_date": "2026-12-21"})
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, row.id, version)


def test_an_officer_takes_nothing_of_the_desk_back(desk: Desk) -> None:
    row = arrive(desk)
    version = hold(desk, row)
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, Actor("miyake-n", Role.OFFICER, "90001"), row.id, version)


def test_a_reassignment_of_a_running_request_is_taken_back_before_its_run(desk: Desk) -> None:
    """The last decision first: each press takes one back."""
    row = arrive(desk)
    version = decide.correct(desk.app, OPERATOR, row.id, row.version, {"desired_date": "2026-12-21"})
    _, _, plan_hash = now(desk, row)
    decide.run(desk.app, OPERATOR, row.id, version, plan_hash)
    version = reassign(desk, desk.request(row.number))
    version = decide.undo(desk.app, OPERATOR, row.id, version)
    assert desk.request(row.number).state is RequestState.RUNNING
    decide.undo(desk.app, OPERATOR, row.id, version)
    assert desk.request(row.number).state is RequestState.NEEDS_REVIEW
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_the_letter_about_a_return_leaves_when_the_window_is_over_and_then_it_stands() -> None:
    """Business time stands still here: the letter goes by the clock of the database, as all jobs do."""
    desk = Desk.open(MORNING, queue=Queue(undo_seconds=0.5, lease_seconds=30))
    row = arrive(desk)
    version = give_back(desk, row)
    desk.work()
    assert "差戻し" not in str(desk.letters()[-1]["Subject"])

    def has_left() -> bool:
        desk.work()
        return "差戻し" in str(desk.letters()[-1]["Subject"])

    wait_until(has_left, "the letter")
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, row.id, version)
    assert desk.request(row.number).state is RequestState.RETURNED
    desk.app.close()
