"""The one table of states and decisions, row by row (DESIGN 6, UX 2)."""

from __future__ import annotations

from itertools import product

import pytest

from uketsuke.domain.content import Kind
from uketsuke.domain.states import (
    ENDED,
    TRANSITIONS,
    Decision,
    RequestState,
    Role,
    allowed,
    follow,
)
from uketsuke.errors import NotAllowed

OPEN = "needs-review waiting-reply held"
DESK = "operator lead"
TABLE = f"""
run            | {OPEN}                   | {DESK}         | running awaiting-approval
ask            | {OPEN}                   | {DESK}         | waiting-reply
return         | {OPEN}                   | {DESK}         | returned rejected out-of-scope
hold           | {OPEN}                   | {DESK}         | held
split          | {OPEN}                   | {DESK}         | needs-review
merge          | {OPEN}                   | {DESK}         | merged
choose-service | {OPEN}                   | {DESK}         | needs-review
withdraw       | {OPEN} awaiting-approval | {DESK} staff   | withdrawn
approve        | awaiting-approval        | {DESK} officer | running
send-back      | awaiting-approval        | {DESK} officer | needs-review
complete-step  | running                  | {DESK} officer | running
confirm        | running                  | officer staff  | running
send-back      | running                  | officer        | running
give-answer    | {OPEN}                   | {DESK}         | done running
give-answer    | running                  | {DESK}         | done
promise-call   | needs-review held        | {DESK}         | needs-review
promise-call   | waiting-reply            | {DESK}         | waiting-reply
hand-over      | {OPEN}                   | {DESK}         | waiting-reply
hand-back      | {OPEN}                   | {DESK}         | needs-review
"""
"""Decision, states it is taken in, who takes it, where it leads: written apart from the code on purpose."""

INQUIRY = {"give-answer", "promise-call", "hand-over", "hand-back"}
EITHER = {"ask", "return", "hold", "reassign", "merge", "withdraw"}
"""Decisions about inquiries only, and about both; every other one is about requests."""


def _rows() -> set[tuple[str, str, str, str]]:
    found = set()
    for line in TABLE.strip().splitlines():
        decision, starts, roles, ends = (cell.split() for cell in line.split("|"))
        found |= {(start, decision[0], role, end) for start in starts for role in roles for end in ends}
    stays = f"{OPEN} awaiting-approval running".split()
    return found | {(state, "reassign", role, state) for state in stays for role in DESK.split()}


def test_the_table_holds_exactly_these_rows() -> None:
    assert {tuple(str(cell) for cell in vars(row).values()) for row in TRANSITIONS} == _rows()
    assert len(set(TRANSITIONS)) == len(TRANSITIONS)


def test_every_other_combination_is_refused() -> None:
    for kind, own in ((Kind.REQUEST, set(Decision) - INQUIRY), (Kind.INQUIRY, INQUIRY | EITHER)):
        rows = {row for row in _rows() if row[1] in own}
        for state, role in product(RequestState, Role):
            possible = {one for one in Decision if one in allowed(state, role, kind)}
            assert possible == {Decision(row[1]) for row in rows if row[0] == state and row[2] == role}
            for decision in set(Decision) - possible:
                with pytest.raises(NotAllowed):
                    follow(state, decision, role, kind=kind)


def test_a_decision_leads_nowhere_that_the_table_does_not_name() -> None:
    assert follow(RequestState.HELD, Decision.SPLIT, Role.LEAD) is RequestState.NEEDS_REVIEW
    with pytest.raises(NotAllowed):
        follow(RequestState.HELD, Decision.SPLIT, Role.LEAD, RequestState.MERGED)


def test_nothing_is_decided_about_what_has_ended() -> None:
    assert not [row for row in TRANSITIONS if row.start in ENDED]
