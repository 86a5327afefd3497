"""What runs is what was stored, steps go forward once, and waits are answered once (DESIGN 6, 7)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.store import samples
from tests.store.threads import together
from uketsuke.domain.states import StepState, WaitKind
from uketsuke.errors import NotFound
from uketsuke.store.database import Database
from uketsuke.store.effects import EffectDone
from uketsuke.store.plans import PlanAltered
from uketsuke.store.repository import StaleState
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitAnswered

S = StepState


def planned(tx: Transaction) -> tuple[int, int]:
    """A request with a plan of two steps; gives both ids."""
    request_id = samples.request(tx)
    return request_id, tx.plans.add(request_id, samples.plan(), "system", {1: samples.NOON})


def finish(tx: Transaction, request_id: int, seq: int, **result: object) -> None:
    step = next(one for one in tx.steps.of_request(request_id) if one.seq == seq)
    tx.steps.set_state(step.id, S.DONE, expected={S.PLANNED}, result=dict(result))  # type: ignore[arg-type]


def test_a_plan_is_kept_exactly_as_hashed(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, plan_id = planned(tx)
        row = tx.plans.get(plan_id)
        assert row == tx.plans.current(request_id)
        assert row.plan() == samples.plan()
        assert (row.body, row.hash) == (samples.plan().canonical(), samples.plan().hash())
        first, second = tx.steps.of_request(request_id)
        assert [first.effect_key, second.effect_key] == [f"{plan_id}-1", f"{plan_id}-2"]
        assert (first.state, first.kind, first.due_at, second.due_at) == (
            S.PLANNED,
            "reserve",
            samples.NOON,
            None,
        )


def test_an_altered_plan_cannot_be_read(database: Database) -> None:
    with database.transaction("plan") as tx:
        _, plan_id = planned(tx)
        tx.connection.execute(text("UPDATE plans SET body = replace(body, 'in_stock', 'lost')"))
        with pytest.raises(PlanAltered):
            tx.plans.get(plan_id).plan()


def test_only_steps_whose_earlier_ones_are_done_are_ready(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, _ = planned(tx)
        assert [step.seq for step in tx.steps.ready_after(request_id)] == [1]
        finish(tx, request_id, 1, asset_no=["LTE-0217"])
        assert [step.seq for step in tx.steps.ready_after(request_id)] == [2]
        assert tx.plans.results(request_id) == {1: {"asset_no": ["LTE-0217"]}}
        finish(tx, request_id, 2)
        assert tx.steps.ready_after(request_id) == []


def test_a_new_version_replaces_what_had_not_begun_and_keeps_what_is_done(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, first = planned(tx)
        finish(tx, request_id, 1, asset_no=["LTE-0217"])
        assert tx.plans.supersede(request_id) == 1
        second = tx.plans.add(request_id, samples.plan(version=2, first=3), "operator")
        assert second > first
        assert [(one.seq, one.state) for one in tx.steps.of_request(request_id)] == [
            (1, S.DONE), (3, S.PLANNED), (4, S.PLANNED)]  # fmt: skip
        assert len(tx.steps.of_request(request_id, superseded=True)) == 4
        assert [step.seq for step in tx.steps.ready_after(request_id)] == [3]
        assert tx.plans.results(request_id) == {1: {"asset_no": ["LTE-0217"]}}
        assert [row.version for row in tx.plans.versions(request_id)] == [1, 2]


def test_a_version_is_stored_once(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, _ = planned(tx)
    with pytest.raises(IntegrityError), database.transaction("again") as tx:
        tx.plans.add(request_id, samples.plan(), "system")


def test_two_live_steps_never_share_a_number(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, _ = planned(tx)
    with pytest.raises(IntegrityError), database.transaction("again") as tx:
        tx.plans.add(request_id, samples.plan(version=2), "system")


def test_plan_ids_are_never_used_again(database: Database) -> None:
    with database.transaction("plan") as tx:
        _, first = planned(tx)
    with database.transaction("forget") as tx:
        tx.connection.execute(text("DELETE FROM steps"))
        tx.connection.execute(text("DELETE FROM plans"))
        assert planned(tx)[1] > first


def test_a_step_moves_only_from_an_expected_state(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, _ = planned(tx)
        step = tx.steps.of_request(request_id)[0]
        tx.steps.set_state(step.id, S.RUNNING, expected={S.PLANNED, S.READY}, resolved={"a": 1})
        with pytest.raises(StaleState) as stale:
            tx.steps.set_state(step.id, S.RUNNING, expected={S.PLANNED, S.READY})
        assert stale.value.found == S.RUNNING
        tx.steps.set_state(step.id, S.FAILED, expected={S.RUNNING}, error={"code": "stale-plan"})
        found = tx.steps.get(step.id)
        assert (found.resolved, found.error, found.done_at) == ({"a": 1}, {"code": "stale-plan"}, None)
        assert found.started_at
        assert [one.id for one in tx.steps.in_state(S.FAILED)] == [step.id]
        with pytest.raises(NotFound):
            tx.steps.set_state(999, S.DONE, expected={S.RUNNING})


def test_of_four_workers_one_begins_the_step(database: Database) -> None:
    with database.transaction("plan") as tx:
        request_id, _ = planned(tx)
        step = tx.steps.of_request(request_id)[0]

    def begin(_number: int) -> bool:
        try:
            with database.transaction("perform") as tx:
                tx.steps.set_state(step.id, S.RUNNING, expected={S.PLANNED})
        except StaleState:
            return False
        return True

    assert sorted(together(begin)) == [False, False, False, True]


def test_an_effect_happens_once(database: Database) -> None:
    def happen(_number: int) -> bool:
        try:
            with database.transaction("perform") as tx:
                tx.effects.record("1-1")
        except EffectDone:
            return False
        return True

    assert sorted(together(happen)) == [False, False, False, True]
    with database.reading() as tx:
        assert tx.effects.happened("1-1")
        assert not tx.effects.happened("1-2")


def test_an_effect_undone_with_its_transaction_may_happen_again(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction("perform") as tx:
        print(1 / len(tx.effects.record("1-1") or ()))
    with database.transaction("perform") as tx:
        tx.effects.record("1-1")


def test_a_wait_is_answered_once(database: Database) -> None:
    with database.transaction("wait") as tx:
        request_id, _ = planned(tx)
        step = tx.steps.of_request(request_id)[0]
        wait = tx.waits.add(
            request_id, WaitKind.PERSON, step_id=step.id, role="operator", token_hash="t" * 64
        )
        open_one = tx.waits.open_of(step.id)
        assert open_one == tx.waits.by_token_hash("t" * 64) == tx.waits.get(wait)
        tx.waits.answer(wait, "op1", {"hand_over_result": "handed_over"})
        assert tx.waits.open_of(step.id) is None
        with pytest.raises(WaitAnswered) as second:
            tx.waits.answer(wait, "op2", {"hand_over_result": "no_show"})
        assert second.value.by == "op1"
        assert tx.waits.get(wait).answer == {"hand_over_result": "handed_over"}


def test_waits_for_a_date_come_up_on_that_day(database: Database) -> None:
    with database.transaction("wait") as tx:
        request_id, _ = planned(tx)
        wait = tx.waits.add(request_id, WaitKind.DATE, opens_on=date(2026, 11, 24))
        assert tx.waits.due(date(2026, 11, 23)) == []
        assert [one.id for one in tx.waits.due(date(2026, 11, 24))] == [wait]
        assert tx.waits.cancel(request_id, "op") == 1
        assert tx.waits.due(date(2026, 11, 24)) == []


def test_ap_72_every_open_manual_step_is_listed_by_deadline_and_counted(database: Database) -> None:
    with database.transaction("wait") as tx:
        request_id, _ = planned(tx)
        step = tx.steps.of_request(request_id)[0]
        dues = (date(2026, 11, 30), None, date(2026, 11, 24))
        ids = [tx.waits.add(request_id, WaitKind.PERSON, step_id=step.id, due=due) for due in dues]
        tx.waits.add(request_id, WaitKind.PERSON, opens_on=date(2026, 11, 25))
        tx.waits.add(request_id, WaitKind.CHECK, role="officer")
        today = date(2026, 11, 20)
        items = tx.waits.work_list(today)
        assert [item.wait.id for item in items] == [ids[2], ids[0], ids[1]]
        assert (items[0].seq, items[0].number) == (1, tx.requests.get(request_id).number)
        assert tx.waits.counts(today) == {WaitKind.PERSON: 3, WaitKind.CHECK: 1}
        assert len(tx.waits.work_list(date(2026, 11, 25))) == 4
        assert [item.seq for item in tx.waits.work_list(today, (WaitKind.CHECK,), "officer")] == [None]
