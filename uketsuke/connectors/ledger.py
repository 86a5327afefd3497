"""Our own ledgers: effects that are one with the step's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke.connectors.base import Done, Effect, local
from uketsuke.domain.plan import LedgerUpdate, Reserve, Results, resolve, resolve_all
from uketsuke.store.ledgers import Origin
from uketsuke.store.transaction import Transaction


def reserve(tx: Transaction, step: Reserve, effect: Effect) -> Done:
    """Take units that meet the criteria now; raises `OutOfStock` when there are too few."""
    local(tx, effect)
    changes = resolve_all(step.set, effect.results)
    taken = tx.stock.reserve(step.ledger, step.criteria, step.count, changes, _origin(effect), step.keys)
    keys, versions = [key for key, _ in taken], [version for _, version in taken]
    return Done(
        {"asset_no": keys, "version": versions},
        {"ledger": step.ledger, "keys": keys, "columns": sorted(changes)},
        {"before": step.criteria, "after": changes},
    )


def update(tx: Transaction, step: LedgerUpdate, effect: Effect) -> Done:
    """Change the rows, or add those that are expected at version 0; raises `StalePlan` and changes none."""
    if step.only_if is not None and resolve(step.only_if[0], effect.results) != step.only_if[1]:
        return Done({"skipped": True}, {"skipped": True})
    local(tx, effect)
    keys, expected = _list(resolve(step.key, effect.results)), _list(resolve(step.expects, effect.results))
    changes = resolve_all(step.set, effect.results)
    versions: list[int] = []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, version in zip(keys, expected, strict=True):
        row = tx.ledgers.row(step.ledger, key)
        changed = {**changes, **grown(row.values if row else {}, step, effect.results)}
        before[key] = {name: row.values.get(name) for name in changed} if row else {}
        after[key] = changed
        if row is None and version == 0:
            said = {name: value for name, value in changed.items() if value is not None}
            versions.append(tx.ledgers.insert(step.ledger, key, said, _origin(effect)))
        else:
            versions.append(tx.ledgers.update(step.ledger, key, version, changed, _origin(effect)))
    return Done(
        {"version": versions},
        {"ledger": step.ledger, "keys": keys, "columns": sorted({*step.set, *step.add})},
        {"before": before, "after": after if step.add else changes},
    )


def grown(values: Mapping[str, Any], step: LedgerUpdate, results: Results) -> dict[str, Any]:
    """The lists that stand in the row now, each with what the step adds behind it."""
    added = resolve_all(step.add, results)
    return {name: [*_list(values.get(name) or []), value] for name, value in added.items()}


def _origin(effect: Effect) -> Origin:
    return Origin(
        actor="uketsuke",
        effect_key=effect.key,
        request_id=effect.request_id,
        reason=effect.number,
        at=effect.at,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
