"""What an owner is asked to agree to: the changes of accounts, exactly as the stored plan has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from uketsuke.app import App
from uketsuke.domain.consent import ancestors, deeds_of, owner_of
from uketsuke.domain.plan import AccountAction, AccountDeed, Confirm, ManualTask, Results, Step, resolve
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Change:
    """What happens to one account, as codes and names."""

    system: str
    account: str
    deeds: tuple[AccountDeed, ...]


def change_text(app: App, change: Change) -> str:
    """The change as letters and pages say it."""
    deeds = [app.wordbook.word("account-deed", deed) for deed in change.deeds]
    facts: dict[str, Any] = {"system": app.system_title(change.system), "account": change.account}
    return app.wordbook.text("account-change.one", **facts, deeds=deeds)


def changes_of(tx: Transaction, request: RequestRow, row: StepRow, confirm: Confirm) -> tuple[Change, ...]:
    """The changes of accounts that this confirmation lets happen, exactly as the stored plan has them."""
    plan, results = tx.plans.get(row.plan_id).plan(), tx.plans.results(request.id)
    return tuple(
        _change(step, results)
        for step in plan.steps
        if deeds_of(step)
        and owner_of(step) in (None, confirm.owner)
        and confirm.seq in ancestors(plan, step.seq)
    )


def change_of(tx: Transaction, row: StepRow) -> Change | None:
    """What that step does to an account; None where it changes none."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    return _change(step, tx.plans.results(row.request_id)) if deeds_of(step) else None


def _change(step: Step, results: Results) -> Change:
    assert isinstance(step, AccountAction | ManualTask)  # noqa: S101 - only these change accounts
    try:
        account = resolve(step.account, results)
    except KeyError:
        account = None
    return Change(step.system or "", "" if account is None else str(account), deeds_of(step))
