"""One step: its effect, its completion, the audit entry and the next step in one transaction.

A step in another system is begun here, and carried out by `queue.external` outside it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from uketsuke.app import Actor, App
from uketsuke.connectors import ledger, manual, numbering
from uketsuke.connectors.base import Done, Effect
from uketsuke.connectors.record_status import RecordWrite
from uketsuke.domain.calendar import local_day
from uketsuke.domain.deadline import due
from uketsuke.domain.job import Claim
from uketsuke.domain.numbering import NoStem, SeriesExhausted
from uketsuke.domain.plan import (
    AccountAction,
    AgreeDate,
    AllocateNumber,
    Check,
    Confirm,
    LedgerUpdate,
    ManualTask,
    Recorded,
    RecordStatus,
    Ref,
    Reserve,
    SendMail,
    Step,
    is_pending,
    resolve,
)
from uketsuke.domain.states import StepState
from uketsuke.errors import NotAllowed, StalePlan
from uketsuke.queue import confirm
from uketsuke.queue.correspondence import write_plan_letter
from uketsuke.queue.events import events_of
from uketsuke.queue.external import carry_out, outward
from uketsuke.queue.grave import require_consent
from uketsuke.queue.progress import finish_step, refresh_due
from uketsuke.queue.write_back import keep_values, record_write, write_back
from uketsuke.store.ledgers import OutOfStock, RowExists
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

DUE = frozenset({StepState.READY, StepState.RUNNING})
"""`RUNNING` is a step that was begun in another system, and cut."""


def perform(app: App, claim: Claim) -> None:
    """Carry out the step of that id, if it is ready; a row that has changed stops it in sight."""
    try:
        with app.database.transaction("perform") as tx:
            tx.requests.get_locked(tx.steps.get(claim.row_id).request_id)
            row = tx.steps.get(claim.row_id)  # as whoever held the lock before has left it
            is_due = row.state in DUE
            outside = (outward(app, tx, row) or record_write(app, tx, row)) if is_due else None
            if outside is not None:
                _begin(app, tx, row)
                if isinstance(outside, RecordWrite):
                    keep_values(tx, row, outside)
                tx.jobs.renew(claim, timedelta(seconds=app.settings.queue.lease_seconds))
            else:
                if is_due:
                    _do(app, tx, row)
                tx.jobs.complete(claim)
        if isinstance(outside, RecordWrite):
            write_back(app, claim, outside)
        elif outside is not None:
            carry_out(app, claim, outside)
    except NotAllowed as refused:
        _stop(app, claim, "not-permitted", {"why": refused.why})
    except StalePlan as stale:
        values = {"expected": stale.expected, "found": stale.found}
        _stop(app, claim, "stale-plan", {"ledger": stale.ledger, "key": stale.key}, values)
    except (OutOfStock, SeriesExhausted, NoStem, RowExists) as short:
        _stop(app, claim, *_shortage(short))


def _shortage(short: OutOfStock | SeriesExhausted | NoStem | RowExists) -> tuple[str, dict[str, Any]]:
    """What there is not enough of: code and facts."""
    match short:
        case OutOfStock():
            return "out-of-stock", {"ledger": short.ledger, "wanted": short.wanted, "found": short.found}
        case SeriesExhausted():
            return "series-exhausted", {"ledger": short.ledger, "key": short.last, "wanted": short.wanted}
        case NoStem():
            return "no-department-code", {"said": short.department or ""}
        case RowExists():
            return "row-exists", {"ledger": short.ledger, "key": short.key}


def _begin(app: App, tx: Transaction, row: StepRow) -> tuple[Step, Effect]:
    """From here on the step runs; what it does is stored with every value that is known."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    request = tx.requests.get(row.request_id)
    if not tx.effects.happened(row.effect_key):  # a peer may have been away since the step began
        require_consent(tx, row)
    effect = Effect(
        row.effect_key, row.id, row.request_id, request.number, app.now(), tx.plans.results(row.request_id)
    )
    recorded = _recorded(step)
    tx.steps.set_state(
        row.id,
        StepState.RUNNING,
        expected=DUE,
        resolved=_resolved(step, effect),
        at=recorded.at if recorded else None,
    )
    return step, effect


