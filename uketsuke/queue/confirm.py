"""The owner's word before anything happens: a link to the directory address, or a check by an operator.

A link is single-use and ends after a day. What opens it is derived from a random number
and our secret when the letter leaves: neither the database nor a page of the desk holds
anything with which somebody else could confirm (FAULTS 3).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from uketsuke.app import Actor, App, token_hash
from uketsuke.connectors.base import Done, Effect
from uketsuke.domain.calendar import local_day
from uketsuke.domain.people import Person
from uketsuke.domain.plan import Confirm
from uketsuke.domain.states import Decision, RequestState, Role, StepState, WaitKind, follow, permit
from uketsuke.errors import NotAllowed, NotFound
from uketsuke.intake.note import believed
from uketsuke.log import logger
from uketsuke.queue.correspondence import link_placeholder, link_token, write
from uketsuke.queue.involvement import require_apart
from uketsuke.queue.opening import facts_of
from uketsuke.queue.persons import person_of
from uketsuke.queue.progress import finish_step, state_change
from uketsuke.queue.question import Change, change_text, changes_of
from uketsuke.queue.review import IDENTITY_CHECK, OWNER_REFUSED, assess_now
from uketsuke.store.requests import RequestRow
from uketsuke.store.shapes import Override
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitRow

log = logger(__name__)
LASTS = timedelta(hours=24)
LINK = "confirm-link"
CHECKS = ("call-back", "counter", "staff-card")
"""What an operator can record."""


@dataclass(frozen=True)
class Question:
    """What the owner is asked to agree to."""

    request: RequestRow
    step: Confirm
    changes: tuple[Change, ...]
    until: datetime | None


@dataclass(frozen=True)
class Pending:
    """A confirmation that is waited for, as the desk sees it."""

    step_id: int
    question: Question
    owner: Person | None
    """The owner as the directory knows them; None where nobody active has that number."""
    ways: tuple[str, ...]
    """Checks that an operator may record."""
    has_link: bool


def begin(app: App, tx: Transaction, step: Confirm, effect: Effect) -> Done | None:
    """It ends at once where the owner was checked already; else the owner is asked, and it waits."""
    request = tx.requests.get(effect.request_id)
    check = recorded_check(tx, request, step)
    if check is not None:
        return Done(
            _result(app, check.reason, check.by), {"how": check.reason, "by": check.by, "owner": step.owner}
        )
    wait_id = tx.waits.add(
        request.id, WaitKind.REPLY, step_id=effect.step_id, role="operator", person=step.owner
    )
    if _address(app, tx, step) is not None:
        _send_link(app, tx, wait_id, request, tx.steps.get(effect.step_id), step)
    return None


def recorded_check(tx: Transaction, request: RequestRow, step: Confirm) -> Override | None:
    """How the owner was checked before the plan began; None where nobody did, or for somebody else.

    Only who asks is checked then, so it counts only where that is the owner, only in a way
    that the step allows, and only by another person; one that an edit has made void never.
    """
    asking = request.authority.person if request.authority else None
    if asking is None or asking != step.owner:
        return None
    check = request.overrides.get(IDENTITY_CHECK) or _noted(tx, request)
    if check is None or check.reason not in step.by:
        return None
    by = person_of(tx, check.by)
    return check if by is not None and by != step.owner else None


def _noted(tx: Transaction, request: RequestRow) -> Override | None:
    """The check that stands in an operator's note; a message cannot bring one, nor a file like a note."""
    receipt = tx.receipts.get(request.receipt_id)
    told = believed(receipt.content, receipt.channel, receipt.source) if receipt.content else None
    if told is None or not told.identity_check:
        return None
    return Override(reason=told.identity_check, by=told.entered_by or "", at=receipt.received_at)


def _address(app: App, tx: Transaction, step: Confirm) -> str | None:
    """Where the link may go: the step's address, while it is still the directory's for an active owner."""
    owner = app.world(tx).person(step.owner)
    if LINK not in step.by or step.to is None or owner is None or owner.mail is None:
        return None
    return step.to if owner.mail.casefold() == step.to.casefold() else None


def _send_link(
    app: App, tx: Transaction, wait_id: int, request: RequestRow, row: StepRow, step: Confirm
) -> None:
    """A new link, the only one that works from now on, and the letter that carries it."""
    nonce, until = secrets.token_hex(16), app.now() + LASTS
    tx.waits.set_token(wait_id, token_hash(link_token(app, nonce)), until)
    owner = app.world(tx).person(step.owner)
    write(
        app,
        tx,
        template="general.confirm",
        to=str(step.to),
        facts={
            "recipient": owner.name if owner else "",
            "confirm_url": link_placeholder(app, nonce),
            "until": until,
            "changes": [change_text(app, one) for one in changes_of(tx, request, row, step)],
            "asked_by": request.requester_name or "",
            "asked_on": local_day(request.applied_at),
        },
        number=request.number,
        key=f"{row.effect_key}-{nonce[:12]}",
        purpose="confirm",
        request_id=request.id,
        step_id=row.id,
    )


def find_question(app: App, tx: Transaction, token: str) -> Question | None:
    """What a link asks; None for one that is used, expired or unknown."""
    found = _alive(app, tx, token)
    if found is None:
        return None
    wait, row, request = found
    step = _confirm_of(tx, row)
    return Question(request, step, changes_of(tx, request, row, step), wait.token_until)


