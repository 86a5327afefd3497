"""承認: another person agrees to exactly the plan that was stored, or sends it back (FAULTS 3, AP-28).

Nothing of the plan has been released before. Whatever changes it afterwards goes through
`send_back` or `withdraw`, which replace its steps: an approval can only ever meet the plan
it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.domain.consent import changes_of
from uketsuke.domain.plan import LedgerUpdate, Results, Step, is_pending, resolve, resolve_all
from uketsuke.domain.states import Decision, RequestState
from uketsuke.errors import Incomplete, NotAllowed, NotFound, PlanChanged
from uketsuke.queue.deciding import Deciding, deciding
from uketsuke.queue.grave import set_going
from uketsuke.queue.involvement import require_apart
from uketsuke.queue.opening import facts_of
from uketsuke.queue.progress import refresh_due, release
from uketsuke.queue.review import SENT_BACK, assess_now, obstacle
from uketsuke.store.exchanges import Direction
from uketsuke.store.plans import PlanRow
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.shapes import Override
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Moved:
    """A row that is no longer as the plan expects it, column by column."""

    ledger: str
    key: str
    before: dict[str, JsonValue]
    """What the planner saw."""
    planned: dict[str, JsonValue]
    now: dict[str, JsonValue]


def approve(
    app: App, actor: Actor, request_id: int, version: int, plan_hash: str, count: int | None = None
) -> int:
    """承認 of exactly this plan; it is released in the same transaction.

    `count` is how many changes of accounts the approver says there are, where that must be said (AP-31).
    Raises `SamePerson` for whoever made or shaped it, asks for it or owns the account, `PlanChanged` for
    another plan than the stored one, `NotAllowed` where a row or who may ask has changed since,
    `Incomplete` for a count that is missing or another.
    """
    with deciding(app, actor, request_id, version, "approve") as now:
        state = now.follow(Decision.APPROVE)
        plan = awaited(now.tx, now.request)
        steps = plan.plan().steps
        require_apart(now.tx, actor, Decision.APPROVE, now.request.state, now.request, steps)
        if plan.hash != plan_hash:
            raise PlanChanged(plan_hash, plan.hash)
        if why := hindrance(app, now.tx, now.request, plan):
            raise NotAllowed(Decision.APPROVE, now.request.state, why)
        if count != (wanted := to_count(app, now.request, plan.plan().steps)) and wanted:
            raise Incomplete({"count": "missing" if count is None else "not-the-count"})
        now.tx.plans.approve(plan.id, actor.login)
        facts: dict[str, JsonValue] = {"plan": plan.id, "hash": plan.hash, "made_by": plan.created_by}
        version = now.change("approve", None, facts, Changes(state=state))
        set_going(app, now.tx, now.request, plan.id, plan.plan().steps)
        release(now.tx, request_id, timedelta(0))
        refresh_due(app, now.tx, request_id)
        return version


def send_back(app: App, actor: Actor, request_id: int, version: int, comment: str) -> int:
    """差戻し to the desk's tray, to nobody by name; the plan is void (AP-30). Raises `Incomplete`."""
    if not comment.strip():
        raise Incomplete({"comment": "missing"})
    with deciding(app, actor, request_id, version, "send-back") as now:
        state = now.follow(Decision.SEND_BACK, RequestState.NEEDS_REVIEW)
        reason = Override(reason=comment.strip(), by=actor.login, at=app.now())
        return _void(now, state, "send-back", comment.strip(), {SENT_BACK: reason})


def remake(app: App, actor: Actor, request_id: int, version: int) -> int:
    """作り直す: a row has changed, so the plan is void and the desk looks at what would be now (AP-28)."""
    with deciding(app, actor, request_id, version, "remake") as now:
        state = now.follow(Decision.SEND_BACK, RequestState.NEEDS_REVIEW)
        plan = awaited(now.tx, now.request)
        if not hindrance(app, now.tx, now.request, plan):
            raise NotAllowed("remake", now.request.state, "nothing has changed")
        return _void(now, state, "remake", None, {})


def _void(
    now: Deciding, state: RequestState, action: str, reason: str | None, recorded: dict[str, Override]
) -> int:
    """Back to review: the stored plan's steps are replaced, and the request is judged anew."""
    plan = awaited(now.tx, now.request)
    now.tx.plans.supersede(now.request.id)
    overrides = {**now.request.overrides, **recorded}
    judged = now.request.model_copy(update={"overrides": overrides})
    fresh = facts_of(now.app, assess_now(now.app, now.tx, judged))
    del fresh["kind"], fresh["applied_at"]
    fresh["overrides"], fresh["state"], fresh["plan_id"], fresh["assignee"] = overrides, state, None, None
    facts: dict[str, Any] = {"plan": plan.id, "hash": plan.hash}
    return now.change(action, reason, facts, fresh)


def awaited(tx: Transaction, request: RequestRow) -> PlanRow:
    """The plan that waits for approval: the newest, and the one the request names; raises `NotFound`."""
    current = tx.plans.current(request.id)
    waits = request.state is RequestState.AWAITING_APPROVAL
    if not waits or current is None or current.id != request.plan_id or current.approved_at is not None:
        raise NotFound("plan that waits for approval", request.number)
    current.plan()  # whose text must still give its hash
    return current


def to_count(app: App, request: RequestRow, steps: Iterable[Step]) -> int:
    """How many changes of accounts the approver must count; 0 where the service lets them pass uncounted."""
    found = sum(map(changes_of, steps))
    most = app.catalogue.service(request.service).most_deeds if request.service else 0
    return found if found > most else 0


def hindrance(app: App, tx: Transaction, request: RequestRow, plan: PlanRow) -> str | None:
    """Why even another person cannot approve it as it stands; None where nothing is in the way."""
    if moved(tx, request, plan):
        return "a row has changed"
    replies = tx.exchanges.of_request(request.id)
    if any(one.open and one.direction is Direction.IN for one in replies):
        return "a reply has not been looked at"
    return obstacle(request, assess_now(app, tx, request))


def moved(tx: Transaction, request: RequestRow, plan: PlanRow) -> tuple[Moved, ...]:
    """Rows that the plan expects otherwise; a row whose key is known only later is looked at then."""
    results = tx.plans.results(request.id)
    return tuple(
        one
        for step in plan.plan().steps
        if isinstance(step, LedgerUpdate)
        and not is_pending(step.key, results)
        and not is_pending(step.expects, results)
        for one in _moved(tx, step, results)
    )


def _moved(tx: Transaction, step: LedgerUpdate, results: Results) -> Iterator[Moved]:
    keys, versions = _list(resolve(step.key, results)), _list(resolve(step.expects, results))
    planned = {name: value for name, value in step.set.items() if not is_pending(value, results)}
    for key, expected in zip(keys, versions, strict=True):
        row = tx.ledgers.row(step.ledger, str(key))
        if row is None or row.version != expected:
            now = {name: row.values.get(name) for name in step.set} if row else {}
            yield Moved(step.ledger, str(key), dict(step.before), resolve_all(planned, results), now)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
