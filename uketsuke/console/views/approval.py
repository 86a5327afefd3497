"""承認: the plan as the second person sees it, and why this visitor may not approve it (UX 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.app import App
from uketsuke.console.views.changes import Change, ledger_value
from uketsuke.console.views.due import Badge, badge
from uketsuke.console.views.gate import AuthorityBand
from uketsuke.console.views.ledgers import table
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.plan import PlanView
from uketsuke.console.views.tray import title_of
from uketsuke.domain.consent import deeds_of
from uketsuke.domain.plan import AccountAction, ManualTask, Plan, Value, is_pending, resolve
from uketsuke.queue.approval import Moved
from uketsuke.store.plans import PlanRow
from uketsuke.store.requests import RequestRow

GRAVEST = ("delete", "grant", "reset-password", "disable", "revoke")
"""Deeds that are looked at first."""


@dataclass(frozen=True)
class ApprovalRow:
    """One plan of the list."""

    href: str
    number: str
    title: str
    department: str
    name: str
    made_by: str
    made_at: str
    badge: Badge | None


@dataclass(frozen=True)
class DeedRow:
    """What happens to one account."""

    op: str
    account: str
    system: str
    attention: str


@dataclass(frozen=True)
class MovedRow:
    """One column of a row that has changed since the plan was made (AP-28)."""

    row: str
    column: str
    before: str
    planned: str
    now: str


@dataclass(frozen=True)
class ApprovalPage:
    """The whole page."""

    href: str
    number: str
    version: int
    shown: str
    """Hash of the plan that is shown."""
    title: str
    department: str
    name: str
    badge: Badge | None
    made_by: str
    made_at: str
    deeds: tuple[DeedRow, ...]
    plan: PlanView
    authority: AuthorityBand
    moved: tuple[MovedRow, ...]
    hindered: str
    """Why nobody can approve it as it stands; empty where nothing is in the way."""
    mine: str
    """Why this visitor may not approve it; empty where they may."""
    me: str
    to_count: int = 0
    """How many changes of accounts the approver has to count; 0 for none."""
    wrong: str = ""
    """What is missing before it can be sent: `comment`, `count`."""
    only_attention: bool = False

    @property
    def attention(self) -> int:
        """How many rows are looked at first."""
        return sum(1 for one in self.deeds if one.attention)

    @property
    def shown_deeds(self) -> tuple[DeedRow, ...]:
        """The rows of the chosen tab."""
        return tuple(one for one in self.deeds if one.attention or not self.only_attention)

    @property
    def has_tabs(self) -> bool:
        """Whether choosing makes a difference."""
        return 0 < self.attention < len(self.deeds)


def approval_row(row: RequestRow, plan: PlanRow, naming: Naming) -> ApprovalRow:
    """One line of the list."""
    return ApprovalRow(
        f"/approvals/{plan.id}",
        row.number,
        title_of(row, naming),
        row.department or "",
        row.requester_name or "",
        naming.person(plan.created_by),
        naming.at(plan.created_at),
        badge(row.due_at, naming.now, naming.calendar, naming.words) if row.due_at else None,
    )


def deed_rows(app: App, plan: Plan, naming: Naming) -> tuple[DeedRow, ...]:
    """Every change of an account, what needs attention first."""
    found = [
        DeedRow(
            app.wordbook.word("account-deed", deed),
            account,
            app.system_title(step.system or ""),
            naming.words.get(f"approval.attention.{deed}", "") if deed in GRAVEST else "",
        )
        for step in plan.steps
        if isinstance(step, AccountAction | ManualTask)
        for deed in deeds_of(step)
        for account in _accounts(step)
    ]
    return tuple(sorted(found, key=lambda one: not one.attention))


def _accounts(step: AccountAction | ManualTask) -> tuple[str, ...]:
    """What is changed: the account, or everybody of the task with what is known of theirs."""
    people = step.persons if isinstance(step, ManualTask) else ()
    if not people:
        return (_known(step.account),)
    named = ((one.label, _known(one.account)) for one in people)
    return tuple(f"{label}（{known}）" if known not in ("", label) else label for label, known in named)


def _known(account: Value) -> str:
    found = None if is_pending(account, {}) else resolve(account, {})
    return "" if found is None else str(found)


def moved_rows(moved: Sequence[Moved], naming: Naming) -> tuple[MovedRow, ...]:
    """Before, in the plan, now: column by column."""
    found = []
    for one in moved:
        ledger = naming.ledger(one.ledger)
        for name in one.planned:
            column = ledger.column(name)
            was, becomes, now = (
                ledger_value(ledger, name, values.get(name), naming)
                for values in (one.before, one.planned, one.now)
            )
            label = column.label if column else name
            found.append(MovedRow(f"{ledger.title} {one.key}", label, was, becomes, now))
    return tuple(found)


def as_csv(page: ApprovalPage, naming: Naming) -> bytes:
    """The same rows as the page, for Excel (AP-32, AP-46): first accounts, then ledgers, then letters."""
    later = naming.words("plan.later")
    found = [tuple(naming.words.under("approval.sheet").values())]
    found += [(one.system, one.op, one.account or later, one.attention) for one in page.deeds]
    found += [
        (row.ledger, row.op, row.key or later, "、".join(map(_change, row.changes)) or row.note)
        for row in page.plan.changes
    ]
    letter = naming.words("approval.letter")
    found += [(letter, one.subject, one.to, one.cc) for one in page.plan.letters]
    return table(found)


def _change(change: Change) -> str:
    """`状態：locked → deleted`."""
    before = "" if change.before is None else f"{change.before} "
    return f"{change.label}：{before}→ {change.after or change.later}"
