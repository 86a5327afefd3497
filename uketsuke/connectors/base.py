"""What plans act on: effects inside our database, and systems outside it (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from uketsuke.domain.plan import Results
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


class Found(StrEnum):
    """What a look into an outside system shows about an effect."""

    ABSENT = "absent"
    OURS = "ours"
    OTHER = "other"
    UNKNOWN = "unknown"


class ExternalConnector(Protocol):
    """An adapter to a system outside: it looks before it acts, with no transaction open."""

    marker: str
    """By what it recognises an effect as ours."""
    repeatable: bool
    """Whether acting twice does no harm."""

    def look(self, effect: Effect, step: Any) -> Found:
        """Whether the effect is there already."""

    def act(self, effect: Effect, step: Any) -> Done:
        """Make it happen; raises `TryLater`, `Refused` or `UnknownOutcome`."""


def local(tx: Transaction, effect: Effect) -> None:
    """Claim the effect key for this transaction; raises `EffectDone` when it happened already."""
    tx.effects.record(effect.key, effect.step_id)
