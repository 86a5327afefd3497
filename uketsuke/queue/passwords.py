"""The password that a reset of ours has set, for the person who hands it over (FAULTS 3).

It is derived when it is shown and kept nowhere. That it was shown, to whom and when, is in the
audit log; after 伝達済 it is not shown any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.app import Actor, App
from uketsuke.domain.consent import DELIVERS
from uketsuke.domain.plan import AccountAction, ManualTask, resolve
from uketsuke.domain.states import RequestState, StepState, permit
from uketsuke.errors import NotFound
from uketsuke.queue.external import BY_HAND, DONE
from uketsuke.queue.grave import require_consent
from uketsuke.queue.persons import require_other
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class InitialPassword:
    """One account's new password; never stored, logged or sent."""

    system: str
    account: str
    password: str


def resets_of(tx: Transaction, row: StepRow) -> tuple[StepRow, ...]:
    """The resets by a connector whose passwords this step hands over; empty once that is done."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    if not isinstance(step, ManualTask) or step.task != DELIVERS or step.owner is None:
        return ()
    if (
        row.state is not StepState.WAITING
        or tx.requests.get(row.request_id).state is not RequestState.RUNNING
    ):
        return ()
    return tuple(one for one in tx.steps.of_request(row.request_id) if _has_reset(tx, one, step.owner))


def _has_reset(tx: Transaction, row: StepRow, owner: str) -> bool:
    """Whether a connector did it, for that owner: what a person did or let stand has another password."""
    if row.kind != "account-action" or row.state is not StepState.DONE:
        return False
    step, result = tx.plans.get(row.plan_id).plan().step(row.seq), row.result or {}
    return (
        isinstance(step, AccountAction)
        and (step.do, step.owner) == ("reset-password", owner)
        and result.get("outcome") == DONE
        and result.get("through") != BY_HAND
    )


def show_passwords(app: App, actor: Actor, step_id: int) -> tuple[InitialPassword, ...]:
    """初期パスワードを表示: what is to be handed over now; the audit log says that it was shown.

    Raises `NotFound` where there is none or it has been handed over, `SamePerson` for the owner.
    """
    permit("show-password", actor.role, f"step {step_id}")
    with app.database.transaction("show-password") as tx:
        request = tx.requests.get_locked(tx.steps.get(step_id).request_id)
        row = tx.steps.get(step_id)  # as whoever held the lock before has left it
        found = resets_of(tx, row)
        if not found:
            raise NotFound("initial password", step_id)
        require_consent(tx, row, actor)
        step = tx.plans.get(row.plan_id).plan().step(row.seq)
        owner = step.owner if isinstance(step, ManualTask) else None
        require_other(actor, "show-password", f"request {request.number}", (owner,))
        tx.audit.note(
            request,
            actor.login,
            "show-password",
            facts={"step": row.seq, "resets": [one.seq for one in found]},
        )
        return tuple(_password(app, tx, one) for one in found)


def _password(app: App, tx: Transaction, row: StepRow) -> InitialPassword:
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    assert isinstance(step, AccountAction)  # noqa: S101 - `_has_reset` said so
    account = str(resolve(step.account, tx.plans.results(row.request_id)))
    return InitialPassword(app.system_title(step.system), account, app.initial_password(row.effect_key))
