"""What no system can do by itself: waits that a person, a requester or a day ends (DESIGN 6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from uketsuke.connectors.base import Done, Effect
from uketsuke.domain.plan import AgreeDate, Check, ManualTask, resolve
from uketsuke.domain.states import WaitKind
from uketsuke.store.transaction import Transaction


def agree(tx: Transaction, step: AgreeDate, effect: Effect) -> Done | None:
    """Dates proposed for every name are the agreement; else the requester is waited for."""
    if set(step.names) <= set(step.proposed):
        dates = {name: step.proposed[name].isoformat() for name in step.names}
        return Done(dates, {"agreed": dates})
    tx.waits.add(effect.request_id, WaitKind.REPLY, step_id=effect.step_id)
    return None


def hand_to_person(tx: Transaction, step: ManualTask, effect: Effect, today: date) -> None:
    """Put the task before a person, at once or when its day has come."""
    opens = _day(resolve(step.opens_on, effect.results))
    kind = WaitKind.DATE if opens is not None and opens > today else WaitKind.PERSON
    tx.waits.add(effect.request_id, kind, step_id=effect.step_id, role=step.role, opens_on=opens, due=opens)


def hand_account(tx: Transaction, request_id: int, step_id: int) -> None:
    """Put the change of an account before an operator: no connector does it (see `account_work`)."""
    tx.waits.add(request_id, WaitKind.PERSON, step_id=step_id, role="operator")


def hand_to_department(tx: Transaction, step: Check, effect: Effect) -> None:
    """Put what was done before the department that checks it."""
    tx.waits.add(effect.request_id, WaitKind.CHECK, step_id=effect.step_id, role=step.role)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
