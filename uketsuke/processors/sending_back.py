"""What is left of a plan when a department sends it back: its work again, and everything after it."""

from __future__ import annotations

from uketsuke.domain.consent import ancestors
from uketsuke.domain.plan import Check, ManualTask, Plan, Results, SendMail, Step
from uketsuke.processors.shapes.renumbering import renumbered


def sent_back(plan: Plan, check: int, results: Results) -> tuple[Step, ...]:
    """The tasks that the check looked at, the letters between them and it, the check, and what is not done.

    What is done otherwise stays: numbers that were given are used again. Step numbers go on.
    """
    again = _again(plan, check)
    left = [step for step in plan.steps if step.seq in again or step.seq not in results]
    following = max((*results, *(step.seq for step in plan.steps)), default=0) + 1
    numbers = {step.seq: following + place for place, step in enumerate(left)}
    # "After the one before it" is said by number: the one before it may be done and not here.
    bound = (step.model_copy(update={"after": plan.needs(step.seq)}) for step in left)
    return tuple(renumbered(step, numbers, {}) for step in bound)


def _again(plan: Plan, check: int) -> set[int]:
    step = plan.step(check)
    what = set(step.what) if isinstance(step, Check) else set()
    work = {one.seq for one in plan.steps if one.seq in what and isinstance(one, ManualTask)}
    before = ancestors(plan, check)
    letters = {
        one.seq
        for one in plan.steps
        if isinstance(one, SendMail) and one.seq in before and ancestors(plan, one.seq) & work
    }
    return {check} | work | letters
