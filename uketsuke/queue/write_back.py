"""How far we are, written back to the application's kintone record: look → note → write, until it is so.

Nothing is written that was not looked at: each write names the revision seen, and what is cut or
refused as stale is looked at anew. A revision is noted as ours before it is written, so that no kill
leaves one that looks foreign, and disowned where a look finds that somebody else made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import JsonValue

from uketsuke.app import App
from uketsuke.connectors.base import Found
from uketsuke.connectors.record_status import (
    BY_ACTION,
    BY_FIELDS,
    RecordLook,
    RecordStatusConnector,
    RecordWrite,
)
from uketsuke.domain.job import Claim
from uketsuke.domain.plan import RecordStatus, Step, resolve_all
from uketsuke.domain.states import StepState
from uketsuke.errors import Conflict, LeaseLost, Refused, TryLater, UnknownOutcome
from uketsuke.processors.sender import KINTONE
from uketsuke.queue.progress import finish_step
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction

CONFLICT, NOT_TAKEN = "record-conflict", "record-refused"
MOST_LOOKS = 6
"""Fields, an action, and people who write meanwhile; then it is tried again later."""


def record_write(app: App, tx: Transaction, row: StepRow) -> RecordWrite | None:
    """What the step writes, with everything known now; None where it is no such step, or no app is set."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    site = app.settings.kintone
    if not isinstance(step, RecordStatus) or site is None or app.kintone is None:
        return None
    setting = site.of(int(step.app))
    if setting is None:
        return None
    kept = (row.resolved or {}).get("set") if row.state is StepState.RUNNING else None
    values = kept if isinstance(kept, dict) else _filled(app, tx, row, step)
    state = str(values.get("state") or "")
    words = {one: app.wordbook.text(f"record-state.{one}") for one in ("running", "done", "returned")}
    words |= setting.states
    said = {name: str(value) for name, value in values.items() if value not in (None, "")}
    said |= {"state": words.get(state, state)} if state else {}
    ours = {tx.requests.get(one).number for one in tx.records.requests_of(int(step.app), int(step.record))}
    return RecordWrite(
        key=row.effect_key,
        app=int(step.app),
        record=int(step.record),
        state=state,
        values=said,
        words=words,
        numbers=frozenset(ours | {tx.requests.get(row.request_id).number}),
        operator_code=_operator_code(tx, row),
    )


def keep_values(tx: Transaction, row: StepRow, write: RecordWrite) -> None:
    """What is written stays the same however often it is tried: a day that ends changes no 完了日."""
    kept: dict[str, JsonValue] = {**write.values, "state": write.state}
    resolved: dict[str, JsonValue] = {**(tx.steps.get(row.id).resolved or {}), "set": kept}
    tx.steps.set_state(row.id, StepState.RUNNING, expected={StepState.RUNNING}, resolved=resolved)


def write_back(app: App, claim: Claim, write: RecordWrite) -> None:
    """Bring the record to show it; raises `TryLater`, and is then looked at again."""
    assert app.kintone is not None  # noqa: S101 - else there is no write
    assert app.settings.kintone is not None  # noqa: S101
    connector = RecordStatusConnector(app.kintone, app.settings.kintone)
    try:
        _bring(app, claim, write, connector)
    except Refused as no:
        _stop(app, claim, write, NOT_TAKEN, {"why": no.reason}, {"said": no.said} if no.said else {})
    except UnknownOutcome as cut:
        # The revision makes repeating safe: what was cut has happened, and is seen so, or has not.
        raise TryLater(cut.peer, cut.reason) from None


def _bring(app: App, claim: Claim, write: RecordWrite, connector: RecordStatusConnector) -> None:
    before: RecordLook | None = None
    written = False
    for _ in range(MOST_LOOKS):
        look = connector.look(write)
        _disown(app, write, look)
        if look.found is Found.OURS:
            _finish(app, claim, write, look, written)
            return
        if look.found is Found.OTHER or (before is not None and before.there != look.there):
            why = look.why or "changed-meanwhile"
            _stop(app, claim, write, CONFLICT, {"why": why}, _both_sides(write, look))
            return
        if not look.fields and look.action is None:
            _stop(app, claim, write, NOT_TAKEN, {"why": look.hindrance or "refused"}, {"said": look.who})
            return
        try:
            _write(app, claim, write, look, connector)
            before, written = None, True
        except Conflict:
            before = look
    raise TryLater(connector.name, "busy")


