"""What people answer about a running request: work done, dates agreed, letters settled, plans made anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.connectors.account_work import REASON, faults_in
from uketsuke.domain.authority import Risk
from uketsuke.domain.consent import asks_first, does_more
from uketsuke.domain.job import JobName
from uketsuke.domain.plan import AccountAction, AgreeDate
from uketsuke.domain.results import taken, today_where_unsaid
from uketsuke.domain.states import (
    LetterState,
    RequestState,
    Role,
    StepState,
    permit,
)
from uketsuke.errors import Incomplete, NotAllowed
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.base import Outcome
from uketsuke.processors.renewal import renewed
from uketsuke.queue.grave import is_grave, note_done, weight_of
from uketsuke.queue.involvement import require_apart
from uketsuke.queue.opening import facts_of
from uketsuke.queue.progress import (
    comes_back,
    end_when_done,
    finish_step,
    go_on,
    state_change,
    store_plan,
)
from uketsuke.queue.review import assess_now, obstacle
from uketsuke.queue.thread import agree, is_possible
from uketsuke.queue.work import PERSONS, ticked, unticked, waiting_step, work_of
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


def complete_step(app: App, actor: Actor, step_id: int, results: Mapping[str, str]) -> None:
    """作業を完了: results, completion and the release of the next step are one transaction (AP-76).

    Raises `Incomplete` when a required result is missing or impossible, `WaitAnswered`
    when somebody was first; then nothing was written.
    """
    with app.database.transaction("complete-step") as tx:
        work = work_of(app, tx, actor, step_id)
        row, request, step, task = work.row, work.request, work.step, work.task
        wrong = faults_in(step, task, results, app.today())
        if unticked(tx, work):
            wrong = {PERSONS: "not-ticked", **wrong}
        if wrong:
            raise Incomplete(wrong)
        clean = taken(task.results, results)
        left = ticked(tx, work)
        if work.wait is not None:
            tx.waits.answer(work.wait.id, actor.login, dict(clean))
        if all(clean.get(name) in values for name, values in task.goes_on.items()):
            clean = {**today_where_unsaid(task.results, app.today()), **clean}
            by_hand = {"through": "manual"} if isinstance(step, AccountAction) else {}
            finish_step(app, tx, row, {**clean, **by_hand, **left}, actor=actor)
        elif isinstance(step, AccountAction):
            _could_not(tx, request, row, clean, actor)
        else:
            _revise(app, tx, request, row, clean, actor)


def _could_not(
    tx: Transaction, request: RequestRow, row: StepRow, clean: Mapping[str, str], actor: Actor
) -> None:
    """できない: the step stands still with what the person wrote, and nothing after it runs."""
    error: dict[str, JsonValue] = {"code": "could-not", "said": clean.get(REASON, "")}
    tx.steps.set_state(row.id, StepState.FAILED, expected={StepState.WAITING}, error=error)
    tx.audit.note(
        request,
        actor.login,
        "step-failed",
        reason="could-not",
        facts={"step": row.seq, "code": "could-not"},
        personal={"result": dict(clean)},
    )


def _revise(
    app: App, tx: Transaction, request: RequestRow, row: StepRow, clean: Mapping[str, str], actor: Actor
) -> None:
    """来庁なし, 日程変更: the step is done, what was planned after it is replaced by what is left."""
    tx.steps.set_state(row.id, StepState.DONE, expected={StepState.WAITING}, result=dict(clean))
    note_done(app, tx, request, row, actor)
    plan = tx.plans.get(row.plan_id).plan()
    assessment = assess_now(app, tx, request)
    if assessment.subject is None:
        raise NotAllowed("revise", request.state, "nobody to write to")
    steps = app.catalogue.service(plan.service).revise(
        plan,
        tx.plans.results(request.id),
        Outcome(row.seq, dict(clean)),
        app.world(tx),
        assessment.subject,
    )
    grave = weight_of(request, steps) is Risk.R3
    if grave and does_more(plan.steps, steps) and not asks_first(steps):
        raise NotAllowed("revise", request.state, "the owner has not agreed to that")
    tx.plans.supersede(request.id)
    tx.waits.cancel(request.id, actor.login)
    second = tx.plans.get(row.plan_id).second_person
    plan_id = store_plan(app, tx, request, steps, actor, second)
    tx.audit.note(
        request,
        actor.login,
        "step-manual-task",
        facts={"step": row.seq, "effect": row.effect_key},
        personal={"result": dict(clean)},
    )
    go_on(app, tx, request, request.version, plan_id, second)


def answer_dates(app: App, actor: Actor, step_id: int, dates: Mapping[str, date]) -> None:
    """The day or days agreed, by the requester on the status page or by an operator; raises `Incomplete`."""
    permit("answer-dates", actor.role, f"step {step_id}")
    with app.database.transaction("answer-dates") as tx:
        row, request = waiting_step(tx, step_id)
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        if request.state is not RequestState.RUNNING or not isinstance(step, AgreeDate):
            raise NotAllowed("answer-dates", row.state, "no date is being agreed")
        wrong = {name: "missing" for name in step.names if name not in dates}
        wrong |= {name: "not-possible" for name, day in dates.items() if not is_possible(app, day)}
        if wrong:
            raise Incomplete(wrong)
        agree(app, tx, row, {name: dates[name] for name in step.names}, actor)


def answer_question(app: App, actor: Actor, request_id: int, text: str) -> None:
    """The requester's words on the status page: they stand on the request, which comes back to review."""
    permit("answer", actor.role, f"request {request_id}")
    with app.database.transaction("answer-question") as tx:
        request = tx.requests.get_locked(request_id)
        if request.state not in (RequestState.WAITING_REPLY, RequestState.NEEDS_REVIEW, RequestState.RUNNING):
            raise NotAllowed("answer", request.state, "it has ended")
        tx.exchanges.answer(request.id, actor.person, text, unseen=True)
        change = comes_back(tx, request)
        tx.audit.note(request, actor.login, "answer", {"characters": len(text), **change})


