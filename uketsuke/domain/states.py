"""States and decisions: the one table behind UI, API and command line (DESIGN 6, UX 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from uketsuke.domain.kinds import Kind
from uketsuke.errors import NotAllowed


class RequestState(StrEnum):
    """Where a request or inquiry stands."""

    READING = "reading"
    NEEDS_REVIEW = "needs-review"
    WAITING_REPLY = "waiting-reply"
    HELD = "held"
    AWAITING_APPROVAL = "awaiting-approval"
    RUNNING = "running"
    DONE = "done"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OUT_OF_SCOPE = "out-of-scope"
    MERGED = "merged"


class StepState(StrEnum):
    """Where a step of a plan stands."""

    PLANNED = "planned"
    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"


class WaitKind(StrEnum):
    """What a waiting step waits for."""

    PERSON = "person"
    CHECK = "check"
    DATE = "date"
    BATCH = "batch"
    REPLY = "reply"


class LetterState(StrEnum):
    """A letter's way; the last three are its outcomes (DESIGN 2, promise 6)."""

    WRITTEN = "written"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a sign-in may do."""

    STAFF = "staff"
    OPERATOR = "operator"
    LEAD = "lead"
    OFFICER = "officer"
    ADMIN = "admin"
    SYSTEM = "system"
    """uketsuke itself: a worker, a reply that came in."""


class Decision(StrEnum):
    """What a person decides about a request or a step."""

    RUN = "run"
    ASK = "ask"
    RETURN = "return"
    HOLD = "hold"
    REASSIGN = "reassign"
    SPLIT = "split"
    MERGE = "merge"
    CHOOSE_SERVICE = "choose-service"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    CONFIRM = "confirm"
    COMPLETE_STEP = "complete-step"
    WITHDRAW = "withdraw"
    GIVE_ANSWER = "give-answer"
    PROMISE_CALL = "promise-call"
    HAND_OVER = "hand-over"
    HAND_BACK = "hand-back"


@dataclass(frozen=True)
class Transition:
    """One row of the table: from this state this role may decide so, and it leads there."""

    start: RequestState
    decision: Decision
    role: Role
    end: RequestState


_S, _D, _R = RequestState, Decision, Role
OPEN = (_S.NEEDS_REVIEW, _S.WAITING_REPLY, _S.HELD)
"""States in which an operator may still change everything."""
ENDED = (_S.DONE, _S.RETURNED, _S.REJECTED, _S.WITHDRAWN, _S.OUT_OF_SCOPE, _S.MERGED)


def _rows(
    starts: Iterable[RequestState], roles: Iterable[Role], *ends: tuple[Decision, RequestState | None]
) -> Iterator[Transition]:
    """One row for each of the starts, roles and decisions; None leads back to the start."""
    for start, role, (decision, end) in product(starts, roles, ends):
        yield Transition(start, decision, role, end or start)


_OPERATORS = (_R.OPERATOR, _R.LEAD)
_CHECKERS = (*_OPERATORS, _R.OFFICER)
_REQUESTS = (
    *_rows(
        OPEN,
        _OPERATORS,
        (_D.RUN, _S.RUNNING),
        (_D.RUN, _S.AWAITING_APPROVAL),
        (_D.ASK, _S.WAITING_REPLY),
        (_D.RETURN, _S.RETURNED),
        (_D.RETURN, _S.REJECTED),
        (_D.RETURN, _S.OUT_OF_SCOPE),
        (_D.HOLD, _S.HELD),
        (_D.SPLIT, _S.NEEDS_REVIEW),
        (_D.MERGE, _S.MERGED),
        (_D.CHOOSE_SERVICE, _S.NEEDS_REVIEW),
    ),
    *_rows((*OPEN, _S.AWAITING_APPROVAL, _S.RUNNING), _OPERATORS, (_D.REASSIGN, None)),
    *_rows([_S.AWAITING_APPROVAL], _CHECKERS, (_D.APPROVE, _S.RUNNING), (_D.SEND_BACK, _S.NEEDS_REVIEW)),
    *_rows([_S.RUNNING], _CHECKERS, (_D.COMPLETE_STEP, None)),
    *_rows([_S.RUNNING], [_R.OFFICER, _R.STAFF], (_D.CONFIRM, None)),
    *_rows([_S.RUNNING], [_R.OFFICER], (_D.SEND_BACK, None)),
    *_rows((*OPEN, _S.AWAITING_APPROVAL), (_R.STAFF, *_OPERATORS), (_D.WITHDRAW, _S.WITHDRAWN)),
)
_INQUIRIES = (
    *_rows(
        OPEN,
        _OPERATORS,
        (_D.GIVE_ANSWER, _S.DONE),
        (_D.GIVE_ANSWER, _S.RUNNING),
        (_D.HAND_OVER, _S.WAITING_REPLY),
        (_D.HAND_BACK, _S.NEEDS_REVIEW),
    ),
    *_rows([_S.NEEDS_REVIEW, _S.WAITING_REPLY], _OPERATORS, (_D.PROMISE_CALL, None)),
    *_rows([_S.HELD], _OPERATORS, (_D.PROMISE_CALL, _S.NEEDS_REVIEW)),
    # Where the letter with the answer could not be delivered, it is told by voice.
    *_rows([_S.RUNNING], _OPERATORS, (_D.GIVE_ANSWER, _S.DONE)),
)


INQUIRIES_ONLY = frozenset({_D.GIVE_ANSWER, _D.PROMISE_CALL, _D.HAND_OVER, _D.HAND_BACK})
"""Decisions about inquiries."""
REQUESTS_ONLY = frozenset(
    {
        _D.RUN,
        _D.SPLIT,
        _D.CHOOSE_SERVICE,
        _D.APPROVE,
        _D.SEND_BACK,
        _D.CONFIRM,
        _D.COMPLETE_STEP,
    }
)
"""Decisions about a service or a plan, which an inquiry has not."""
TRANSITIONS: tuple[Transition, ...] = (*_REQUESTS, *_INQUIRIES)
_DESK = frozenset(_OPERATORS)
BESIDE: dict[str, frozenset[Role]] = {
    "undo": _DESK,
    "resume": _DESK,
    "replan": _DESK,
    "retry-step": _DESK,
    "accept-step": _DESK,
    "hand-step-over": _DESK,
    "show-password": _DESK,
    "give-up": _DESK,
    "settle-letter": _DESK,
    "settle-exchange": _DESK,
    "settle-record": _DESK,
    "unpark": _DESK,
    "answer-dates": _DESK | {_R.STAFF},
    "answer": _DESK | {_R.STAFF},
    "categorise": _DESK,
    "make-request": _DESK,
    "record-check": _DESK,
    "new-link": _DESK,
    "refuse": frozenset({_R.STAFF}),
    "review": _DESK | {_R.OFFICER},
    "settle-review": frozenset({_R.LEAD}),
}
"""What is done beside the decisions, and by whom; what is not listed nobody may do."""


def permit(action: str, role: Role, where: str) -> None:
    """Raise `NotAllowed` unless the role may do this beside the decisions; `where` names what it is about."""
    if role not in BESIDE.get(action, frozenset()):
        raise NotAllowed(action, where, f"nothing that {role} may do")


def is_work_of(task_role: str, role: Role) -> bool:
    """Whether work of `operator`, `officer` or `operator_or_officer` is theirs; a lead is an operator."""
    return ("operator" if role is Role.LEAD else role.value) in task_role.split("_or_")


def applies(decision: Decision, kind: Kind) -> bool:
    """Whether that kind can be decided about so; what is no inquiry is treated as a request."""
    return decision not in (REQUESTS_ONLY if kind is Kind.INQUIRY else INQUIRIES_ONLY)


def allowed(state: RequestState, role: Role, kind: Kind = Kind.REQUEST) -> tuple[Decision, ...]:
    """The decisions this role may take in this state, in the order of the table."""
    found = [row.decision for row in TRANSITIONS if row.start is state and row.role is role]
    return tuple(one for one in dict.fromkeys(found) if applies(one, kind))


def follow(
    state: RequestState,
    decision: Decision,
    role: Role,
    end: RequestState | None = None,
    kind: Kind = Kind.REQUEST,
) -> RequestState:
    """The state a decision leads to; `end` chooses where the table offers several.

    Raises `NotAllowed` for everything that is not in the table, or not about that kind.
    """
    ends = [
        row.end for row in TRANSITIONS if row.start is state and row.decision is decision and row.role is role
    ]
    if not ends or not applies(decision, kind):
        raise NotAllowed(decision, state, f"not a decision of {role} in this state")
    if end is None:
        return ends[0]
    if end not in ends:
        raise NotAllowed(decision, state, f"does not lead to {end}")
    return end