def _recorded(step: Step) -> Recorded | None:
    return step.recorded if isinstance(step, AgreeDate | ManualTask) else None


def _do(app: App, tx: Transaction, row: StepRow) -> None:
    step, effect = _begin(app, tx, row)
    if (recorded := _recorded(step)) is not None:
        _take_over(app, tx, row, step, recorded)
        return
    done = _act(app, tx, step, effect)
    if done is None:
        _wait(app, tx, row, step, effect)
    else:
        finish_step(app, tx, row, done.result, facts=done.facts, personal=done.personal)


def _act(app: App, tx: Transaction, step: Step, effect: Effect) -> Done | None:
    """The effect of the step; None where it waits."""
    match step:
        case Reserve():
            return ledger.reserve(tx, step, effect)
        case AllocateNumber():
            book = app.catalogue.ledgers[step.ledger]
            return numbering.allocate(tx, step, effect, book.series_of(step.series), book.key, app.today())
        case LedgerUpdate():
            return ledger.update(tx, step, effect)
        case SendMail():
            return write_plan_letter(app, tx, step, effect)
        case AgreeDate():
            return manual.agree(tx, step, effect)
        case ManualTask():
            manual.hand_to_person(tx, step, effect, app.today())
        case Check():
            manual.hand_to_department(tx, step, effect)
        case AccountAction():
            manual.hand_account(tx, effect.request_id, effect.step_id)
        case Confirm():
            return confirm.begin(app, tx, step, effect)
        case RecordStatus():  # no settings say where: nothing is written, and the page says so
            return Done({"written": False}, {"app": step.app, "record": step.record, "why": "no-app"})
    return None


def _take_over(app: App, tx: Transaction, row: StepRow, step: Step, recorded: Recorded) -> None:
    """A person had done it before there was a plan: it is theirs, and was done when they did it."""
    if step.deadline is not None:
        results = {**tx.plans.results(row.request_id), row.seq: recorded.results}
        events = events_of(tx.requests.get(row.request_id), results)
        found = due(step.deadline, events, app.calendar)
        # After closing time of its own day the moment itself is the deadline, as for every event.
        late = found.at is not None and found.day == local_day(recorded.at) and recorded.at > found.at
        tx.steps.set_due(row.id, recorded.at if late else found.at)
    actor = Actor(recorded.by, recorded.role)
    finish_step(app, tx, row, recorded.results, actor=actor, at=recorded.at)


def _wait(app: App, tx: Transaction, row: StepRow, step: Step, effect: Effect) -> None:
    """The step waits, with its due date where the event it counts from has happened."""
    tx.steps.set_state(row.id, StepState.WAITING, expected={StepState.RUNNING})
    if step.deadline is not None:
        events = events_of(tx.requests.get(row.request_id), effect.results)
        tx.steps.set_due(row.id, due(step.deadline, events, app.calendar).at)
    refresh_due(app, tx, row.request_id)


def _resolved(step: Step, effect: Effect) -> dict[str, Any]:
    """The step with every value that is known now, stored before anything happens."""
    plain = step.model_dump(mode="json")
    return {name: _known(value, effect) for name, value in plain.items()}


def _known(value: Any, effect: Effect) -> Any:
    if isinstance(value, dict):
        if set(value) == {"step", "name"}:
            ref = Ref.model_validate(value)
            return None if is_pending(ref, effect.results) else resolve(ref, effect.results)
        return {name: _known(inner, effect) for name, inner in value.items()}
    if isinstance(value, list):
        return [_known(inner, effect) for inner in value]
    return value


def _stop(
    app: App, claim: Claim, code: str, facts: dict[str, Any], values: dict[str, Any] | None = None
) -> None:
    """The step failed for a reason that a person must see; nothing of it was written."""
    with app.database.transaction("stop") as tx:
        request = tx.requests.get_locked(tx.steps.get(claim.row_id).request_id)
        row = tx.steps.get(claim.row_id)
        error = {"code": code, **facts, **(values or {})}
        tx.steps.set_state(row.id, StepState.FAILED, expected=DUE, error=error)
        tx.audit.note(
            request,
            "uketsuke",
            "step-failed",
            reason=code,
            facts={"step": row.seq, **facts},
            personal=values,
        )
        tx.jobs.complete(claim)
