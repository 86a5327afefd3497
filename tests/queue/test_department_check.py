"""The department's check: ticks before it, pass and send-back, the clock that starts with it, who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.archive import ArchiveDesk
from tests.desk import LEAD, OFFICER, OPERATOR, SECOND
from tests.store.threads import together
from uketsuke.app import Actor
from uketsuke.domain.calendar import JST
from uketsuke.domain.deadline import due
from uketsuke.domain.plan import Check
from uketsuke.domain.states import RequestState, Role, StepState, WaitKind
from uketsuke.errors import Incomplete, NotAllowed, NotFound, SamePerson
from uketsuke.queue.answers import complete_step
from uketsuke.queue.checking import pass_check, send_back
from uketsuke.queue.events import events_of
from uketsuke.queue.work import tick, untick
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.users import User


@pytest.fixture
def office() -> Iterator[ArchiveDesk]:
    opened = ArchiveDesk.open()
    yield opened
    opened.desk.app.close()


def open_tasks(office: ArchiveDesk, row: RequestRow) -> list[StepRow]:
    return [one for one in office.steps(row, "manual-task") if one.state is StepState.WAITING]


def open_check(office: ArchiveDesk, row: RequestRow) -> StepRow:
    return next(one for one in office.steps(row, "check") if one.state is StepState.WAITING)


def register(office: ArchiveDesk, row: RequestRow, people: int = 2, by: Actor = OPERATOR) -> StepRow:
    """Everybody in both environments; gives the check that waits then."""
    for task in open_tasks(office, row):
        tick(office.desk.app, by, task.id, range(people))
        complete_step(office.desk.app, by, task.id, {})
    office.desk.work()
    return open_check(office, row)


def test_both_environments_are_ticked_by_themselves_and_the_task_is_done_when_all_are(
    office: ArchiveDesk,
) -> None:
    app, row = office.desk.app, office.begun()
    first, second = open_tasks(office, row)
    tick(app, OPERATOR, first.id, [0])
    with pytest.raises(Incomplete) as missing:
        complete_step(app, OPERATOR, first.id, {})
    assert missing.value.wrong == {"persons": "not-ticked"}
    office.desk.clock.at += timedelta(minutes=5)
    tick(app, SECOND, first.id, [0, 1])
    complete_step(app, SECOND, first.id, {})
    left = office.step(row, first.seq).result or {}
    assert [one["by"] for one in left["ticked"]] == ["operator01", "operator02"]  # type: ignore[index,union-attr]
    assert left["registered_on"] == "2026-12-10"
    assert office.step(row, second.seq).state is StepState.WAITING
    assert office.step(row, 6).state is StepState.PLANNED


def test_two_who_tick_at_once_lose_no_tick_and_a_tick_is_taken_back_until_the_task_is_done(
    office: ArchiveDesk,
) -> None:
    app, people = office.desk.app, [f"利用 {place}" for place in range(8)]
    row = office.begun(*people)
    task = open_tasks(office, row)[0]
    together(
        lambda me: [tick(app, (OPERATOR, SECOND)[me % 2], task.id, [2 * turn + me]) for turn in range(4)], 2
    )
    wait = office.wait(task.id)
    assert wait is not None
    with app.database.reading() as tx:
        assert {place: one.by for place, one in tx.ticks.of(wait.id).items()} == {
            place: ("operator01", "operator02")[place % 2] for place in range(8)
        }
    assert untick(app, SECOND, task.id, [3]) == 1
    assert untick(app, SECOND, task.id, [3]) == 0
    with pytest.raises(NotFound):
        tick(app, OPERATOR, task.id, [8])
    tick(app, OPERATOR, task.id, [3])
    complete_step(app, OPERATOR, task.id, {})
    with pytest.raises(NotFound):
        untick(app, OPERATOR, task.id, [3])


def test_ticks_are_in_the_audit_log_once(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    task = open_tasks(office, row)[0]
    tick(app, OPERATOR, task.id, [1])
    tick(app, SECOND, task.id, [1])
    untick(app, SECOND, task.id, [1])
    with app.database.reading() as tx:
        told = [one for one in tx.audit.of_request(row.id) if one.action in ("tick", "untick")]
    assert [(one.action, one.actor, one.facts["persons"]) for one in told] == [
        ("tick", "operator01", [2]),
        ("untick", "operator02", [2]),
    ]


def test_the_check_starts_the_clock_of_what_follows_and_ends_the_request(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    check = register(office, row)
    wait = office.wait(check.id)
    assert wait is not None
    assert (wait.kind, wait.role) == (WaitKind.CHECK, "officer")
    assert (check.due_at, office.step(row, 7).due_at) == (None, None)
    office.desk.clock.at = datetime(2026, 12, 18, 9, 0, tzinfo=JST)  # a Friday, days after the first clock
    pass_check(app, OFFICER, check.id, "問題ありません")
    assert office.step(row, 7).due_at == datetime(2026, 12, 22, 17, 30, tzinfo=JST)
    office.desk.work()
    assert office.step(row, check.seq).result == {
        "outcome": "pass",
        "comment": "問題ありません",
        "checked_by": "officer01",
        "checked_on": "2026-12-18",
    }
    assert office.desk.request(row.number).state is RequestState.DONE
    assert "U110402" in office.desk.letters()[-1].get_content()


def test_what_is_sent_back_is_done_again_with_the_same_numbers(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    check = register(office, row)
    with pytest.raises(Incomplete):
        send_back(app, OFFICER, check.id, "  ")
    send_back(app, OFFICER, check.id, "乙野さんの検証環境が未登録です")
    office.desk.work()
    again = open_tasks(office, row)
    assert [task.seq for task in again] == [8, 9]
    assert [one["account"] for one in (again[0].resolved or {})["persons"]] == ["U110401", "U110402"]  # type: ignore[index,union-attr]
    assert set(office.rows()) == {"U110401", "U110402"}
    second = register(office, row)
    with app.database.reading() as tx:
        step = tx.plans.get(second.plan_id).plan().step(second.seq)
    assert isinstance(step, Check)
    assert step.what == (8, 9)
    pass_check(app, OFFICER, second.id)
    office.desk.work()
    assert office.desk.request(row.number).state is RequestState.DONE
    subjects = [str(one["Subject"]) for one in office.desk.letters()]
    assert len([one for one in subjects if "確認のお願い" in one]) == 2
    assert len([one for one in subjects if "登録のお知らせ" in one]) == 1


def test_a_check_is_answered_once_and_its_loser_is_told(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    check = register(office, row)
    send_back(app, OFFICER, check.id, "直してください")
    with pytest.raises(NotFound):
        pass_check(app, OFFICER, check.id)


def test_only_officers_check_and_nobody_their_own_under_another_sign_in(office: ArchiveDesk) -> None:
    app, check = office.desk.app, register(office, office.begun(), by=SECOND)
    for actor in (OPERATOR, SECOND, LEAD, Actor("lead09", Role.LEAD, "D0009")):
        with pytest.raises(NotAllowed):
            pass_check(app, actor, check.id)
        with pytest.raises(NotAllowed):
            send_back(app, actor, check.id, "直してください")
    let_run, did_it, asked, unknown = "D0001", "D0002", "10007", None
    for person in (let_run, did_it, asked, unknown):
        with pytest.raises(SamePerson):
            pass_check(app, Actor("officer09", Role.OFFICER, person), check.id)
    pass_check(app, OFFICER, check.id)


def test_who_ticked_and_is_unknown_may_be_anybody(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    with app.database.transaction("hire") as tx:
        tx.users.put(User(login="temp01", name="temp01", roles=(Role.OPERATOR,)))
    check = register(office, row, by=Actor("temp01", Role.OPERATOR))
    with pytest.raises(SamePerson):
        pass_check(app, OFFICER, check.id)


def test_the_day_of_the_check_is_explained_day_by_day(office: ArchiveDesk) -> None:
    app, row = office.desk.app, office.begun()
    check = register(office, row)
    office.desk.clock.at = datetime(2026, 12, 25, 9, 0, tzinfo=JST)
    pass_check(app, OFFICER, check.id)
    with app.database.reading() as tx:
        request = tx.requests.get(row.id)
        events = events_of(request, tx.plans.results(row.id))
        rule = tx.plans.get(check.plan_id).plan().step(7).deadline
    assert rule is not None
    found = due(rule, events, app.calendar)
    assert found.day == date(2027, 1, 4)
    assert [(note.day.day, note.why) for note in found.because][:3] == [
        (25, "event"),
        (26, "saturday"),
        (27, "sunday"),
    ]
