"""An account without a connector is work of a person, with a page of its own (DESIGN 7: `manual`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk import OPERATOR, Desk
from tests.queue.accounts import account_step, changed, open_desk
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import Incomplete
from uketsuke.queue import answers, stopped


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = open_desk(None)
    yield opened
    opened.app.close()


def missing(desk: Desk, step_id: int, results: dict[str, str]) -> dict[str, str]:
    with pytest.raises(Incomplete) as wrong:
        answers.complete_step(desk.app, OPERATOR, step_id, results)
    return wrong.value.wrong


@pytest.mark.parametrize("outcome", ["done", "was-so"])
def test_the_plan_goes_on_with_what_the_person_recorded(desk: Desk, outcome: str) -> None:
    request = changed(desk, "tanaka")
    step = account_step(desk, request)
    assert step.state is StepState.WAITING
    answers.complete_step(desk.app, OPERATOR, step.id, {"outcome": outcome, "note": "画面で確認"})
    desk.work()
    assert desk.request(request.number).state is RequestState.DONE
    assert account_step(desk, request).result == {
        "outcome": outcome,
        "note": "画面で確認",
        "done_on": "2026-12-10",
        "through": "manual",
    }


def test_a_new_password_that_nobody_was_told_is_not_done(desk: Desk) -> None:
    step = account_step(desk, changed(desk, "tanaka", "reset-password"))
    assert missing(desk, step.id, {"outcome": "done"}) == {"told": "missing"}
    answers.complete_step(desk.app, OPERATOR, step.id, {"outcome": "done", "told": "told"})


def test_what_could_not_be_done_needs_a_reason_and_stands_still(desk: Desk) -> None:
    request = changed(desk, "tanaka")
    step = account_step(desk, request)
    assert missing(desk, step.id, {"outcome": "cannot"}) == {"reason": "missing"}
    answers.complete_step(desk.app, OPERATOR, step.id, {"outcome": "cannot", "reason": "権限がない"})
    desk.work()
    step = account_step(desk, request)
    assert (step.state, step.error) == (StepState.FAILED, {"code": "could-not", "said": "権限がない"})
    stopped.retry_step(desk.app, OPERATOR, step.id)
    desk.work()
    assert account_step(desk, request).state is StepState.WAITING


def test_an_outcome_is_required(desk: Desk) -> None:
    step = account_step(desk, changed(desk, "tanaka"))
    assert missing(desk, step.id, {}) == {"outcome": "missing"}
