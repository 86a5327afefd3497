"""What people decide about a step that stands still: again, let it stand, by hand, or not at all."""

from __future__ import annotations

from uketsuke.app import Actor, App
from uketsuke.connectors import manual
from uketsuke.connectors.base import Effect
from uketsuke.domain.authority import Risk
from uketsuke.domain.consent import deeds_of
from uketsuke.domain.job import JobName
from uketsuke.domain.parts import BARRED
from uketsuke.domain.plan import AccountAction, SendMail, is_pending
from uketsuke.domain.states import RequestState, StepState, permit
from uketsuke.errors import NotAllowed
from uketsuke.queue.correspondence import write, write_plan_letter
from uketsuke.queue.external import ALREADY_SO, CANNOT_TELL, WAS_SO, through
from uketsuke.queue.grave import is_grave, weight_of
from uketsuke.queue.involvement import require_apart
from uketsuke.queue.progress import finish_step, refresh_due, state_change
from uketsuke.queue.review import assess_now
from uketsuke.queue.write_back import settle
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

STOPPED = frozenset({StepState.FAILED, StepState.UNKNOWN})
ENDABLE = frozenset({"confirm", "manual-task", "account-action"})
"""Kinds of steps of an R3 plan that need not be waited for for ever: owners may never answer, or leave."""


def retry_step(app: App, actor: Actor, step_id: int) -> None:
    """Perform a stopped step again (AP-47): nothing had been written, and another system is looked at."""
    permit("retry-step", actor.role, f"step {step_id}")
    with app.database.transaction("retry-step") as tx:
        row, request = _stopped(tx, step_id, "retry-step", actor)
        tx.steps.set_state(row.id, StepState.READY, expected=STOPPED)
        tx.enqueue(JobName.PERFORM, row.id)
        tx.audit.note(request, actor.login, "retry-step", {"step": row.seq})


def accept_step(app: App, actor: Actor, step_id: int) -> None:
    """It is as wanted already, by somebody else's doing: that may stand, and the plan goes on (EU-4)."""
    permit("accept-step", actor.role, f"step {step_id}")
    with app.database.transaction("accept-step") as tx:
        row, request = _stopped(tx, step_id, "accept-step", actor)
        if not may_stand(row):
            raise NotAllowed("accept-step", row.state, "nobody has seen that it is so")
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        result = {"done_on": app.today().isoformat(), "through": through(app, step), "outcome": WAS_SO}
        tx.audit.note(request, actor.login, "accept-step", {"step": row.seq})
        facts = {"outcome": WAS_SO, "why": str((row.error or {}).get("code"))}
        settle(tx, step)
        finish_step(app, tx, row, result, actor=actor, facts=facts)


def hand_step_over(app: App, actor: Actor, step_id: int) -> None:
    """A person does in the system what the connector could not: it becomes work with its own page."""
    permit("hand-step-over", actor.role, f"step {step_id}")
    with app.database.transaction("hand-step-over") as tx:
        row, request = _stopped(tx, step_id, "hand-step-over", actor)
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        if not isinstance(step, AccountAction):
            raise NotAllowed("hand-step-over", row.state, "it is nothing that a person could do instead")
        tx.steps.set_state(row.id, StepState.WAITING, expected=STOPPED, error=row.error)
        manual.hand_account(tx, request.id, row.id)
        tx.audit.note(request, actor.login, "hand-step-over", {"step": row.seq})
        refresh_due(app, tx, request.id)


def give_up(app: App, actor: Actor, step_id: int, version: int, reason: str) -> None:
    """It cannot be done: what is done stays, the rest is dropped, and the requester is told why.

    An owner whose account was changed already is told of it all the same.
    """
    permit("give-up", actor.role, f"step {step_id}")
    with app.database.transaction("give-up") as tx:
        request = tx.requests.get_locked(tx.steps.get(step_id).request_id)
        row = tx.steps.get(step_id)  # as whoever held the lock before has left it
        if not may_end(tx, row, request):
            raise NotAllowed("give-up", row.state, "it goes on")
        if not reason.strip():
            raise NotAllowed("give-up", row.state, "no reason is given")
        tx.steps.set_state(row.id, StepState.SUPERSEDED, expected={row.state}, error=row.error)
        _tell_owners(app, tx, request)
        tx.plans.supersede(request.id)
        tx.waits.cancel(request.id, actor.login)
        _tell(app, tx, request, reason)
        tx.requests.update(request.id, version, state=RequestState.RETURNED, due_at=None, due_what=None)
        facts = {"step": row.seq, **state_change(request.state, RequestState.RETURNED)}
        tx.audit.note(request, actor.login, "give-up", facts, personal={"reason": reason})


def may_stand(row: StepRow) -> bool:
    """Whether a stopped step may be let stand as it is found."""
    if row.kind == "record-status":  # what a record shows changes nothing but what it shows
        return row.state in STOPPED
    return row.state in STOPPED and (row.error or {}).get("code") in (ALREADY_SO, CANNOT_TELL)


def may_end(tx: Transaction, row: StepRow, request: RequestRow) -> bool:
    """Whether the request can be ended here: it stands still, or waits before any account was changed."""
    if request.state is not RequestState.RUNNING:
        return False
    waits = row.state is StepState.WAITING and row.kind in ENDABLE and is_grave(request)
    return row.state in STOPPED or (waits and not _is_changed(tx, request))


def _is_changed(tx: Transaction, request: RequestRow) -> bool:
    """Whether an account has been changed, or may have been."""
    begun = (StepState.DONE, StepState.RUNNING, StepState.UNKNOWN)
    rows = [one for one in tx.steps.of_request(request.id) if one.state in begun]
    return any(deeds_of(tx.plans.get(one.plan_id).plan().step(one.seq)) for one in rows)


def _tell_owners(app: App, tx: Transaction, request: RequestRow) -> None:
    """Write the letters of an R3 plan that are about what has been done (FAULTS 3: every effect is told)."""
    if not is_grave(request) or not _is_changed(tx, request):
        return
    results = tx.plans.results(request.id)
    for row in tx.steps.of_request(request.id):
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        if row.state is not StepState.PLANNED or not isinstance(step, SendMail):
            continue
        if not any(is_pending(value, results) for value in step.facts.values()):
            effect = Effect(row.effect_key, row.id, request.id, request.number, app.now(), results)
            write_plan_letter(app, tx, step, effect)
            tx.steps.set_state(row.id, StepState.DONE, expected={StepState.PLANNED}, result={})


def _stopped(tx: Transaction, step_id: int, action: str, actor: Actor) -> tuple[StepRow, RequestRow]:
    """The step and its request; who asks for an R3 effect or owns the account does not move it on."""
    request = tx.requests.get_locked(tx.steps.get(step_id).request_id)
    row = tx.steps.get(step_id)  # as whoever held the lock before has left it
    if row.state not in STOPPED or request.state is not RequestState.RUNNING:
        raise NotAllowed("stopped-step", row.state, "it does not stand still")
    steps = tx.plans.get(row.plan_id).plan().steps
    if action in BARRED and weight_of(request, steps) is Risk.R3:
        require_apart(tx, actor, action, f"request {request.number}", request, steps)
    return row, request


def _tell(app: App, tx: Transaction, request: RequestRow, reason: str) -> None:
    subject = assess_now(app, tx, request).subject
    if subject is None or subject.to is None:
        return
    write(
        app,
        tx,
        template="general.returned",
        to=subject.to,
        facts={"recipient": subject.recipient, "subject_line": request.title, "reason": reason},
        number=request.number,
        key=f"give-up-{request.id}",
        purpose="returned",
        request_id=request.id,
    )
