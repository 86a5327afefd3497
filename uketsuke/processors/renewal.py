"""A plan that stopped because a row had changed goes on with the rows as they are now.

What is done stays done, over all versions of the plan; what was not carried out keeps
its order under new numbers. Only the steps that stopped are fitted to the rows, for only
those has somebody seen (AP-28).
"""

from __future__ import annotations

from collections.abc import Collection

from uketsuke.domain.plan import LedgerUpdate, Plan, Results, Step, Value, resolve
from uketsuke.domain.world import World
from uketsuke.processors.shapes.renumbering import renumbered


def renewed(
    plan: Plan, left: Collection[int], stopped: Collection[int], results: Results, world: World
) -> tuple[Step, ...]:
    """The steps with the numbers `left`, those in `stopped` expecting the rows of `world`."""
    following = max((*results, *(step.seq for step in plan.steps)), default=0) + 1
    steps = [step for step in plan.steps if step.seq in left]
    numbers = {step.seq: following + index for index, step in enumerate(steps)}
    # "After the one before it" is said by number: the one before it may be done and not here.
    bound = (step.model_copy(update={"after": plan.needs(step.seq)}) for step in steps)
    fresh = (_fitted(step, results, world) if step.seq in stopped else step for step in bound)
    return tuple(renumbered(step, numbers, {}) for step in fresh)


def _fitted(step: Step, results: Results, world: World) -> Step:
    """The step on the rows as they are; one whose rows are gone stays, and stops again."""
    if not isinstance(step, LedgerUpdate):
        return step
    rows = [world.row(step.ledger, key) for key in _keys(step.key, results)]
    if None in rows:
        return step
    before = (
        {name: rows[0].values.get(name) for name in (*step.set, *step.add)} if rows[0] and step.before else {}
    )
    expects: Value = [row.version for row in rows if row]
    return step.model_copy(update={"expects": expects, "before": before})


def _keys(key: Value, results: Results) -> list[str]:
    found = resolve(key, results)
    return [str(one) for one in (found if isinstance(found, list) else [found])]