def _write(
    app: App, claim: Claim, write: RecordWrite, look: RecordLook, connector: RecordStatusConnector
) -> None:
    """One call that writes, between two commits that say whose the revisions are."""
    steps = BY_FIELDS if look.fields else BY_ACTION
    with app.database.transaction("writing-back") as tx:
        tx.jobs.renew(claim, timedelta(seconds=app.settings.queue.lease_seconds))
        tx.effects.mark(write.key, claim.row_id)
        for revision in range(look.revision + 1, look.revision + 1 + steps):
            tx.records.note_own(write.app, write.record, revision)
    revision = connector.put(write, look) if look.fields else connector.act(write, look)
    with app.database.transaction("written-back") as tx:
        tx.records.note_own(write.app, write.record, revision)


def _disown(app: App, write: RecordWrite, look: RecordLook) -> None:
    """What was noted and is not there, or is there by somebody else, is not ours."""
    first = look.revision + 1 if look.is_own else look.revision
    with app.database.reading() as tx:
        known = tx.records.get(write.app, write.record)
    if known is not None and any(one >= first for one in known.own_revisions):
        with app.database.transaction("disown") as tx:
            tx.records.disown(write.app, write.record, first)


def settle(tx: Transaction, step: Step) -> None:
    """A person lets stand what the record shows: its page says no more that something is missing."""
    if isinstance(step, RecordStatus) and tx.records.get(int(step.app), int(step.record)) is not None:
        tx.records.set_problem(int(step.app), int(step.record), None)


def _both_sides(write: RecordWrite, look: RecordLook) -> dict[str, JsonValue]:
    """What stands there, and what we were to write, for whoever decides."""
    names = [name for name, value in look.there.items() if value != write.values.get(name)]
    there = "、".join(look.there[name] or "—" for name in names)
    return {"found": there, "wanted": "、".join(write.values[name] for name in names)}


def _finish(app: App, claim: Claim, write: RecordWrite, look: RecordLook, written: bool) -> None:
    with app.database.transaction("written") as tx:
        row = _held(tx, claim)
        result = {"revision": look.revision, "written": written or tx.effects.happened(write.key)}
        if tx.records.get(write.app, write.record) is not None:
            tx.records.set_problem(write.app, write.record, None)
        facts = {"app": write.app, "record": write.record, "fields": sorted(write.values), **result}
        finish_step(app, tx, row, result, facts=facts)
        tx.jobs.complete(claim)


def _stop(
    app: App,
    claim: Claim,
    write: RecordWrite,
    code: str,
    facts: Mapping[str, JsonValue],
    personal: Mapping[str, JsonValue],
) -> None:
    """A person must look; the page of the request says so too (AP-65)."""
    with app.database.transaction("not-written") as tx:
        row = _held(tx, claim)
        error = {"code": code, **facts, **personal}
        tx.steps.set_state(row.id, StepState.FAILED, expected={StepState.RUNNING}, error=error)
        if tx.records.get(write.app, write.record) is not None:
            tx.records.set_problem(write.app, write.record, str(facts["why"]))
        request = tx.requests.get(row.request_id)
        tx.audit.append(
            at=tx.now,
            actor="uketsuke",
            action="step-failed",
            subject=f"request:{request.number}",
            request_id=request.id,
            reason=code,
            facts={"step": row.seq, "code": code, **facts},
            personal=dict(personal) or None,
        )
        tx.jobs.complete(claim)


def _held(tx: Transaction, claim: Claim) -> StepRow:
    """The step, with its request locked; raises `LeaseLost` when it went on without us."""
    tx.requests.get_locked(tx.steps.get(claim.row_id).request_id)
    row = tx.steps.get(claim.row_id)
    if row.state is not StepState.RUNNING:
        raise LeaseLost(claim.id, claim.owner)
    return row


def _filled(app: App, tx: Transaction, row: StepRow, step: RecordStatus) -> dict[str, JsonValue]:
    """The values, with what is known only now in place of None."""
    known: dict[str, JsonValue] = {
        "receipt_number": tx.requests.get(row.request_id).number,
        "done_on": app.today().isoformat(),
        "operator": _operator(tx, row),
    }
    values = resolve_all(step.set, tx.plans.results(row.request_id))
    return {name: known.get(name) if value is None else value for name, value in values.items()}


def _operator(tx: Transaction, row: StepRow) -> str | None:
    """The name of who started the plan; None where it was nobody."""
    user = tx.users.get(tx.plans.get(row.plan_id).created_by)
    return user.name if user else None


def _operator_code(tx: Transaction, row: StepRow) -> str | None:
    user = tx.users.get(tx.plans.get(row.plan_id).created_by)
    mine = tx.accounts.of_person(user.employee_number) if user and user.employee_number else []
    return next((one.id for one in mine if one.system == KINTONE), None)
