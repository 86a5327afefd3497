"""What is left of a hand-over after a correction, with steps done already; numbers go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke.domain.plan import LedgerUpdate, Plan, Ref, Reserve, Results, Step, Values
from uketsuke.processors.shapes.renumbering import mapped, renumbered


def what_is_left(fresh: tuple[Step, ...], plan: Plan, results: Results) -> tuple[Step, ...]:
    """A corrected plan without what is done and still right; what is done and wrong is taken back first."""
    following = max((*results, *(step.seq for step in plan.steps)), default=0)
    left: list[Step] = []
    for old in plan.steps:
        if old.seq in results and not any(_work(old, {}) == _work(step, {}) for step in fresh):
            back = _taken_back(old, following + 1)
            left += [back] if back else []
            following += 1 if back else 0
    numbers: dict[int, int] = {}
    again: list[Step] = []
    for step in fresh:
        before = _done_already(step, plan, results, numbers)
        following += 1 if before is None else 0
        numbers[step.seq] = following if before is None else before
        again += [step] if before is None else []
    return (*left, *(renumbered(step, numbers, {}) for step in again))


def _done_already(step: Step, plan: Plan, results: Results, numbers: Mapping[int, int]) -> int | None:
    """The number of the done step that did just this, with the same earlier steps behind it."""
    wanted = _work(step, numbers)
    done = (old.seq for old in plan.steps if old.seq in results and _work(old, {}) == wanted)
    return next((seq for seq in done if seq not in numbers.values()), None)


def _taken_back(old: Step, seq: int) -> LedgerUpdate | None:
    """The unit as it was before the plan touched it; letters and agreements cannot be taken back."""
    expects = Ref(step=old.seq, name="version")
    if isinstance(old, Reserve):
        free: Values = {**dict.fromkeys(old.set), **old.criteria}
        key = Ref(step=old.seq, name="asset_no")
        return LedgerUpdate(seq=seq, of=old.of, ledger=old.ledger, key=key, expects=expects, set=free)
    if isinstance(old, LedgerUpdate) and old.of == (2,):
        before: Values = dict(old.before)
        return LedgerUpdate(seq=seq, of=old.of, ledger=old.ledger, key=old.key, expects=expects, set=before)
    return None


def _work(step: Step, numbers: Mapping[int, int]) -> dict[str, Any]:
    """What a step does, whatever its number; a reservation is what it takes, not for whom."""
    plain: dict[str, Any] = mapped(step.model_dump(mode="json"), numbers, {})
    left_out = {"seq", "after", "expects", "before", *(("set",) if step.of == (2,) else ())}
    return {name: value for name, value in plain.items() if name not in left_out}
