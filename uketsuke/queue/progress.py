"""How a plan goes on: it starts, its next steps are released, it ends.

Everything here happens inside the caller's transaction, so that a step's effect,
its completion and the release of the next are one commit (DESIGN 2, promise 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue

from uketsuke.app import SYSTEM, Actor, App
from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.deadline import due
from uketsuke.domain.job import JobName
from uketsuke.domain.plan import Plan, Step
from uketsuke.domain.states import LetterState, RequestState, StepState
from uketsuke.queue.events import events_of
from uketsuke.queue.grave import note_done
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

OPEN_STEPS = frozenset(
    {
        StepState.PLANNED,
        StepState.READY,
        StepState.RUNNING,
        StepState.WAITING,
        StepState.FAILED,
        StepState.UNKNOWN,
    }
)


ENDING = frozenset({"plan", "answer"})
"""Purposes of the letters without which nothing is done: those of a plan, and the answer to an inquiry."""


def store_plan(
    app: App,
    tx: Transaction,
    request: RequestRow,
    steps: tuple[Step, ...],
    actor: Actor,
    second_person: SecondPerson | None = None,
) -> int:
    """Store the plan that is about to run: a new version, its steps planned; gives the plan id."""
    assert request.service is not None  # noqa: S101 - only a request with a service has steps
    current = tx.plans.current(request.id)
    version = current.version + 1 if current else 1
    plan = Plan(service=request.service, version=version, steps=steps)
    plan_id = tx.plans.add(request.id, plan, actor.login, _dues(app, tx, request, steps), second_person)
    tx.audit.note(
        request,
        actor.login,
        "plan",
        facts={"plan": plan_id, "version": version, "hash": plan.hash(), "steps": len(steps)},
    )
    return plan_id


def release(tx: Transaction, request_id: int, delay: timedelta = timedelta(0)) -> None:
    """Make every planned step ready whose needs are done, and have it performed."""
    for row in tx.steps.ready_after(request_id):
        tx.steps.set_state(row.id, StepState.READY, expected={StepState.PLANNED})
        tx.enqueue(JobName.PERFORM, row.id, delay)


def go_on(
    app: App,
    tx: Transaction,
    request: RequestRow,
    version: int,
    plan_id: int,
    second_person: SecondPerson | None,
) -> RequestState:
    """A plan made anew goes on: at once, or when another person has approved it too. Gives the state."""
    if second_person is not SecondPerson.BEFORE:
        tx.requests.update(request.id, version, plan_id=plan_id)
        release(tx, request.id)
        refresh_due(app, tx, request.id)
        return RequestState.RUNNING
    state = RequestState.AWAITING_APPROVAL
    tx.requests.update(request.id, version, plan_id=plan_id, state=state)
    tx.audit.note(
        request,
        SYSTEM.login,
        "await-approval",
        facts={"plan": plan_id, **state_change(request.state, state)},
    )
    return state


def finish_step(
    app: App,
    tx: Transaction,
    step: StepRow,
    result: Mapping[str, Any],
    *,
    actor: Actor = SYSTEM,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Complete a step with its results, release the next, and end the request after the last.

    `at` is when it was done, where that was before it is recorded.

    Without `facts` the results are told as personal: people may have typed anything.
    """
    tx.steps.set_state(
        step.id,
        StepState.DONE,
        expected={StepState.READY, StepState.RUNNING, StepState.WAITING, StepState.FAILED, StepState.UNKNOWN},
        result=dict(result),
        at=at,
    )
    request = tx.requests.get(step.request_id)
    tx.audit.note(
        request,
        actor.login,
        f"step-{step.kind}",
        facts={"step": step.seq, "effect": step.effect_key, **(facts or {})},
        personal=dict(personal) if personal else None if facts else {"result": dict(result)},
    )
    note_done(app, tx, request, step, actor)
    if step.kind == "check":
        _start_clocks(app, tx, request)
    release(tx, step.request_id)
    refresh_due(app, tx, step.request_id)
    end_when_done(app, tx, step.request_id)


def end_when_done(app: App, tx: Transaction, request_id: int) -> None:
    """Done means done: every step, and every letter of the plan really left or settled by a person."""
    request = tx.requests.get(request_id)
    if request.state is not RequestState.RUNNING:
        return
    if any(row.state in OPEN_STEPS for row in tx.steps.of_request(request_id)):
        return
    letters = [letter for letter in tx.letters.of_request(request_id) if letter.purpose in ENDING]
    if any(letter.state is not LetterState.SENT for letter in letters):
        return
    tx.requests.update(request_id, request.version, state=RequestState.DONE, due_at=None, due_what=None)
    tx.audit.append(
        at=tx.now,
        actor=SYSTEM.login,
        action="complete",
        subject=f"request:{request.number}",
        request_id=request_id,
        facts=state_change(request.state, RequestState.DONE),
    )


def comes_back(tx: Transaction, request: RequestRow) -> dict[str, JsonValue]:
    """Whoever waited for a reply has one: back to review. Gives the change for the audit log."""
    if request.state is not RequestState.WAITING_REPLY:
        return {}
    tx.requests.update(request.id, request.version, state=RequestState.NEEDS_REVIEW)
    return state_change(request.state, RequestState.NEEDS_REVIEW)


def state_change(before: RequestState, after: RequestState) -> dict[str, JsonValue]:
    """A change of state as every audit entry tells it (promise 10)."""
    return {"before": {"state": before.value}, "after": {"state": after.value}}


def _dues(app: App, tx: Transaction, request: RequestRow, steps: tuple[Step, ...]) -> dict[int, datetime]:
    """Deadlines that can be told now; the others when the event that starts them has happened."""
    events = events_of(request, tx.plans.results(request.id))
    found = {step.seq: due(step.deadline, events, app.calendar).at for step in steps if step.deadline}
    return {seq: at for seq, at in found.items() if at is not None}


def _start_clocks(app: App, tx: Transaction, request: RequestRow) -> None:
    """What counts from the department's check is due from now on (catalogue `dept_check_passed`)."""
    current = tx.plans.current(request.id)
    assert current is not None  # noqa: S101 - a step of it has just been done
    dues = _dues(app, tx, request, current.plan().steps)
    for row in tx.steps.of_request(request.id):
        if row.plan_id == current.id and row.state is StepState.PLANNED and row.due_at is None:
            tx.steps.set_due(row.id, dues.get(row.seq))


def refresh_due(app: App, tx: Transaction, request_id: int) -> None:
    """The request shows the next deadline of its open steps."""
    request = tx.requests.get(request_id)
    if request.state is not RequestState.RUNNING:
        return
    rows = [row for row in tx.steps.of_request(request_id) if row.due_at and row.state in OPEN_STEPS]
    first = min(rows, key=lambda row: (row.due_at, row.seq), default=None)
    if first is None:
        tx.requests.set_due(request_id, None, None)
        return
    step = tx.plans.get(first.plan_id).plan().step(first.seq)
    tx.requests.set_due(request_id, first.due_at, f"{request.service}.{step.of[0] if step.of else 0}")
