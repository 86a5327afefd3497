"""What is left of a hand-over after 来庁なし or 日程変更; step numbers go on, reservations stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import JsonValue

from uketsuke.domain.plan import (
    AgreeDate,
    LedgerUpdate,
    Plan,
    Results,
    SendMail,
    Step,
    Values,
)
from uketsuke.domain.world import World
from uketsuke.processors.base import Outcome
from uketsuke.processors.shapes.handover_plan import BACK, HANDED_OVER, OUT, RESULT, HandoverTerms
from uketsuke.processors.shapes.renumbering import renumbered

_LEGS = {OUT: (6, 7), BACK: (8, 9)}


def revised(
    terms: HandoverTerms, plan: Plan, results: Results, outcome: Outcome, world: World
) -> tuple[Step, ...]:
    """Contact and agree again for every hand-over that has not happened; all else goes on as planned."""
    open_names = [name for name in _LEGS if _is_open(plan, results, outcome, name)]
    done = {*results, outcome.step}
    left = [_bound(step, plan) for step in plan.steps if _stays(step, done, open_names, plan)]
    first = max(step.seq for step in plan.steps) + 1
    offered = terms.offered(world)
    agree = AgreeDate(seq=first + 1, of=(4,), names=tuple(open_names), offered=offered)
    contact = _contact_again(terms, plan, first, offered, outcome)
    numbers = {step.seq: first + 2 + index for index, step in enumerate(left)}
    refs = {
        (old.seq, name): agree.seq for old in plan.steps if isinstance(old, AgreeDate) for name in open_names
    }
    return (contact, agree, *(renumbered(step, numbers, refs) for step in left))


def _is_open(plan: Plan, results: Results, outcome: Outcome, name: str) -> bool:
    confirm = next((step for step in plan.steps if step.of == (_LEGS[name][0],)), None)
    if confirm is None:
        return False
    return confirm.seq == outcome.step or results.get(confirm.seq, {}).get(RESULT) != HANDED_OVER


def _stays(step: Step, done: set[int], open_names: Iterable[str], plan: Plan) -> bool:
    """What open hand-overs still need, bookings of finished ones, the desk's and the last mail."""
    reopened = {of for name in open_names for of in _LEGS[name]}
    if step.of and step.of[0] in (5, 10):
        return True
    if step.of and step.of[0] in reopened:
        return True
    return isinstance(step, LedgerUpdate) and step.of[:1] in ((7,), (9,)) and step.seq not in done


def _bound(step: Step, plan: Plan) -> Step:
    """A booking follows its own confirmation, not whatever stands before it in the new version."""
    return step.model_copy(update={"after": plan.needs(step.seq)}) if isinstance(step, LedgerUpdate) else step


def _contact_again(
    terms: HandoverTerms, plan: Plan, seq: int, offered: tuple[date, ...], outcome: Outcome
) -> SendMail:
    last = next(step for step in plan.steps if isinstance(step, SendMail) and step.of == (3,))
    days: list[JsonValue] = [one.isoformat() for one in offered]
    unknown: Values = dict.fromkeys((*_LEGS, "desired_date"))
    facts: Values = {**last.facts, **unknown, "offered": days, "reason": outcome.results.get(RESULT)}
    template = f"{terms.prefix}contact-again"
    changes = {"seq": seq, "after": (), "template": template, "facts": facts, "deadline": None}
    return last.model_copy(update=changes)