def settle_letter(app: App, actor: Actor, letter_id: int, outcome: LetterState) -> None:
    """A person says how a letter of unknown or failed outcome ended: SENT, or WRITTEN to send it again."""
    permit("settle-letter", actor.role, f"letter {letter_id}")
    if outcome not in (LetterState.SENT, LetterState.WRITTEN):
        raise NotAllowed("settle", outcome, "a letter is settled as sent or sent again")
    with app.database.transaction("settle-letter") as tx:
        letter = tx.letters.get(letter_id)
        if letter.request_id is not None:
            tx.requests.get_locked(letter.request_id)
        tx.letters.settle(letter_id, outcome, actor.login)
        tx.audit.append(
            at=tx.now,
            actor=actor.login,
            action="settle-letter",
            subject=f"letter:{letter_id}",
            request_id=letter.request_id,
            receipt_id=letter.receipt_id,
            facts={"before": {"state": letter.state.value}, "after": {"state": outcome.value}},
        )
        if outcome is LetterState.WRITTEN:
            tx.enqueue(JobName.DELIVER, letter_id)
        elif letter.request_id is not None:
            end_when_done(app, tx, letter.request_id)


def replan(app: App, actor: Actor, request_id: int, version: int) -> RequestState:
    """作り直す: what stopped goes on with the rows as they are now; what is done stays done (AP-28).

    Where nothing has been done and the rows give reasons to look, the request comes back
    to review instead. Gives the state it has then.
    """
    permit("replan", actor.role, f"request {request_id}")
    with app.database.transaction("replan") as tx:
        request = tx.requests.get_locked(request_id)
        rows = tx.steps.of_request(request_id)
        stopped = {row.seq for row in rows if row.state is StepState.FAILED}
        current = tx.plans.current(request_id)
        if request.state is not RequestState.RUNNING or current is None or not stopped:
            raise NotAllowed("replan", request.state, "nothing stands still")
        if is_grave(request):
            require_apart(tx, actor, "replan", request.state, request, current.plan().steps)
        begun = any(row.state is StepState.DONE for row in rows)
        assessment = assess_now(app, tx, request)
        tx.plans.supersede(request_id)
        tx.waits.cancel(request_id, actor.login)
        if not begun and obstacle(request, assessment):
            _back_to_review(app, tx, request, version, assessment, actor)
            return RequestState.NEEDS_REVIEW
        left = {row.seq for row in rows if row.plan_id == current.id and row.state is not StepState.DONE}
        results = tx.plans.results(request_id)
        steps, second = renewed(current.plan(), left, stopped, results, app.world(tx)), current.second_person
        plan_id = store_plan(app, tx, request, steps, actor, second)
        return go_on(app, tx, request, version, plan_id, second)


def _back_to_review(
    app: App, tx: Transaction, request: RequestRow, version: int, assessment: Assessment, actor: Actor
) -> None:
    """Nothing of it has happened: it is judged anew and waits in the tray with its reasons."""
    fresh = facts_of(app, assessment)
    del fresh["kind"], fresh["applied_at"]
    fresh["state"], fresh["plan_id"] = RequestState.NEEDS_REVIEW, None
    tx.requests.update(request.id, version, **fresh)
    tx.audit.note(request, actor.login, "replan", state_change(request.state, RequestState.NEEDS_REVIEW))


def unpark(app: App, actor: Actor, job_id: int) -> None:
    """Try a parked job again from the start."""
    permit("unpark", actor.role, f"job {job_id}")
    with app.database.transaction("unpark") as tx:
        tx.jobs.unpark(job_id)
        tx.audit.append(at=tx.now, actor=actor.login, action="unpark", subject=f"job:{job_id}", facts={})


def settle_exchange(app: App, actor: Actor, exchange_id: int) -> None:
    """An answer or comment has been looked at."""
    permit("settle-exchange", actor.role, f"exchange {exchange_id}")
    with app.database.transaction("settle-exchange") as tx:
        tx.exchanges.see(exchange_id)
        tx.audit.append(
            at=tx.now,
            actor=actor.login,
            action="settle-exchange",
            subject=f"exchange:{exchange_id}",
            facts={},
        )


def requester(person: str | None) -> Actor:
    """Who answers on the status page: the holder of the link."""
    return Actor("requester", Role.STAFF, person)
