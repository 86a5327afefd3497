"""What plans act on: one resolved step, about to happen, and what it left (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    personal: Mapping[str, Any] | None = None
    """Facts that may tell of a person: they can be erased from the audit log."""


def local(tx: Transaction, effect: Effect) -> None:
    """Claim the effect key for this transaction; raises `EffectDone` when it happened already."""
    tx.effects.record(effect.key, effect.step_id)
