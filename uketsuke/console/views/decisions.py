"""Which decisions stand on a request's page: those of the one table, and no others (UX 2, AP-63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uketsuke.domain.kinds import Kind
from uketsuke.domain.states import Decision, RequestState, Role, allowed

KEYS: Mapping[str, str] = {"ask": "r", "hold": "s", "reassign": "m"}
FRONT = (Decision.ASK, Decision.RETURN, Decision.HOLD)
MORE = (
    Decision.REASSIGN,
    Decision.SPLIT,
    Decision.MERGE,
    Decision.CHOOSE_SERVICE,
    Decision.WITHDRAW,
)
BUILT = frozenset({*FRONT, *MORE, Decision.RUN})
"""What the console offers."""
PAGES = BUILT - {Decision.RUN}
"""What has a page of its own."""
CORRECTED_IN = frozenset({RequestState.NEEDS_REVIEW, RequestState.WAITING_REPLY, RequestState.HELD})


@dataclass(frozen=True)
class Action:
    """One button: the decision's code, its word, its key."""

    code: str
    word: str
    key: str = ""


@dataclass(frozen=True)
class May:
    """What the visitor may do with the request as it stands."""

    run: bool = False
    resume: bool = False
    correct: bool = False
    take: bool = False
    attest: bool = False
    attest_owner: bool = False
    """While it runs and waits for the owner of an account."""
    front: tuple[Action, ...] = ()
    more: tuple[Action, ...] = ()


def may(
    state: RequestState,
    role: Role,
    mine: bool,
    words: Mapping[Decision, str],
    kind: Kind = Kind.REQUEST,
) -> May:
    """The buttons for a state and role; `mine` = the visitor is 処理担当 already."""
    open_to = frozenset(allowed(state, role, kind)) & BUILT
    desk = role in (Role.OPERATOR, Role.LEAD)
    hidden = {Decision.HOLD} if state is RequestState.HELD else set()
    return May(
        run=Decision.RUN in open_to,
        resume=desk and state is RequestState.HELD,
        correct=desk and state in CORRECTED_IN,
        take=Decision.REASSIGN in open_to and not mine,
        attest=desk and state in CORRECTED_IN,
        attest_owner=desk and state is RequestState.RUNNING,
        front=_actions([one for one in FRONT if one in open_to - hidden], words),
        more=_actions([one for one in MORE if one in open_to - hidden], words),
    )


def _actions(decisions: list[Decision], words: Mapping[Decision, str]) -> tuple[Action, ...]:
    return tuple(Action(one.value, words[one], KEYS.get(one.value, "")) for one in decisions)