def _alive(
    app: App, tx: Transaction, token: str, *, locked: bool = False
) -> tuple[WaitRow, StepRow, RequestRow] | None:
    """What the link opens, while its address is still that of an owner who is in office."""
    wait = tx.waits.by_token_hash(token_hash(token))
    if wait is None or wait.step_id is None:
        return None
    request = (tx.requests.get_locked if locked else tx.requests.get)(wait.request_id)
    row = tx.steps.get(wait.step_id)  # as whoever held the lock before has left it
    still = tx.waits.open_of(row.id)
    waiting = row.state is StepState.WAITING and request.state is RequestState.RUNNING
    if not waiting or still is None or still.id != wait.id or _address(app, tx, _confirm_of(tx, row)) is None:
        return None
    return wait, row, request


def confirm(app: App, token: str) -> None:
    """The owner agrees, once; raises `NotFound` for a link that is used, expired or unknown."""
    with app.database.transaction("confirm") as tx:
        found = _alive(app, tx, token, locked=True)
        if found is None:
            raise NotFound("confirmation", "link")
        wait, row, request = found
        follow(request.state, Decision.CONFIRM, Role.STAFF)
        owner = Actor("owner", Role.STAFF, wait.person)
        tx.waits.answer(wait.id, owner.login, {"identity_check": LINK})
        facts = {"how": LINK, "by": None, "owner": wait.person}
        finish_step(app, tx, row, _result(app, LINK, None), actor=owner, facts=facts)


def refuse(app: App, token: str) -> None:
    """心当たりがない: nothing of it happens, and the request comes back to review with a hard reason."""
    with app.database.transaction("refuse") as tx:
        found = _alive(app, tx, token, locked=True)
        if found is None:
            raise NotFound("confirmation", "link")
        wait, _, request = found
        permit("refuse", Role.STAFF, f"request {request.number}")
        tx.waits.answer(wait.id, "owner", {"refused": True})
        tx.plans.supersede(request.id)
        tx.waits.cancel(request.id, "owner")
        refusal = Override(reason=wait.person or "", by="owner", at=app.now())
        overrides = {**request.overrides, OWNER_REFUSED: refusal}
        fresh = facts_of(app, assess_now(app, tx, request.model_copy(update={"overrides": overrides})))
        del fresh["kind"], fresh["applied_at"]
        fresh["overrides"], fresh["plan_id"] = overrides, None
        fresh["state"] = RequestState.NEEDS_REVIEW
        tx.requests.update(request.id, request.version, **fresh)
        change = state_change(request.state, RequestState.NEEDS_REVIEW)
        tx.audit.note(request, "owner", "owner-refused", {"owner": wait.person, **change})
    log.error("owner_refused", request=request.number)


def record_check(app: App, actor: Actor, step_id: int, how: str) -> None:
    """An operator has made sure of the owner: by calling the directory's number, at the counter, by card.

    Raises `SamePerson` for the owner and for who asked, `NotAllowed` for an owner who has left.
    """
    permit("record-check", actor.role, f"step {step_id}")
    with app.database.transaction("record-check") as tx:
        row, request, step, wait = _pending(tx, step_id)
        if how not in CHECKS or how not in step.by:
            raise NotAllowed("record-check", how, "not a way to check this owner")
        if app.world(tx).person(step.owner) is None:
            raise NotAllowed("record-check", how, "the owner is not in office")
        require_apart(tx, actor, "record-check", f"request {request.number}", request, [step])
        tx.waits.answer(wait.id, actor.login, {"identity_check": how})
        facts = {"how": how, "by": actor.login, "owner": step.owner}
        finish_step(app, tx, row, _result(app, how, actor.login), actor=actor, facts=facts)


def send_new_link(app: App, actor: Actor, step_id: int) -> None:
    """Another link for the same question; the old one is dead."""
    permit("new-link", actor.role, f"step {step_id}")
    with app.database.transaction("new-link") as tx:
        row, request, step, wait = _pending(tx, step_id)
        if _address(app, tx, step) is None:
            raise NotAllowed("new-link", row.state, "no directory address of the owner")
        _send_link(app, tx, wait.id, request, row, step)
        tx.audit.note(request, actor.login, "new-link", {"step": row.seq})


def pending_of(app: App, tx: Transaction, request: RequestRow) -> tuple[Pending, ...]:
    """The confirmations that a running request waits for."""
    if request.state is not RequestState.RUNNING:
        return ()
    rows = [one for one in tx.steps.of_request(request.id) if one.kind == "confirm"]
    return tuple(_seen(app, tx, request, row) for row in rows if row.state is StepState.WAITING)


def _seen(app: App, tx: Transaction, request: RequestRow, row: StepRow) -> Pending:
    step, wait = _confirm_of(tx, row), tx.waits.open_of(row.id)
    question = Question(request, step, changes_of(tx, request, row, step), wait.token_until if wait else None)
    return Pending(
        row.id,
        question,
        app.world(tx).person(step.owner),
        tuple(way for way in CHECKS if way in step.by),
        _address(app, tx, step) is not None,
    )


def _pending(tx: Transaction, step_id: int) -> tuple[StepRow, RequestRow, Confirm, WaitRow]:
    request = tx.requests.get_locked(tx.steps.get(step_id).request_id)
    row = tx.steps.get(step_id)  # as whoever held the lock before has left it
    wait = tx.waits.open_of(row.id)
    if row.state is not StepState.WAITING or request.state is not RequestState.RUNNING or wait is None:
        raise NotFound("waiting step", step_id)
    return row, request, _confirm_of(tx, row), wait


def _confirm_of(tx: Transaction, row: StepRow) -> Confirm:
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    if not isinstance(step, Confirm):
        raise NotFound("confirmation", row.id)
    return step


def _result(app: App, how: str, by: str | None) -> dict[str, Any]:
    return {"identity_check": how, "checked_by": by, "checked_on": app.today().isoformat()}
