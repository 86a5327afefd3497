"""確認 by a department: it passes, or goes back to the desk with a comment (DESIGN 7, UX 5.12).

Nobody checks what they did, let run or asked for: persons are compared, not sign-ins.
"""

from __future__ import annotations

from pydantic import JsonValue

from uketsuke.app import SYSTEM, Actor, App
from uketsuke.domain.checking import CHECKED_BY, CHECKED_ON, COMMENT, OUTCOME, PASS, SEND_BACK, Check
from uketsuke.domain.consent import owners_of
from uketsuke.domain.states import Decision, StepState, follow, is_work_of
from uketsuke.errors import Incomplete, NotAllowed
from uketsuke.processors.sending_back import sent_back
from uketsuke.queue.persons import person_of, require_other
from uketsuke.queue.progress import finish_step, go_on, store_plan
from uketsuke.queue.work import waiting_step
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

WORK = frozenset({"manual-task", "account-action"})
"""Kinds of steps that somebody of the desk does."""


def pass_check(app: App, actor: Actor, step_id: int, comment: str = "") -> None:
    """確認: the plan goes on, and the clock of what follows starts today.

    Raises `SamePerson`, `NotAllowed`; `NotFound`, `WaitAnswered` where somebody was first.
    """
    with app.database.transaction("pass-check") as tx:
        row, _, result = _answered(app, tx, actor, step_id, Decision.CONFIRM, PASS, comment)
        facts, personal = {"outcome": PASS}, {COMMENT: comment.strip()} if comment.strip() else None
        finish_step(app, tx, row, result, actor=actor, facts=facts, personal=personal)


def send_back(app: App, actor: Actor, step_id: int, comment: str) -> None:
    """ヘルプデスクへ差戻し: the work is done again, with the comment before whoever does it.

    Raises `Incomplete` without a comment, and what `pass_check` raises.
    """
    if not comment.strip():
        raise Incomplete({COMMENT: "missing"})
    with app.database.transaction("send-back-check") as tx:
        row, request, result = _answered(app, tx, actor, step_id, Decision.SEND_BACK, SEND_BACK, comment)
        tx.steps.set_state(row.id, StepState.DONE, expected={StepState.WAITING}, result=result)
        planned = tx.plans.get(row.plan_id)
        steps = sent_back(planned.plan(), row.seq, tx.plans.results(request.id))
        tx.plans.supersede(request.id)
        tx.waits.cancel(request.id, actor.login)
        tx.audit.note(
            request,
            actor.login,
            Decision.SEND_BACK.value,
            facts={"step": row.seq, "effect": row.effect_key},
            personal={"reason": comment.strip()},
        )
        plan_id = store_plan(app, tx, request, steps, actor, planned.second_person)
        go_on(app, tx, request, request.version, plan_id, planned.second_person)


def _answered(
    app: App, tx: Transaction, actor: Actor, step_id: int, decision: Decision, outcome: str, comment: str
) -> tuple[StepRow, RequestRow, dict[str, JsonValue]]:
    """The check with its answer, by somebody who may give it."""
    row, request = waiting_step(tx, step_id)
    follow(request.state, decision, actor.role)
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    wait = tx.waits.open_of(row.id)
    if not isinstance(step, Check) or wait is None or not is_work_of(step.role, actor.role):
        raise NotAllowed(decision, row.state, f"it is no check of {actor.role}")
    require_other(actor, decision, f"step {step_id}", involved_in(tx, row))
    result: dict[str, JsonValue] = {
        OUTCOME: outcome,
        COMMENT: comment.strip(),
        CHECKED_BY: actor.login,
        CHECKED_ON: app.today().isoformat(),
    }
    tx.waits.answer(wait.id, actor.login, {OUTCOME: outcome})
    return row, request, result


def involved_in(tx: Transaction, row: StepRow) -> set[str]:
    """Who may not check it: who did the work or let it run, who asked, whose accounts they are.

    All versions of the plan count: what was sent back is done again, perhaps by somebody else.
    Somebody of the desk whose person is not known is the empty name: then nobody can be told
    to be another person. Who asked and is not known is nobody of the city's list.
    """
    request, versions = tx.requests.get(row.request_id), tx.plans.versions(row.request_id)
    done = [
        one for one in tx.steps.of_request(request.id) if one.kind in WORK and one.state is StepState.DONE
    ]
    waits = [wait for one in done for wait in tx.waits.of_step(one.id)]
    logins = {wait.answered_by for wait in waits}
    logins |= {tick.by for wait in waits for tick in tx.ticks.of(wait.id).values()}
    logins |= {version.created_by for version in versions[:1]}
    owners = owners_of(one for version in versions for one in version.plan().steps)
    desk = {person_of(tx, login) or "" for login in logins if login and login != SYSTEM.login}
    return desk | owners | ({request.person} if request.person else set())
