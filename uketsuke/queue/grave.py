"""R3 effects: what must have happened before one, and what follows it (FAULTS 3).

Decisions see to it that the owner is asked and that somebody else agrees. Here it is
looked at once more, in the transaction of the effect itself: whatever way a plan was
made, shortened or taken up again, nothing of an R3 request happens without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from uketsuke.app import SYSTEM, Actor, App
from uketsuke.domain.authority import R3_PER_DAY, Need, Risk, SecondPerson
from uketsuke.domain.calendar import JST, local_day
from uketsuke.domain.consent import deeds_of, owner_of
from uketsuke.domain.deadline import AfterBusinessDays, due
from uketsuke.domain.gravity import risk_of
from uketsuke.domain.plan import AccountAction, AccountDeed, AgreeDate, Confirm, ManualTask, Step, resolve
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.errors import NotAllowed
from uketsuke.log import logger
from uketsuke.queue.involvement import barred, parts_in
from uketsuke.queue.persons import person_of, require_person
from uketsuke.store.plans import PlanRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

log = logger(__name__)
LOOKED_AT = AfterBusinessDays(event="done", business_days=2)
"""Until when another person looks at an effect afterwards."""
OPENING: frozenset[AccountDeed] = frozenset({"unlock", "reset-password", "enable", "grant"})
"""Deeds that let somebody in: they need an owner who is in office, and whose account it still is."""
UNKNOWN = ""
"""Somebody who had a part in it and may be anybody: then nobody can be told to be another person."""


def is_grave(request: RequestRow) -> bool:
    """Whether its plan is one of R3."""
    return request.authority is not None and request.authority.risk is Risk.R3


def weight_of(request: RequestRow, steps: Iterable[Step]) -> Risk:
    """The risk of these steps: what was judged when it was let run, and never less than what they do."""
    judged = request.authority.risk if request.authority else None
    return max(judged or Risk.R0, risk_of(steps))


def require_consent(tx: Transaction, row: StepRow, actor: Actor | None = None) -> None:
    """Raise `NotAllowed` where something of an R2 or R3 plan would happen without what the table asks.

    The risk is that of its steps, whatever its service declares. `actor` is who does it, where a
    person does.
    """
    request, plan = tx.requests.get(row.request_id), tx.plans.get(row.plan_id)
    steps = plan.plan()
    step, weight = steps.step(row.seq), weight_of(request, steps.steps)
    if weight < Risk.R2 or isinstance(step, Confirm | AgreeDate):
        return
    if plan.created_by == SYSTEM.login or request.authority is None or Need.REVIEW in request.authority.need:
        raise NotAllowed("perform", request.state, "nobody has let it run")
    if weight is Risk.R3:
        _require_owner(tx, request, plan, row, step)
    if actor is not None and weight is Risk.R3 and deeds_of(step):
        require_person(actor, "perform", f"step {row.id}")


def _require_owner(tx: Transaction, request: RequestRow, plan: PlanRow, row: StepRow, step: Step) -> None:
    if request.state is not RequestState.RUNNING or plan.second_person is None:
        raise NotAllowed("perform", request.state, "nobody has let it run")
    if plan.second_person is SecondPerson.BEFORE and plan.approved_at is None:
        raise NotAllowed("perform", request.state, "nobody else has approved it")
    agreed, owner = _agreed(tx, request.id), owner_of(step)
    if not agreed or (owner is not None and owner not in agreed):
        raise NotAllowed("perform", request.state, "the owner has not agreed")
    if why := _lapse(tx, row, step):
        raise NotAllowed("perform", request.state, why)


def _lapse(tx: Transaction, row: StepRow, step: Step) -> str | None:
    """Why what its owner agreed to holds no longer: the registers have changed since; None while it does."""
    owner, deeds = owner_of(step), OPENING & set(deeds_of(step))
    if owner is None or not deeds or not isinstance(step, AccountAction | ManualTask):
        return None
    person = tx.people.get(owner)
    if person is None or not person.is_active(local_day(tx.now)):
        return "the owner is not in office"
    account = str(resolve(step.account, tx.plans.results(row.request_id)) or "") if step.account else ""
    known = tx.accounts.get(step.system, account) if step.system and account else None
    if known is not None and known.employee_number not in (None, owner):
        return "the account is somebody else's"
    return "the account is out of use" if known and not known.active and "enable" not in deeds else None


def _agreed(tx: Transaction, request_id: int) -> set[str]:
    """The owners who have agreed, over all versions of the plan."""
    done = [
        row
        for row in tx.steps.of_request(request_id)
        if row.kind == "confirm" and row.state is StepState.DONE
    ]
    steps = (tx.plans.get(row.plan_id).plan().step(row.seq) for row in done)
    return {step.owner for step in steps if isinstance(step, Confirm)}


def set_going(app: App, tx: Transaction, request: RequestRow, plan_id: int, steps: Iterable[Step]) -> None:
    """Count what is set going; where it becomes too much, say so once (FAULTS 3)."""
    person = request.authority.person if request.authority else None
    owners: set[str] = set()
    for step in steps:
        if deeds_of(step):
            tx.oversight.note_release(request.id, plan_id, step.seq, owner_of(step), person)
            owners |= {one for one in (owner_of(step), person) if one}
    if owners and app.world(tx).too_much(owners):
        _alarm(app, tx, request)


def too_much(app: App, tx: Transaction) -> bool:
    """Whether R3 is approved before now because too much of it has happened, in this hour or for somebody."""
    world = app.world(tx)
    today = datetime.combine(app.today(), time(), JST)
    return world.too_much() or tx.oversight.most_released(today) >= R3_PER_DAY


def _alarm(app: App, tx: Transaction, request: RequestRow) -> None:
    """Too much: from now on R3 is approved before. Told once a day."""
    name = f"breaker:{app.today().isoformat()}"
    if tx.marks.get(name) is not None:
        return
    tx.marks.set(name, request.number)
    tx.audit.note(
        request,
        SYSTEM.login,
        "breaker",
        facts={"second_person": SecondPerson.BEFORE.value},
    )
    log.error("too_many_r3_effects", request=request.number)


def note_done(app: App, tx: Transaction, request: RequestRow, row: StepRow, actor: Actor) -> None:
    """An R3 effect has happened: where the policy is "after", it stands on another person's list."""
    plan = tx.plans.get(row.plan_id)
    steps = plan.plan()
    step = steps.step(row.seq)
    if weight_of(request, steps.steps) is not Risk.R3:
        return
    if not deeds_of(step) or plan.second_person is not SecondPerson.AFTER:
        return
    owner, requester = owner_of(step), request.authority.person if request.authority else None
    done = actor.person or person_of(tx, actor.login) or (None if actor.role is Role.SYSTEM else UNKNOWN)
    parts = {one or UNKNOWN for one in barred(parts_in(tx, request, [step]), "review")}
    tx.oversight.add_review(
        row.id,
        request.id,
        owner=owner,
        requester=requester,
        performer=actor.login,
        persons=parts if done is None else parts | {done},
        due_at=_until(app, tx.now),
    )


def _until(app: App, done: datetime) -> datetime:
    found = due(LOOKED_AT, {"done": done}, app.calendar).at
    assert found is not None  # noqa: S101 - the event has happened
    return found
