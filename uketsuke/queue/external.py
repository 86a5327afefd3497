"""One step in another system: look → mark → act, with no transaction open (DESIGN 2, promises 2 and 8).

Cut anywhere, the job's lease ends and the step is looked at again: what is as wanted after the
mark was ours, and only its completion is written. What somebody else did first, what was
refused, and what cannot be told stop in sight; nothing of that is repeated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from uketsuke.app import App
from uketsuke.connectors.base import ExternalConnector, Found, Outward
from uketsuke.domain.job import Claim
from uketsuke.domain.plan import AccountAction, Step, resolve, resolve_all
from uketsuke.domain.states import StepState
from uketsuke.errors import LeaseLost, Refused, UnknownOutcome
from uketsuke.queue.progress import finish_step
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

DONE, WAS_SO = "done", "was-so"
"""Outcomes of a step: done here, or let stand as somebody else had done it."""
BY_HAND = "manual"
"""Instead of a connector's name: a person did it."""
ALREADY_SO, CANNOT_TELL, REFUSED = "already-so", "cannot-tell", "refused-there"
"""Codes of a step that stopped."""


def outward(app: App, tx: Transaction, row: StepRow) -> Outward | None:
    """The change that a connector makes, or None: the step is local, or work of a person."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    if not isinstance(step, AccountAction) or step.system not in app.systems:
        return None
    results = tx.plans.results(row.request_id)
    return Outward(
        key=row.effect_key,
        system=step.system,
        account=str(resolve(step.account, results)),
        do=step.do,
        values=resolve_all(step.values, results),
        begun=tx.effects.happened(row.effect_key),
        password=app.initial_password(row.effect_key) if step.do == "reset-password" else "",
    )


def through(app: App, step: Step) -> str:
    """Which connector serves the step."""
    known = app.systems.get(step.system) if isinstance(step, AccountAction) else None
    return known.name if known else BY_HAND


def carry_out(app: App, claim: Claim, effect: Outward) -> None:
    """Look, and act where nothing has happened yet; raises `TryLater`, and is then looked at again."""
    connector = app.systems[effect.system]
    try:
        found = connector.look(effect)
        match found:
            case Found.OTHER:
                _stop(app, claim, StepState.FAILED, {"code": ALREADY_SO, "system": effect.system})
            case Found.UNKNOWN:
                _stop(app, claim, StepState.UNKNOWN, {"code": CANNOT_TELL, "system": effect.system})
            case Found.OURS:
                _finish(app, claim, connector, {"seen": True})
            case Found.ABSENT:
                _mark(app, claim, effect)
                _finish(app, claim, connector, connector.act(replace(effect, begun=True)))
    except Refused as no:
        facts = {"code": REFUSED, "system": effect.system, "why": no.reason}
        _stop(app, claim, StepState.FAILED, facts, {"said": no.said} if no.said else None)
    except UnknownOutcome as cut:
        facts = {"code": CANNOT_TELL, "system": effect.system}
        _stop(app, claim, StepState.UNKNOWN, facts, {"said": cut.reason})


def _mark(app: App, claim: Claim, effect: Outward) -> None:
    """From here on it may have happened; fenced, so that only the holder of the job gets here."""
    with app.database.transaction("acting") as tx:
        tx.jobs.renew(claim, timedelta(seconds=app.settings.queue.lease_seconds))
        tx.effects.mark(effect.key, claim.row_id)


def _finish(app: App, claim: Claim, connector: ExternalConnector, facts: Mapping[str, Any]) -> None:
    """The result, its audit entry, the release of the next step, and the end of the job."""
    with app.database.transaction("acted") as tx:
        row = _held(tx, claim)
        result = {"done_on": app.today().isoformat(), "through": connector.name, "outcome": DONE}
        finish_step(app, tx, row, result, facts={"through": connector.name, "outcome": DONE, **facts})
        tx.jobs.complete(claim)


def _stop(
    app: App,
    claim: Claim,
    state: StepState,
    facts: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
) -> None:
    """A person must look; what was refused has not happened."""
    with app.database.transaction("stopped") as tx:
        row = _held(tx, claim)
        tx.steps.set_state(row.id, state, expected={StepState.RUNNING}, error={**facts, **(personal or {})})
        if facts["code"] == REFUSED:
            tx.effects.forget(row.effect_key)
        request = tx.requests.get(row.request_id)
        tx.audit.note(
            request,
            "uketsuke",
            "step-failed" if state is StepState.FAILED else "step-unknown",
            reason=str(facts["code"]),
            facts={"step": row.seq, **facts},
            personal=dict(personal) if personal else None,
        )
        tx.jobs.complete(claim)


def _held(tx: Transaction, claim: Claim) -> StepRow:
    """The step, with its request locked; raises `LeaseLost` when it went on without us."""
    tx.requests.get_locked(tx.steps.get(claim.row_id).request_id)
    row = tx.steps.get(claim.row_id)
    if row.state is not StepState.RUNNING:
        raise LeaseLost(claim.id, claim.owner)
    return row
