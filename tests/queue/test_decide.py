"""What operators decide: on the version they saw, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail
from uketsuke.app import Actor
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.errors import NotAllowed, PlanChanged, StaleVersion
from uketsuke.processors.assessment import Assessment
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow

OFFICER = Actor("miyake-n", Role.OFFICER, "90001")


def arrive(desk: Desk, unit: str = "LTE-0012", day: str = "12月18日", **more: str | bool) -> RequestRow:
    """A return by mail, processed."""
    accepted = desk.receive(mail(RETURN.format(unit=unit, day=day), **more))  # type: ignore[arg-type]
    desk.work()
    return desk.request(accepted.number)


def now(desk: Desk, request: RequestRow) -> tuple[RequestRow, Assessment, str]:
    """The request as it stands, its assessment, and the hash of the plan an operator would see."""
    with desk.app.database.reading() as tx:
        request = tx.requests.get(request.id)
        assessment = assess_now(desk.app, tx, request)
        plan = planned(desk.app, tx, request, assessment)
    return request, assessment, plan.hash() if plan else ""


def rules(request: RequestRow) -> list[str]:
    return [concern.rule for concern in request.concerns]


def test_a_corrected_date_removes_its_reason_and_keeps_what_was_written(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    assert rules(request) == ["FR-09"]
    decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    request = desk.request(request.number)
    assert rules(request) == []
    history = request.reading.values["desired_date"]
    assert history[-1].value == "2026-12-21"
    assert history[-1].source.who == "operator01"
    assert "12月20日" in [value.raw for value in history]


def test_a_value_for_a_field_that_the_service_has_not_is_refused(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    with pytest.raises(NotAllowed):
        decide.correct(desk.app, OPERATOR, request.id, request.version, {"nonsense": "1"})
    assert desk.request(request.number).reading == request.reading


AGAIN = "申請区分：配布\n本数：1本\n受取希望日：12月{day}日\n"


@pytest.mark.parametrize(("day", "raised"), [(16, ["FR-06"]), (17, [])])
def test_exactly_the_same_distribution_twice_is_flagged(desk: Desk, day: int, raised: list[str]) -> None:
    """A distribution names no unit; another day makes it another request."""
    for name, wanted in (("first", 16), ("second", day)):
        raw = mail(AGAIN.format(day=wanted), message_id=f"<{name}@mail.city.example.lg.jp>")
        accepted = desk.receive(raw)
        desk.work()
    assert rules(desk.request(accepted.number)) == raised


def test_what_was_corrected_runs_as_it_was_seen(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    _, _, plan_hash = now(desk, request)
    decide.run(desk.app, OPERATOR, request.id, version, plan_hash)
    desk.work()
    assert desk.request(request.number).state is RequestState.RUNNING
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"
    with desk.app.database.reading() as tx:
        current = tx.plans.current(request.id)
    assert current is not None
    assert current.hash == plan_hash


def test_open_reasons_stop_it(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    _, _, plan_hash = now(desk, request)
    with pytest.raises(NotAllowed):
        decide.run(desk.app, OPERATOR, request.id, request.version, plan_hash)
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_a_plan_that_nobody_saw_does_not_run(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    _, _, seen = now(desk, request)
    version = decide.correct(desk.app, OPERATOR, request.id, version, {"desired_date": "2026-12-22"})
    with pytest.raises(PlanChanged):
        decide.run(desk.app, OPERATOR, request.id, version, seen)


def test_a_decision_on_an_older_version_writes_nothing(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    decide.hold(desk.app, OPERATOR, request.id, request.version, None, "電話待ち")
    with pytest.raises(StaleVersion):
        decide.give_back(desk.app, OPERATOR, request.id, request.version, RequestState.RETURNED, "x")
    assert desk.request(request.number).state is RequestState.HELD


def test_nobody_proven_runs_nothing_until_an_operator_has_checked_who_asks(desk: Desk) -> None:
    request = arrive(desk, sender="somebody@city.example.lg.jp")
    request, assessment, plan_hash = now(desk, request)
    assert [need.value for need in assessment.authority.need] == ["review"]
    with pytest.raises(NotAllowed):
        decide.run(desk.app, OPERATOR, request.id, request.version, plan_hash)
    decide.attest(desk.app, OPERATOR, request.id, request.version, "call-back")
    authority = desk.request(request.number).authority
    assert authority is not None
    assert (authority.evidence.value, authority.identity.value) == ("strong", "attested")


def run_corrected(desk: Desk) -> tuple[RequestRow, int]:
    """A request that an operator has just let run, and the version it has now."""
    request = arrive(desk, day="12月20日")
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    _, _, plan_hash = now(desk, request)
    return request, decide.run(desk.app, OPERATOR, request.id, version, plan_hash)


def test_run_can_be_taken_back_within_its_window(desk: Desk) -> None:
    queue = desk.app.settings.queue.model_copy(update={"undo_seconds": 60})
    desk.app = replace(desk.app, settings=desk.app.settings.model_copy(update={"queue": queue}))
    request, version = run_corrected(desk)
    decide.undo(desk.app, OPERATOR, request.id, version)
    desk.work()
    assert desk.request(request.number).state is RequestState.NEEDS_REVIEW
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_after_the_window_run_cannot_be_taken_back_even_if_no_worker_has_begun(desk: Desk) -> None:
    request, version = run_corrected(desk)
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, request.id, version)
    desk.work()
    assert desk.unit("LTE-0012")["status"] == "awaiting_return"


def test_what_has_begun_cannot_be_taken_back(desk: Desk) -> None:
    request = arrive(desk)
    with pytest.raises(NotAllowed):
        decide.undo(desk.app, OPERATOR, request.id, request.version)


def test_returning_a_request_tells_the_requester_why(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    decide.give_back(
        desk.app, OPERATOR, request.id, request.version, RequestState.RETURNED, "返却先が異なります"
    )
    desk.work()
    assert desk.request(request.number).state is RequestState.RETURNED
    assert "返却先が異なります" in desk.letters()[-1].get_content()


def test_held_until_a_day_comes_back_on_that_day(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    decide.hold(desk.app, OPERATOR, request.id, request.version, date(2026, 12, 14), "確認中")
    desk.work()
    assert desk.request(request.number).state is RequestState.HELD
    desk.clock.forward(days=4)
    desk.work()
    assert desk.request(request.number).state is RequestState.NEEDS_REVIEW


def test_an_officer_decides_nothing_of_the_desk(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    with pytest.raises(NotAllowed):
        decide.hold(desk.app, OFFICER, request.id, request.version, None, "x")


def test_a_withdrawn_request_leaves_everything_as_it_was(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    decide.withdraw(desk.app, OPERATOR, request.id, request.version, "不要になった")
    desk.work()
    assert desk.request(request.number).state is RequestState.WITHDRAWN
    assert desk.unit("LTE-0012")["status"] == "handed_out"


def test_a_row_that_changed_stops_the_step_and_shows_what_changed(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    _, _, plan_hash = now(desk, request)
    decide.run(desk.app, OPERATOR, request.id, version, plan_hash)
    with desk.app.database.transaction("meanwhile") as tx:
        tx.ledgers.update("lte-ledger", "LTE-0012", 1, {"status": "lost"}, Origin(actor="somebody"))
    desk.work()
    with desk.app.database.reading() as tx:
        step = tx.steps.of_request(request.id)[0]
    assert step.state is StepState.FAILED
    assert step.error is not None
    assert (step.error["code"], step.error["key"]) == ("stale-plan", "LTE-0012")
    assert desk.unit("LTE-0012")["status"] == "lost"


def test_another_number_can_take_a_request_over(desk: Desk) -> None:
    first = arrive(desk, day="12月20日")
    second = arrive(desk, day="12月20日", message_id="<own-2@mail.city.example.lg.jp>", subject="再送")
    decide.merge(desk.app, OPERATOR, second.id, second.version, first.id)
    merged = desk.request(second.number)
    assert (merged.state, merged.merged_into) == (RequestState.MERGED, first.id)


def test_the_audit_log_tells_what_was_corrected_and_why_and_can_forget_the_words(desk: Desk) -> None:
    request = arrive(desk, day="12月20日")
    version = decide.correct(desk.app, OPERATOR, request.id, request.version, {"desired_date": "2026-12-21"})
    decide.hold(desk.app, OPERATOR, request.id, version, None, "髙橋さんの電話待ち")
    with desk.app.database.transaction("erase") as tx:
        told = {entry.action: entry for entry in tx.audit.of_request(request.id)}
        assert told["correct"].personal is not None
        assert told["correct"].personal["after"] == {"desired_date": "2026-12-21"}
        assert told["hold"].personal == {"reason": "髙橋さんの電話待ち"}
        tx.audit.erase_personal([told["hold"].id])
        assert tx.audit.verify() is None
