"""A step in another system: done once, or stopped in sight with its reason (DESIGN 2, promise 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.desk import OPERATOR, Desk
from tests.queue.accounts import account_step, changed, entries, open_desk, running
from tests.servers.programs import wait_until
from tests.servers.slapd import Slapd
from uketsuke.boundary import transaction_depth
from uketsuke.connectors.base import ExternalConnector, Found, Outward
from uketsuke.domain.job import JobName
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import NotAllowed, Refused, TryLater, UnknownOutcome
from uketsuke.queue import stopped
from uketsuke.settings import Queue
from uketsuke.store.jobs import JobRow
from uketsuke.store.tables import jobs as jobs_table
from uketsuke.store.tray import View

pytestmark = pytest.mark.directory


@pytest.fixture
def desk(slapd: Slapd) -> Iterator[Desk]:
    """A desk whose e-KOBE is the OpenLDAP of this run."""
    opened = open_desk(slapd.system())
    yield opened
    opened.app.close()


class Script:
    """A connector that answers as it is told, and remembers what it was asked."""

    name = "script"

    def __init__(self, *found: Found, act: Exception | None = None) -> None:
        self.found, self.error, self.asked = list(found), act, list[str]()

    def look(self, effect: Outward) -> Found:
        assert transaction_depth() == 0
        self.asked.append("look begun" if effect.begun else "look")
        return self.found.pop(0)

    def act(self, effect: Outward) -> dict[str, Any]:
        assert transaction_depth() == 0
        assert effect.begun
        self.asked.append("act")
        if self.error is not None:
            raise self.error
        return {}

    def check(self) -> None:
        """Nothing to try."""


def with_script(desk: Desk, script: ExternalConnector) -> Desk:
    return replace(desk, app=replace(desk.app, systems={"ekobe": script}))


def state(desk: Desk, request: Any) -> StepState:
    return account_step(desk, request).state


def jobs(desk: Desk, step_id: int) -> list[JobRow]:
    with desk.app.database.reading() as tx:
        return tx.jobs.of_row(JobName.PERFORM, step_id)


def is_in_review(desk: Desk, request_id: int) -> bool:
    with desk.app.database.reading() as tx:
        return request_id in [row.id for row in tx.tray.page(View.REVIEW, OPERATOR.login).rows]


def test_a_locked_account_is_unlocked_and_the_plan_goes_on(desk: Desk, slapd: Slapd) -> None:
    clerk = slapd.locked()
    request = changed(desk, clerk.id)
    assert request.state is RequestState.DONE
    assert slapd.signs_in(clerk)
    result = account_step(desk, request).result
    assert result == {"done_on": "2026-12-10", "through": "directory", "outcome": "done"}
    (entry,) = entries(desk, request, "step-account-action")
    assert entry.facts["system"] == "ekobe"
    assert entry.facts["do"] == "unlock"


def test_what_will_be_changed_is_stored_before_the_directory_is_asked(desk: Desk) -> None:
    seen: list[Any] = []

    class Curious(Script):
        def look(self, effect: Outward) -> Found:
            seen.append(account_step(desk, request))
            return super().look(effect)

    desk = with_script(desk, Curious(Found.ABSENT))
    request = running(desk, "tanaka")
    desk.work()
    assert seen[0].state is StepState.RUNNING
    assert (seen[0].resolved["account"], seen[0].resolved["do"]) == ("tanaka", "unlock")


def test_an_account_unlocked_by_hand_stops_the_step_and_may_stand(desk: Desk, slapd: Slapd) -> None:
    clerk = slapd.locked()
    slapd.unlock_by_hand(clerk)
    request = changed(desk, clerk.id)
    step = account_step(desk, request)
    assert (step.state, step.error) == (StepState.FAILED, {"code": "already-so", "system": "ekobe"})
    assert is_in_review(desk, request.id)
    stopped.accept_step(desk.app, OPERATOR, step.id)
    desk.work()
    assert desk.request(request.number).state is RequestState.DONE
    assert (account_step(desk, request).result or {})["outcome"] == "was-so"
    assert slapd.changes(clerk.dn) == []


def test_what_is_locked_again_since_is_unlocked_on_the_second_try(desk: Desk, slapd: Slapd) -> None:
    clerk = slapd.clerk()
    request = changed(desk, clerk.id)
    slapd.lock(clerk)
    stopped.retry_step(desk.app, OPERATOR, account_step(desk, request).id)
    desk.work()
    assert (account_step(desk, request).result or {})["outcome"] == "done"
    assert slapd.signs_in(clerk)


def test_a_refusal_stops_the_step_with_its_reason_and_nothing_of_it_counts_as_begun(desk: Desk) -> None:
    request = changed(desk, "nobody-of-that-name")
    step = account_step(desk, request)
    assert step.state is StepState.FAILED
    assert step.error == {"code": "refused-there", "system": "ekobe", "why": "no-such-account"}
    assert is_in_review(desk, request.id)
    with pytest.raises(NotAllowed):
        stopped.accept_step(desk.app, OPERATOR, step.id)
    with desk.app.database.reading() as tx:
        assert not tx.effects.happened(step.effect_key)


def test_what_was_refused_when_it_was_tried_does_not_count_as_begun(desk: Desk) -> None:
    """Else somebody's own doing would be taken for ours at the next look."""
    desk = with_script(desk, Script(Found.ABSENT, act=Refused("ekobe", "not-permitted", "no rights")))
    step = account_step(desk, changed(desk, "tanaka"))
    assert (step.error or {})["why"] == "not-permitted"
    with desk.app.database.reading() as tx:
        assert not tx.effects.happened(step.effect_key)


