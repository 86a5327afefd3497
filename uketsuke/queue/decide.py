"""What people decide about a request: each decision one transaction, on the version they saw.

Raises `StaleVersion` when somebody was first, `NotAllowed` for what is not in the
table or not due yet; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from uketsuke.app import Actor, App
from uketsuke.domain.authority import Need, SecondPerson
from uketsuke.domain.corrections import corrected, may_correct, told_before
from uketsuke.domain.job import JobName
from uketsuke.domain.reading import RowGone
from uketsuke.domain.states import Decision, RequestState, StepState, permit
from uketsuke.errors import NotAllowed, PlanChanged, SamePerson
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.base import Subject
from uketsuke.processors.common_fields import CommonFields
from uketsuke.queue.correspondence import write
from uketsuke.queue.deciding import Deciding, deciding
from uketsuke.queue.grave import is_grave, set_going
from uketsuke.queue.involvement import require_apart
from uketsuke.queue.opening import facts_of
from uketsuke.queue.progress import refresh_due, release, store_plan
from uketsuke.queue.reversal import reversal_of, take_back, window
from uketsuke.queue.review import (
    IDENTITY_CHECK,
    RECORDED,
    assess_now,
    check_of,
    obstacle,
    planned,
    still_holds,
    voided,
)
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.shapes import Override

CHECKS = ("call-back", "counter", "staff-card")
"""折返し, 窓口, 職員証: how an operator can check who asks."""


def correct(app: App, actor: Actor, request_id: int, version: int, values: Mapping[str, str]) -> int:
    """Add operator-sourced values; what was read stays. The request is judged again."""
    with deciding(app, actor, request_id, version, "correct") as now:
        now.follow(Decision.RUN)
        model = app.catalogue.service(now.request.service).request if now.request.service else CommonFields
        reading, specs = now.request.reading, model.specs()
        if unknown := [path for path in values if not may_correct(reading, specs, path)]:
            raise NotAllowed("correct", ", ".join(sorted(unknown))[:80], "no field of this request")
        now.told = {"before": told_before(reading, values), "after": dict(values)}
        try:
            reading = corrected(reading, values, actor.login, app.now())
        except RowGone as gone:
            raise NotAllowed("correct", str(gone), "no row of this request") from gone
        edited = now.request.model_copy(update={"reading": reading})
        return _judge_edited(now, edited, "correct", {"fields": sorted(values)})


def choose_service(app: App, actor: Actor, request_id: int, version: int, service: str) -> int:
    """Another service; values that exist in both stay (AP-26)."""
    with deciding(app, actor, request_id, version, "choose-service") as now:
        now.follow(Decision.CHOOSE_SERVICE)
        app.catalogue.service(service)
        before = now.request.service
        edited = now.request.model_copy(update={"service": service})
        facts = {"before": {"service": before}, "after": {"service": service}}
        return _judge_edited(now, edited, "choose-service", facts)


def attest(app: App, actor: Actor, request_id: int, version: int, how: str) -> int:
    """Record how the operator checked who asks; it raises the evidence, nothing else does (AP-83)."""
    if how not in CHECKS:
        raise NotAllowed("attest", how, "not a way to check an identity")
    with deciding(app, actor, request_id, version, "attest") as now:
        now.follow(Decision.RUN)
        check = Override(reason=how, by=actor.login, at=app.now())
        overrides = {**now.request.overrides, IDENTITY_CHECK: check}
        now.request = now.request.model_copy(update={"overrides": overrides})
        version = _judge(now, "attest", {"how": how}, overrides=overrides)
        if actor.person is not None and actor.person == now.request.person:
            raise SamePerson("attest", now.request.state, "nobody checks themselves")
        return version


def _judge_edited(now: Deciding, edited: RequestRow, action: str, facts: Mapping[str, Any]) -> int:
    """Judge it as edited; a check of somebody else, or about less than would be done now, is void."""
    app, tx, before = now.app, now.tx, now.request
    now.request = edited
    check = check_of(tx, before)
    if check is None or still_holds(assess_now(app, tx, before), assess_now(app, tx, edited)):
        return _judge(now, action, facts)
    overrides = {**edited.overrides, **voided(check, now.actor.login, app.now())}
    now.request = edited.model_copy(update={"overrides": overrides})
    return _judge(now, action, {**facts, "identity_check": "void"}, overrides)


def _judge(
    now: Deciding, action: str, facts: Mapping[str, Any], overrides: dict[str, Override] | None = None
) -> int:
    """The request as it is judged now; its kind and when it was applied for never change."""
    fresh = facts_of(now.app, assess_now(now.app, now.tx, now.request))
    del fresh["kind"], fresh["applied_at"]
    if overrides is not None:
        fresh["overrides"] = overrides
    return now.change(action, None, facts, fresh)


def run(
    app: App,
    actor: Actor,
    request_id: int,
    version: int,
    plan_hash: str,
    overrides: Mapping[str, str] | None = None,
) -> int:
    """Run exactly the plan that was seen; open concerns, missing authority or another plan stop it."""
    with deciding(app, actor, request_id, version, "run") as now:
        reasons = {
            key: Override(reason=words, by=actor.login, at=app.now())
            for key, words in (overrides or {}).items()
            if words.strip()
        }
        state = now.follow(Decision.RUN, RequestState.RUNNING)
        if RECORDED & reasons.keys():
            raise NotAllowed(Decision.RUN, now.request.state, "what is recorded elsewhere is no reason")
        now.request = now.request.model_copy(update={"overrides": {**now.request.overrides, **reasons}})
        assessment = assess_now(app, now.tx, now.request)
        if why := obstacle(now.request, assessment):
            raise NotAllowed(Decision.RUN, now.request.state, why)
        plan = planned(app, now.tx, now.request, assessment)
        if plan is None or plan.hash() != plan_hash:
            raise PlanChanged(plan_hash, plan.hash() if plan else "")
        second = _policy(now, assessment)
        if second is SecondPerson.BEFORE:
            state = now.follow(Decision.RUN, RequestState.AWAITING_APPROVAL)
        plan_id = store_plan(app, now.tx, now.request, plan.steps, actor, second)
        changes = Changes(
            state=state,
            plan_id=plan_id,
            overrides=now.request.overrides,
            authority=assessment.authority,
            person=assessment.authority.person,
        )
        now.told = {"overrides": {key: one.reason for key, one in reasons.items()}} if reasons else {}
        version = now.change("run", None, {"hash": plan_hash, "overrides": sorted(reasons)}, changes)
        if state is RequestState.RUNNING:
            grave = second is not None
            if grave:
                set_going(app, now.tx, now.request, plan_id, plan.steps)
            release(now.tx, request_id, timedelta(seconds=0 if grave else app.settings.queue.undo_seconds))
            refresh_due(app, now.tx, request_id)
        return version


def _policy(now: Deciding, assessment: Assessment) -> SecondPerson | None:
    """Whether somebody else must agree; None below R3.

    Whoever lets an R3 plan run is known as a person, and neither asks for it nor owns the account.
    """
    authority = assessment.authority
    if Need.CONFIRM not in authority.need:
        return None
    judged = now.request.model_copy(update={"authority": authority})
    require_apart(now.tx, now.actor, Decision.RUN, now.request.state, judged, assessment.steps or ())
    return authority.second_person or SecondPerson.BEFORE


def undo(app: App, actor: Actor, request_id: int, version: int) -> int:
    """Take the last decision back while nothing that follows from it has begun (AP-3, AP-4)."""
    permit("undo", actor.role, f"request {request_id}")
    with deciding(app, actor, request_id, version, "undo") as now:
        if is_grave(now.request):
            raise NotAllowed("undo", now.request.state, "an R3 plan has no window")
        if reversal := reversal_of(app, now.tx, now.request):
            return take_back(now, reversal)
        steps = now.tx.steps.of_request(request_id)
        ready = [step.id for step in steps if step.state is StepState.READY]
        begun = any(step.state not in (StepState.PLANNED, StepState.READY) for step in steps)
        taken_back = now.tx.jobs.cancel(JobName.PERFORM, ready)
        if now.request.state is not RequestState.RUNNING or begun or not ready or taken_back != len(ready):
            raise NotAllowed("undo", now.request.state, "it has begun")
        now.tx.plans.supersede(request_id)
        return now.change("undo", None, None, Changes(state=RequestState.NEEDS_REVIEW, plan_id=None))


def ask(app: App, actor: Actor, request_id: int, version: int, questions: list[str], text: str) -> int:
    """Send the open questions to the requester and wait for the answer (AP-24)."""
    with deciding(app, actor, request_id, version, "ask") as now:
        state = now.follow(Decision.ASK)
        assessment = assess_now(app, now.tx, now.request)
        if assessment.subject is None or assessment.subject.to is None:
            raise NotAllowed(Decision.ASK, now.request.state, "no address in the directory to ask")
        exchange = now.tx.exchanges.ask(request_id, actor.login, text, tuple(questions))
        _write_to_requester(
            now,
            assessment.subject,
            "general.question",
            f"ask-{exchange}",
            {"questions": questions, "text": text},
        )
        return now.change("ask", None, {"questions": len(questions)}, Changes(state=state))


def give_back(app: App, actor: Actor, request_id: int, version: int, end: RequestState, reason: str) -> int:
    """差戻し: it ends as returned, rejected or out of scope, and the requester is told why.

    The letter waits until it can no longer be taken back.
    """
    with deciding(app, actor, request_id, version, "return") as now:
        state = now.follow(Decision.RETURN, end)
        assessment, told = assess_now(app, now.tx, now.request), dict[str, int]()
        if assessment.subject is not None and assessment.subject.to is not None:
            template = f"general.{end.value}"
            told["letter"] = _write_to_requester(
                now,
                assessment.subject,
                template,
                f"return-{request_id}-{version}",
                {"reason": reason},
                window(app, now.request),
            )
        return now.change("return", reason, told, Changes(state=state, due_at=None, due_what=None))


def hold(app: App, actor: Actor, request_id: int, version: int, until: date | None, reason: str) -> int:
    """保留, until a day or until somebody takes it up again."""
    with deciding(app, actor, request_id, version, "hold") as now:
        state = now.follow(Decision.HOLD)
        return now.change("hold", reason, None, Changes(state=state, held_until=until))


def resume(app: App, actor: Actor, request_id: int, version: int) -> int:
    """Take a held request up again."""
    permit("resume", actor.role, f"request {request_id}")
    with deciding(app, actor, request_id, version, "resume") as now:
        if now.request.state is not RequestState.HELD:
            raise NotAllowed("resume", now.request.state, "it is not held")
        return now.change("resume", None, None, Changes(state=RequestState.NEEDS_REVIEW, held_until=None))


def reassign(app: App, actor: Actor, request_id: int, version: int, to: str | None) -> int:
    """Another 処理担当, or none."""
    with deciding(app, actor, request_id, version, "reassign") as now:
        now.follow(Decision.REASSIGN)
        return now.change("reassign", None, None, Changes(assignee=to))


def merge(app: App, actor: Actor, request_id: int, version: int, into: int) -> int:
    """統合: this one ends, both numbers lead to the other."""
    with deciding(app, actor, request_id, version, "merge", into) as now:
        state = now.follow(Decision.MERGE, RequestState.MERGED)
        survivor = now.tx.requests.get(into)
        if into == request_id or survivor.state is RequestState.MERGED:
            raise NotAllowed(Decision.MERGE, now.request.state, "the other one cannot take it")
        return now.change(
            "merge",
            None,
            {"into": survivor.number},
            Changes(state=state, merged_into=into, due_at=None, due_what=None),
        )


def withdraw(app: App, actor: Actor, request_id: int, version: int, reason: str) -> int:
    """取下げ, while nothing has been carried out."""
    with deciding(app, actor, request_id, version, "withdraw") as now:
        state = now.follow(Decision.WITHDRAW)
        now.tx.plans.supersede(request_id)
        now.tx.waits.cancel(request_id, actor.login)
        return now.change("withdraw", reason, None, Changes(state=state, due_at=None, due_what=None))


def _write_to_requester(
    now: Deciding,
    subject: Subject,
    template: str,
    key: str,
    facts: dict[str, Any],
    delay: timedelta = timedelta(0),
) -> int:
    return write(
        now.app,
        now.tx,
        template=template,
        to=str(subject.to),
        facts={"recipient": subject.recipient, "subject_line": now.request.title, **facts},
        number=now.request.number,
        key=key,
        purpose=template.rpartition(".")[2],
        request_id=now.request.id,
        delay=delay,
    )
