"""The life of a kintone record after it came in: edited, followed up, deleted, reopened, written by us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.connectors.kintone.city import City
from tests.desk import LEAD, OFFICER, OPERATOR
from tests.queue.record_desk import MORNING, NUMBER, RecordDesk, record_city, record_desk
from uketsuke.domain.job import JobName
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed
from uketsuke.queue import decide
from uketsuke.queue.records import settle_alarm
from uketsuke.settings import Queue
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import View


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        yield found


@pytest.fixture
def desk(town: tuple[City, str]) -> Iterator[RecordDesk]:
    made = record_desk(*town)
    yield made
    made.desk.app.close()


def codes(row: RequestRow) -> list[str]:
    return [one.code for one in row.concerns]


def in_review(desk: RecordDesk) -> list[str]:
    """Numbers of what stands in the tray to be looked at."""
    with desk.desk.app.database.reading() as tx:
        return [row.number for row in tx.tray.page(View.REVIEW, "operator01").rows]


def finish(desk: RecordDesk, row: RequestRow) -> None:
    """Whatever was planned is over."""
    with desk.desk.app.database.transaction("finish") as tx:
        tx.plans.supersede(row.id)
        now = tx.requests.get(row.id)
        tx.requests.update(row.id, now.version, state=RequestState.DONE)


def test_a_record_becomes_a_request_for_its_app_s_service_and_creator(desk: RecordDesk) -> None:
    desk.apply()
    desk.settle()
    (row,) = desk.requests()
    assert (row.service, row.requester_name, row.person) == ("lte-handover", "髙橋 徹", "10014")
    assert row.reading.plain()["current_asset_no"] == "LTE-0012"
    assert row.applied_at == MORNING  # 作成日時, no look of ours


def test_our_own_write_opens_and_changes_no_request(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    (before,) = desk.requests()
    desk.write(record, 1, 状態="処理中", 受付番号=before.number)
    desk.settle()
    (after,) = desk.requests()
    assert (after.version, after.receipt_id) == (before.version, before.receipt_id)
    assert desk.known(record).status == "処理中"


def test_a_write_of_ours_that_nobody_noted_changes_no_request_either(desk: RecordDesk) -> None:
    """Only the fields in which we write are different: the applicant asks for nothing else."""
    record = desk.apply()
    desk.settle()
    (before,) = desk.requests()
    desk.client.update(NUMBER, record, {"状態": "処理中"}, 1)
    desk.settle()
    (after,) = desk.requests()
    assert (after.version, codes(after)) == (before.version, codes(before))


def test_an_edit_before_anything_ran_is_read_anew_on_the_same_request(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    (before,) = desk.requests()
    assert (before.state, codes(before)) == (RequestState.NEEDS_REVIEW, ["unknown-target"])
    desk.edit(record, 管理番号="LTE-0012", 返却日="2026-12-18")
    desk.settle()
    (after,) = desk.requests()
    assert (after.id, after.number, after.applied_at) == (before.id, before.number, before.applied_at)
    assert after.reading.plain()["desired_date"] == "2026-12-18"
    assert (after.state, codes(after)) == (RequestState.NEEDS_REVIEW, ["record-edited"])
    assert after.concerns[0].facts["fields"] == "管理番号、返却日"
    assert not after.concerns[0].hard
    with desk.desk.app.database.reading() as tx:
        assert "record-edited" in [one.action for one in tx.audit.of_request(after.id)]
        assert len(tx.receipts.of_request(after.id)) == 2


def test_what_an_operator_corrected_stays_when_another_field_is_edited(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    (row,) = desk.requests()
    decide.correct(desk.desk.app, OPERATOR, row.id, row.version, {"current_asset_no": "LTE-0012"})
    desk.edit(record, 返却日="2026-12-18")
    desk.settle()
    (after,) = desk.requests()
    assert after.reading.plain()["current_asset_no"] == "LTE-0012"
    assert after.reading.plain()["desired_date"] == "2026-12-18"


def test_a_plan_that_has_not_begun_is_dropped_when_its_record_is_edited(town: tuple[City, str]) -> None:
    """Between the decision and the first step, while it could still be taken back."""
    desk = record_desk(*town, queue=Queue(undo_seconds=600, lease_seconds=30))
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    (row,) = desk.requests()
    version = decide.correct(desk.desk.app, OPERATOR, row.id, row.version, {"current_asset_no": "LTE-0012"})
    decide.run(desk.desk.app, OPERATOR, row.id, version, desk.plan_of(row.number))
    assert desk.desk.request(row.number).state is RequestState.RUNNING
    desk.edit(record, 返却日="2026-12-18")
    desk.settle()
    (after,) = desk.requests()
    assert (after.state, after.plan_id) == (RequestState.NEEDS_REVIEW, None)
    with desk.desk.app.database.reading() as tx:
        assert {one.state for one in tx.steps.of_request(after.id)} <= {StepState.SUPERSEDED}
    desk.desk.app.close()


def test_an_edit_after_something_ran_is_a_request_that_follows(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    (first,) = desk.requests()
    assert first.state is RequestState.RUNNING
    desk.edit(record, 返却日="2026-12-18")
    desk.settle()
    before, after = desk.requests()
    assert (before.version, before.receipt_id, before.state) == (first.version, first.receipt_id, first.state)
    assert (after.state, codes(after)[0]) == (RequestState.NEEDS_REVIEW, "record-follow-up")
    assert after.concerns[0].facts == {"fields": "返却日", "of": first.number}
    with desk.desk.app.database.reading() as tx:
        assert tx.records.requests_of(NUMBER, record) == [before.id, after.id]
        known = tx.records.of_request(before.id)
    assert known is not None
    assert known.request_id == after.id


def test_another_edit_of_a_follow_up_is_read_anew_on_the_follow_up(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    for day in ("2026-12-18", "2026-12-21"):
        desk.edit(record, 返却日=day)
        desk.settle()
    _, follower = desk.requests()
    assert follower.reading.plain()["desired_date"] == "2026-12-21"


def test_two_revisions_that_come_at_once_are_one_request_whichever_is_read_first(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.look()
    desk.edit(record, 管理番号="LTE-0998")
    desk.look()
    with desk.desk.app.database.transaction("turn") as tx:
        (first,) = tx.jobs.of_row(JobName.PROCESS, 1)
        claim = tx.jobs.claim("test", timedelta(seconds=30), job_id=first.id)
        assert claim is not None
        tx.jobs.complete(claim)
    desk.desk.work()
    with desk.desk.app.database.transaction("late") as tx:
        tx.enqueue(JobName.PROCESS, 1)
    desk.desk.work()
    (row,) = desk.requests()
    assert row.reading.values["current_asset_no"][-1].raw == "LTE-0998"
    with desk.desk.app.database.reading() as tx:
        assert [one.request_id for one in map(tx.receipts.get, (1, 2))] == [row.id, row.id]


def test_a_request_whose_record_is_deleted_waits_for_a_person(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    desk.delete(record)
    desk.settle(minutes=11)
    (row,) = desk.requests()
    assert (row.state, codes(row)) == (RequestState.NEEDS_REVIEW, ["record-gone", "unknown-target"])
    desk.settle(minutes=11)
    assert desk.requests() == [row]


def test_a_record_that_was_edited_and_then_deleted_gives_both_reasons(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    desk.edit(record, 管理番号="LTE-0012")
    desk.settle()
    desk.delete(record)
    desk.settle(minutes=11)
    assert [codes(row) for row in desk.requests()] == [["record-gone", "record-edited"]]


def test_a_record_deleted_while_its_request_runs_stands_in_the_tray_until_somebody_looks(
    desk: RecordDesk,
) -> None:
    record = desk.apply()
    desk.settle()
    desk.delete(record)
    desk.settle(minutes=11)
    (row,) = desk.requests()
    assert row.state is RequestState.RUNNING
    assert in_review(desk) == [row.number]
    with pytest.raises(NotAllowed):
        settle_alarm(desk.desk.app, OFFICER, row.id)
    settle_alarm(desk.desk.app, OPERATOR, row.id)
    desk.settle(minutes=11)
    assert in_review(desk) == []
    with pytest.raises(NotAllowed):
        settle_alarm(desk.desk.app, LEAD, row.id)


def test_a_status_set_back_by_hand_after_the_end_is_an_alarm_and_no_new_request(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    (row,) = desk.requests()
    desk.write(record, 1, 状態="完了")
    finish(desk, row)
    desk.settle()
    assert in_review(desk) == []
    desk.edit(record, by="officer01", 状態="処理中")
    desk.settle()
    assert desk.requests() == [desk.desk.request(row.number)]
    assert in_review(desk) == [row.number]
    assert desk.known(record).alarm == "record-reopened"


def test_an_edit_by_somebody_else_is_not_the_creator_s_word(desk: RecordDesk) -> None:
    """Neither where we wrote after it, so that 更新者 is ourselves."""
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    desk.edit(record, by="aoki-c", 管理番号="LTE-0012")
    desk.write(record, 2, 状態="処理中")
    desk.settle()
    (row,) = desk.requests()
    assert row.reading.plain()["current_asset_no"] == "LTE-0012"
    assert row.authority is not None
    assert "changed-by-other" in row.authority.doubts


def test_a_service_that_the_settings_name_and_nobody_declares_is_recognised_by_its_words(
    town: tuple[City, str],
) -> None:
    """`run` refuses such settings; a city's folder that lost a service must not stop the intake."""
    desk = record_desk(*town)
    site = desk.desk.app.settings.kintone
    assert site is not None
    odd = site.app[0].model_copy(update={"service": "no-such-service"})
    settings = desk.desk.app.settings.model_copy(update={"kintone": site.model_copy(update={"app": (odd,)})})
    object.__setattr__(desk.desk.app, "settings", settings)
    desk.apply(申請区分="配布")
    desk.settle()
    (row,) = desk.requests()
    assert row.service == "lte-handover"
    desk.desk.app.close()
