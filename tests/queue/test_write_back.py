"""How far we are stands on the applicant's kintone record: once, by revision, or in sight with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.connectors.kintone.city import City
from tests.connectors.kintone.served import tell
from tests.desk import OPERATOR
from tests.queue.record_desk import NUMBER, RecordDesk, record_city, record_desk
from tests.servers.programs import wait_until
from uketsuke.connectors.fake_kintone.form import FieldSetting
from uketsuke.connectors.fake_kintone.state import Action, Entity, Process, State
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.connectors.record_status import RecordStatusConnector
from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.plan import AgreeDate, RecordStatus, Step
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue import decide, stopped
from uketsuke.queue.progress import release, store_plan
from uketsuke.settings import Queue
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.tables import jobs
from uketsuke.systems import RecordFields

STATUS = RecordFields(state="状態", receipt_number="受付番号", operator="処理担当", done_on="完了日")
MORE = (
    ("SINGLE_LINE_TEXT", "処理担当"),
    ("DATE", "完了日"),
    ("STATUS", "ステータス"),
    ("STATUS_ASSIGNEE", "作業者"),
)
PROCESS = Process(
    states=[
        State(name="未処理"),
        State(name="処理中", assignee="ONE", entities=[Entity(type="USER", code="takahashi-t")]),
        State(name="完了"),
    ],
    actions=[
        Action(name="完了にする", origin="未処理", to="完了"),
        Action(name="引き受ける", origin="未処理", to="処理中"),
    ],
)


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        form = found[0].domain.apps[NUMBER].form
        for kind, code in MORE:
            form[code] = FieldSetting.model_validate({"type": kind, "code": code})
        yield found


@pytest.fixture
def desk(town: tuple[City, str]) -> Iterator[RecordDesk]:
    yield from opened(town)


@pytest.fixture
def processed(town: tuple[City, str]) -> Iterator[RecordDesk]:
    """The same where process management leads to 完了."""
    town[0].domain.apps[NUMBER].process = PROCESS
    yield from opened(town, actions={"done": "完了にする"})
    town[0].domain.apps[NUMBER].process = None


def opened(town: tuple[City, str], **setting: Any) -> Iterator[RecordDesk]:
    tell(town[1], "DELETE", "faults")
    made = record_desk(
        *town,
        queue=Queue(undo_seconds=0, lease_seconds=30, back_off_seconds=0.05),
        **{"status": STATUS, **setting},
    )
    yield made
    made.desk.app.close()


def plan(desk: RecordDesk, record: int, state: str = "running", **values: Any) -> RequestRow:
    """The request of a record, running a plan that writes back beside a step that needs nothing."""
    desk.settle()
    return run(desk, desk.requests()[-1], record, state, **values)


def run(desk: RecordDesk, request: RequestRow, record: int, state: str, **values: Any) -> RequestRow:
    steps: tuple[Step, ...] = (
        RecordStatus(
            seq=1, after=(), app=str(NUMBER), record=str(record), set={"state": state, **(values or WHO)}
        ),
        AgreeDate(seq=2, after=(), names=("on",), proposed={"on": desk.desk.app.today()}),
    )
    with desk.desk.app.database.transaction("test") as tx:
        request = tx.requests.get(request.id)
        plan_id = store_plan(desk.desk.app, tx, request, steps, OPERATOR, SecondPerson.NONE)
        tx.requests.update(request.id, request.version, state=RequestState.RUNNING, plan_id=plan_id)
        release(tx, request.id)
    return request


WHO = {"receipt_number": None, "operator": None}
DONE = {"receipt_number": None, "done_on": None}


def work(desk: RecordDesk) -> None:
    desk.desk.work()


def step(desk: RecordDesk, request: RequestRow) -> StepRow:
    with desk.desk.app.database.reading() as tx:
        return next(one for one in tx.steps.of_request(request.id) if one.kind == "record-status")


def shown(desk: RecordDesk, record: int, *codes: str) -> list[Any]:
    found = desk.client.record(NUMBER, record)
    return [found.text(code) for code in codes]


def revision(desk: RecordDesk, record: int) -> int:
    return desk.client.record(NUMBER, record).revision


def test_a_running_plan_shows_state_number_and_operator_and_opens_no_request(desk: RecordDesk) -> None:
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record)
    work(desk)
    assert shown(desk, record, "状態", "受付番号", "処理担当") == ["処理中", request.number, "operator01"]
    assert step(desk, request).result == {"revision": 2, "written": True}
    assert desk.known(record).own_revisions == (2,)
    desk.settle()
    assert len(desk.requests()) == 1


def test_done_tells_the_day_and_acts_in_process_management_with_two_revisions(processed: RecordDesk) -> None:
    desk = processed
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record, "done", **DONE)
    work(desk)
    assert shown(desk, record, "状態", "完了日") == ["完了", "2026-12-10"]
    assert desk.client.record(NUMBER, record).first("STATUS") == "完了"
    assert (step(desk, request).result or {})["revision"] == 4
    assert desk.known(record).own_revisions == (2, 3, 4)
    desk.settle()
    assert len(desk.requests()) == 1


@pytest.mark.parametrize("path", ["/k/v1/record.json", "/k/v1/record/status.json"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cut_write_is_looked_after_and_happens_once(processed: RecordDesk, path: str, when: str) -> None:
    desk = processed
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record, "done", **DONE)
    break_next(desk, kind="cut", when=when, path=path)
    settled(desk, request)
    assert (revision(desk, record), step(desk, request).result) == (4, {"revision": 4, "written": True})


def break_next(desk: RecordDesk, **fault: Any) -> None:
    site = desk.desk.app.settings.kintone
    assert site is not None
    tell(site.url, "POST", "faults", {"method": "PUT", **fault})


def settled(desk: RecordDesk, request: RequestRow) -> StepRow:
    """The step when it is tried no more."""

    def is_settled() -> bool:
        work(desk)
        return step(desk, request).state in (StepState.DONE, StepState.FAILED)

    wait_until(is_settled, "the end of the step")
    return step(desk, request)


def test_too_many_at_once_is_later(desk: RecordDesk) -> None:
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record)
    break_next(desk, kind="busy")
    assert settled(desk, request).state is StepState.DONE
    assert revision(desk, record) == 2


def test_another_receipt_number_is_not_written_over_and_the_request_says_so(desk: RecordDesk) -> None:
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record)
    desk.edit(record, 受付番号="2026-000099-9")
    work(desk)
    row = step(desk, request)
    assert (row.state, (row.error or {})["why"]) == (StepState.FAILED, "other-number")
    assert "2026-000099-9" in str((row.error or {})["found"])
    assert shown(desk, record, "受付番号") == ["2026-000099-9"]
    assert desk.known(record).problem == "other-number"
    stopped.accept_step(desk.desk.app, OPERATOR, row.id)
    work(desk)
    assert (step(desk, request).state, desk.known(record).problem) == (StepState.DONE, None)


class Meddled(RecordStatusConnector):
    """Somebody writes to the record between our look and our write."""

    edits: list[dict[str, str]] = []
    desk: RecordDesk

    def put(self, write: Any, look: Any) -> int:
        for fields in self.edits:
            self.desk.edit(write.record, **fields)
        type(self).edits = []
        return super().put(write, look)


@pytest.fixture
def meddled(desk: RecordDesk, monkeypatch: pytest.MonkeyPatch) -> RecordDesk:
    monkeypatch.setattr(Meddled, "desk", desk, raising=False)
    monkeypatch.setattr("uketsuke.queue.write_back.RecordStatusConnector", Meddled)
    return desk


def test_an_edit_in_between_is_kept_and_taken_in_and_we_write_after_it(
    meddled: RecordDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = meddled, meddled.apply(返却日="2026-12-20")
    request = plan(desk, record)
    monkeypatch.setattr(Meddled, "edits", [{"備考": "急ぎません"}])
    work(desk)
    assert shown(desk, record, "備考", "状態") == ["急ぎません", "処理中"]
    assert desk.known(record).own_revisions == (3,)
    assert step(desk, request).state is StepState.DONE
    desk.settle()
    assert len(desk.requests()) == 2  # what the applicant says now follows the request that runs


def test_our_own_field_changed_in_between_is_shown_with_both_sides(
    meddled: RecordDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, record = meddled, meddled.apply(返却日="2026-12-20")
    request = plan(desk, record)
    monkeypatch.setattr(Meddled, "edits", [{"状態": "完了"}])
    work(desk)
    error = step(desk, request).error or {}
    assert (error["code"], error["why"]) == ("record-conflict", "done-already")
    assert ("完了" in str(error["found"]), "処理中" in str(error["wanted"])) == (True, True)
    assert desk.known(record).own_revisions == ()


def test_what_a_person_has_already_done_by_hand_is_enough(processed: RecordDesk) -> None:
    desk = processed
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record, "done", **DONE)
    desk.edit(record, 状態="完了", 完了日="2026-12-10", 受付番号=request.number)
    desk.city.control(
        "work",
        {
            "do": "act",
            "by": "takahashi-t",
            "app": NUMBER,
            "params": {"id": record, "action": "完了にする"},
        },
    )
    work(desk)
    assert step(desk, request).result == {"revision": 4, "written": False}


def test_an_assigned_record_is_work_for_its_assignee_and_goes_on_when_that_is_done(
    processed: RecordDesk,
) -> None:
    desk = processed
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record, "done", **DONE)
    app = desk.city.domain.apps[NUMBER]
    app.records[record] = app.records[record].model_copy(update={"assignees": ("takahashi-t",)})
    work(desk)
    row = step(desk, request)
    assert (row.error or {}).items() >= {"why": "record-assigned", "said": "髙橋 徹"}.items()
    assert desk.known(record).problem == "record-assigned"
    desk.city.control(
        "work",
        {"do": "act", "by": "takahashi-t", "app": NUMBER, "params": {"id": record, "action": "完了にする"}},
    )
    stopped.retry_step(desk.desk.app, OPERATOR, row.id)
    work(desk)
    assert (step(desk, request).state, desk.known(record).problem) == (StepState.DONE, None)


def test_a_field_that_the_app_does_not_have_is_said_instead_of_passed_over(
    town: tuple[City, str],
) -> None:
    """kintone passes over unknown field codes and answers success (decision 0007)."""
    for desk in opened(town, status=RecordFields(state="状態", done_on="済んだ日")):
        request = plan(desk, desk.apply(返却日="2026-12-20"), "done", **DONE)
        work(desk)
        assert (step(desk, request).error or {}).items() >= {
            "why": "no-such-field",
            "said": "済んだ日",
        }.items()


def test_without_settings_for_the_app_nothing_is_written_and_the_plan_goes_on(
    desk: RecordDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = desk.apply(返却日="2026-12-20")
    request = plan(desk, record)
    monkeypatch.setattr(type(desk.desk.app.settings.kintone), "of", lambda *_: None)
    work(desk)
    assert step(desk, request).result == {"written": False}
    assert isinstance(desk.desk.app.kintone, KintonePort)
    assert revision(desk, record) == 1


class Killed(BaseException):
    """What no part of ours catches, as little as SIGKILL."""


def die_at(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The process is gone at the second or first passage of that point, whatever it is doing."""
    name, left = place.split(" ")[0], [2 if place.endswith("again") else 1]

    def point(passed: str) -> None:
        left[0] -= passed == name
        if passed == name and not left[0]:
            raise Killed(name)

    monkeypatch.setattr("uketsuke.boundary.point", point)


