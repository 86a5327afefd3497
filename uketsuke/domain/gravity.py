"""How grave a plan is by what its steps do, whatever the service says of itself (FAULTS 3).

A service may declare more than its steps show (publishing, for example), never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from uketsuke.domain.authority import Action, Risk
from uketsuke.domain.consent import deeds_of
from uketsuke.domain.plan import AccountDeed, AllocateNumber, LedgerUpdate, ManualTask, Reserve, Step

MANY = 20
"""More rows than this at once are R3."""
WEIGHTS: Mapping[AccountDeed, Risk] = {
    "create": Risk.R2,
    "change": Risk.R2,
    "disable": Risk.R2,
    "revoke": Risk.R2,
    "unlock": Risk.R3,
    "reset-password": Risk.R3,
    "enable": Risk.R3,
    "delete": Risk.R3,
    "grant": Risk.R3,
}
"""What opens an account, or takes it away for good, is R3; what shuts one can be undone and is urgent."""
ACTIONS: Mapping[AccountDeed, Action] = {
    "unlock": Action.UNLOCK,
    "enable": Action.UNLOCK,
    "reset-password": Action.RESET,
    "delete": Action.DELETE,
    "grant": Action.GRANT,
}
"""Under which policy of the second person a grave deed falls."""


def risk_of(steps: Iterable[Step]) -> Risk:
    """The least that the plan may be taken for."""
    known = list(steps)
    if _rows(known) > MANY:
        return Risk.R3
    deeds = (WEIGHTS[deed] for step in known for deed in deeds_of(step))
    changes = (Risk.R1 for step in known if isinstance(step, Reserve | AllocateNumber | LedgerUpdate))
    return max((*deeds, *changes), default=Risk.R0)


def actions_of(steps: Iterable[Step]) -> frozenset[Action]:
    """What the policy of the second person is asked about."""
    known = list(steps)
    found = {ACTIONS[deed] for step in known for deed in deeds_of(step) if deed in ACTIONS}
    return frozenset(found | {Action.BULK} if _rows(known) > MANY else found)


def _rows(steps: Sequence[Step]) -> int:
    """How many rows or people's accounts are changed; a row that an earlier step has taken counts once."""
    named: set[tuple[str, str]] = set()
    taken = 0
    for step in steps:
        if isinstance(step, LedgerUpdate) and isinstance(step.key, str | list):
            keys = step.key if isinstance(step.key, list) else [step.key]
            named |= {(step.ledger, str(key)) for key in keys}
        elif isinstance(step, Reserve):
            named |= {(step.ledger, key) for key in step.keys}
            taken += max(0, step.count - len(step.keys))
        elif isinstance(step, AllocateNumber) and (step.row or step.rows):
            taken += step.count
    return max(len(named) + taken, _people(steps))


def _people(steps: Iterable[Step]) -> int:
    """The most people whose accounts one task changes; the next environment has the same ones."""
    return max((len(step.persons) for step in steps if isinstance(step, ManualTask) and step.does), default=0)