def test_a_directory_that_is_down_for_a_quarter_of_an_hour_is_in_sight(desk: Desk) -> None:
    desk = with_script(desk, Script(*[Found.ABSENT] * 9, act=TryLater("ekobe", "down")))
    request = changed(desk, "tanaka")
    assert not is_in_review(desk, request.id)
    with desk.app.database.transaction("test") as tx:
        past = tx.jobs.now() - timedelta(minutes=16)
        tx.connection.execute(update(jobs_table).values(created_at=past))
    assert is_in_review(desk, request.id)


def test_a_directory_that_is_down_is_asked_is_asked_again_until_it_is_back(slapd: Slapd) -> None:
    desk = open_desk(slapd.system())
    quick = Queue(undo_seconds=0, lease_seconds=30, back_off_seconds=0.2)
    desk = replace(
        desk, app=replace(desk.app, settings=desk.app.settings.model_copy(update={"queue": quick}))
    )
    clerk = slapd.locked()
    slapd.stop()
    request = running(desk, clerk.id)
    desk.work()
    (job,) = jobs(desk, account_step(desk, request).id)
    assert job.tries >= 1
    assert str(job.last_error).startswith("ekobe: ")
    slapd.start()

    def is_done() -> bool:
        desk.work()
        return desk.request(request.number).state is RequestState.DONE

    wait_until(is_done, "the unlock")
    assert slapd.signs_in(clerk)
    assert len(slapd.changes(clerk.dn)) == 1
    desk.app.close()


def test_what_happened_before_a_cut_is_completed_and_not_done_again(desk: Desk) -> None:
    """The worker died after the change and before it could say so: the job is simply due again."""
    script = Script(Found.ABSENT, Found.OURS, act=KeyboardInterrupt())  # type: ignore[arg-type]
    desk = with_script(desk, script)
    request = running(desk, "tanaka")
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    with desk.app.database.transaction("test") as tx:
        tx.jobs.release_owner("")
    desk.work()
    assert script.asked == ["look", "act", "look begun"]
    assert desk.request(request.number).state is RequestState.DONE
    assert len(entries(desk, request, "step-account-action")) == 1


def test_what_nobody_can_tell_waits_in_sight_and_is_never_done_again_by_itself(desk: Desk) -> None:
    script = Script(Found.UNKNOWN)
    desk = with_script(desk, script)
    request = changed(desk, "tanaka")
    step = account_step(desk, request)
    assert (step.state, jobs(desk, step.id)) == (StepState.UNKNOWN, [])
    assert is_in_review(desk, request.id)
    desk.work()
    assert script.asked == ["look"]


def test_an_act_without_an_answer_is_unknown_and_may_be_let_stand(desk: Desk) -> None:
    desk = with_script(desk, Script(Found.ABSENT, act=UnknownOutcome("ekobe", "cut")))
    request = changed(desk, "tanaka")
    step = account_step(desk, request)
    assert step.state is StepState.UNKNOWN
    stopped.accept_step(desk.app, OPERATOR, step.id)
    desk.work()
    assert desk.request(request.number).state is RequestState.DONE


def test_a_stopped_step_can_be_done_by_hand(desk: Desk) -> None:
    request = changed(desk, "nobody-of-that-name")
    step = account_step(desk, request)
    stopped.hand_step_over(desk.app, OPERATOR, step.id)
    with desk.app.database.reading() as tx:
        assert [item.wait.step_id for item in tx.waits.work_list(desk.app.today())] == [step.id]
    assert state(desk, request) is StepState.WAITING


def test_giving_up_ends_the_request_and_tells_the_requester_why(desk: Desk) -> None:
    request = changed(desk, "nobody-of-that-name")
    step, before = account_step(desk, request), len(desk.letters())
    stopped.give_up(desk.app, OPERATOR, step.id, request.version, "アカウントが見つかりませんでした。")
    desk.work()
    assert desk.request(request.number).state is RequestState.RETURNED
    (letter,) = desk.letters()[before:]
    assert "アカウントが見つかりませんでした。" in letter.get_content()
    with desk.app.database.reading() as tx:
        kept = [one.kind for one in tx.steps.of_request(request.id)]
    assert kept == ["confirm"], "what is done stays, everything else is superseded"


def test_the_password_of_a_reset_is_the_derived_one_and_stands_nowhere(desk: Desk, slapd: Slapd) -> None:
    clerk = slapd.clerk()
    request = changed(desk, clerk.id, "reset-password")
    password = desk.app.initial_password(account_step(desk, request).effect_key)
    assert slapd.must_change(clerk, password)
    file = desk.app.settings.data_dir / "uketsuke.db"
    desk.app.database.close()
    kept = b"".join(one.read_bytes() for one in file.parent.glob("uketsuke.db*"))
    assert password.encode() not in kept
    assert clerk.id.encode() in kept