POINTS = [
    f"{name}:{side}{again}"
    for again in ("", " again")
    for name, sides in (
        ("writing-back", ("before-commit", "after-commit")),
        ("kintone.write", ("before", "after")),
        ("written-back", ("before-commit", "after-commit")),
    )
    for side in sides
] + ["written:before-commit", "written:after-commit"]


def test_killed_at_any_point_the_record_is_written_once(
    processed: RecordDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = processed
    records = [desk.apply(返却日="2026-12-20", 備考=place) for place in POINTS]
    desk.settle()
    for place, record, request in zip(POINTS, records, desk.requests(), strict=True):
        run(desk, request, record, "done", **DONE)
        with monkeypatch.context() as dying:
            die_at(dying, place)
            with pytest.raises(Killed):
                work(desk)
        with desk.desk.app.database.transaction("test") as tx:
            long_ago = tx.jobs.now() - timedelta(hours=1)
            tx.connection.execute(update(jobs).values(lease_until=long_ago, due_at=long_ago))
        assert settled(desk, request).state is StepState.DONE, place
        assert (revision(desk, record), desk.known(record).own_revisions) == (4, (2, 3, 4)), place
    desk.settle()
    assert len(desk.requests()) == len(POINTS)


@pytest.mark.parametrize("fault", ["", "before", "after"])
def test_who_is_asked_is_told_on_the_record_once_and_without_what_is_asked(
    desk: RecordDesk, fault: str
) -> None:
    record = desk.apply(返却日="2026-12-20")
    desk.settle()
    request = desk.requests()[-1]
    if fault:
        break_next(desk, kind="cut", when=fault, method="POST", path="/k/v1/record/comment.json")
    decide.ask(desk.desk.app, OPERATOR, request.id, request.version, ["return_date"], "秘密の相談です")

    def is_over() -> bool:
        work(desk)
        with desk.desk.app.database.reading() as tx:
            return any(one.action == "record-comment" for one in tx.audit.of_request(request.id))

    wait_until(is_over, "the comment")
    (said,) = desk.client.comments(NUMBER, record)
    assert request.number in said.text
    assert "秘密" not in said.text
    desk.settle()
    assert len(desk.requests()) == 1
