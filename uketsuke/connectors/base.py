"""What plans act on: one resolved step, about to happen, and what it left (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from uketsuke.domain.plan import AccountDeed, Results
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Effect:
    """One resolved step, about to happen: what names it, and what it needs to be explained later."""

    key: str
    """`<plan id>-<n>`, never used again."""
    step_id: int
    request_id: int
    number: str
    """Receipt number, for the history of what is changed."""
    at: datetime
    results: Results
    """What the earlier steps left."""


@dataclass(frozen=True)
class Done:
    """What an effect left: results for later steps, and facts for the audit log."""

    result: Mapping[str, Any]
    facts: Mapping[str, Any]
    personal: Mapping[str, Any] | None = None
    """Facts that may tell of a person: they can be erased from the audit log."""


def local(tx: Transaction, effect: Effect) -> None:
    """Claim the effect key for this transaction; raises `EffectDone` when it happened already."""
    tx.effects.record(effect.key, effect.step_id)


class Found(StrEnum):
    """What a look at another system shows of an effect, before anything is done (DESIGN 7)."""

    ABSENT = "absent"
    """It is not so yet: it may be done."""
    OURS = "ours"
    """It is so, and we had begun: the effect has happened, and only its completion was cut."""
    OTHER = "other"
    """It is so, and we had not begun: somebody else did it, and a person decides (rule EU-4)."""
    UNKNOWN = "unknown"
    """The system does not let us tell."""


@dataclass(frozen=True)
class Outward:
    """One resolved change of an account in another system."""

    key: str
    """The effect key: `<plan id>-<n>`, never used again."""
    system: str
    account: str
    do: AccountDeed
    values: Mapping[str, Any]
    begun: bool
    """Whether the mark was committed: from then on the effect may have happened."""
    password: str = field(default="", repr=False)
    """What a reset sets; the same for the same effect."""


class ExternalConnector(Protocol):
    """Changes accounts in one other system. Each documents its marker, and whether repeating is safe.

    Called with no transaction open. Both raise `TryLater` (down, or we are not let in: it is
    repeated with back-off, and looks first), `Refused` with a code (a person must look).
    """

    name: str
    """As the settings call it, and as the step's result `through` tells it."""

    def look(self, effect: Outward) -> Found:
        """What is there, changing nothing."""

    def act(self, effect: Outward) -> Mapping[str, Any]:
        """Do it; gives facts for the audit log. Raises `UnknownOutcome` where not even a look can tell."""

    def check(self) -> None:
        """Whether the system answers and lets us in (`check-config --connect`); changes nothing."""
