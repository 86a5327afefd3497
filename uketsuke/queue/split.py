"""分割: one message asked for several things, and each becomes a request of its own (AP-25).

The request keeps its number, which its requester knows, and is the first part. The
others are opened from the same receipt with numbers of their own. Every part stands
in review, whatever it asks for: what has been said once must not be done n times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uketsuke.app import Actor, App, token_hash
from uketsuke.domain.states import Decision, RequestState
from uketsuke.errors import NotAllowed
from uketsuke.processors.assessment import Assessment
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.deciding import Deciding, deciding
from uketsuke.queue.opening import facts_of
from uketsuke.queue.review import RECORDED, assess_now
from uketsuke.store.requests import Changes
from uketsuke.store.shapes import Override

FEWEST, MOST = 2, 20
"""How many parts one request can be split into."""
SETTLED = frozenset({"other-unit-named", "other-count-named"})
"""Concerns that ask which of several things is meant: each part is about one, and no part is asked again."""


def split(
    app: App, actor: Actor, request_id: int, version: int, services: Sequence[str | None], reason: str = ""
) -> tuple[str, ...]:
    """Split it into as many parts as there are services; gives their numbers, its own first.

    A service is None where nobody has chosen one yet. Raises `StaleVersion`, `NotAllowed`,
    `UnknownService`; then nothing was written.
    """
    if not FEWEST <= len(services) <= MOST:
        raise NotAllowed(Decision.SPLIT, f"{len(services)} parts", f"{FEWEST} to {MOST} are possible")
    for service in services:
        if service is not None:
            app.catalogue.service(service)
    with deciding(app, actor, request_id, version, "split") as now:
        state = now.follow(Decision.SPLIT)
        receipt = now.tx.receipts.get(now.request.receipt_id)
        # Every number before the first audit entry: whoever takes a message in locks in this order too.
        numbers = [str(now.tx.series.receipt_number(receipt.received_at)) for _ in services[1:]]
        for number, service in zip(numbers, services[1:], strict=True):
            _open_part(now, number, service, state, reason)
        _keep_first(now, numbers, services[0], state, reason)
        return (now.request.number, *numbers)


def _open_part(now: Deciding, number: str, service: str | None, state: RequestState, reason: str) -> None:
    """Another request of the same message: the same values and corrections, judged by themselves."""
    first, tx = now.request, now.tx
    checked = {key: one for key, one in first.overrides.items() if key in RECORDED}
    judged = first.model_copy(update={"number": number, "service": service, "overrides": checked})
    assessment = assess_now(now.app, tx, judged)
    facts = facts_of(now.app, assessment)
    facts["kind"], facts["state"], facts["assignee"] = first.kind, state, first.assignee
    facts["overrides"] = {**checked, **_settled(now, assessment)}
    facts["token_hash"] = token_hash(status_token(now.app, number))
    request_id = tx.requests.add(first.receipt_id, number, **facts)
    tx.audit.append(
        at=tx.now,
        actor=now.actor.login,
        action="split-off",
        subject=f"request:{number}",
        request_id=request_id,
        receipt_id=first.receipt_id,
        facts={"from": first.number, **_opened(assessment, state)},
        personal={"reason": reason} if reason else None,
    )


def _opened(assessment: Assessment, state: RequestState) -> dict[str, Any]:
    return {
        "after": {"state": state.value},
        "service": assessment.service,
        "concerns": [concern.code for concern in assessment.concerns],
        "authority": assessment.authority.model_dump(mode="json", exclude={"person"}),
    }


def _keep_first(
    now: Deciding, numbers: Sequence[str], service: str | None, state: RequestState, reason: str
) -> None:
    """The request itself goes on as the first part, under the number that its requester knows."""
    assessment = assess_now(now.app, now.tx, now.request.model_copy(update={"service": service}))
    fresh: Changes = facts_of(now.app, assessment)
    del fresh["kind"], fresh["applied_at"]
    fresh["state"], fresh["held_until"] = state, None
    fresh["overrides"] = {**now.request.overrides, **_settled(now, assessment)}
    now.change("split", reason or None, {"into": [now.request.number, *numbers]}, fresh)


def _settled(now: Deciding, assessment: Assessment) -> dict[str, Override]:
    """What the split itself has decided."""
    by_split = Override(reason=Decision.SPLIT.value, by=now.actor.login, at=now.app.now())
    return {one.key: by_split for one in assessment.concerns if one.code in SETTLED}
