"""The life of a kintone record after its request was opened: edited, followed up, deleted, reopened.

Our own writes, and edits of the fields in which we write, change nothing. What an applicant edits
before anything has run is read anew on the same request; afterwards it is a request of its own
that follows. A record that is deleted leaves a request that waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from uketsuke.app import SYSTEM, Actor, App
from uketsuke.domain.content import Content
from uketsuke.domain.record import Difference, RecordRevision, differences
from uketsuke.domain.states import ENDED, RequestState, StepState, permit
from uketsuke.errors import NotAllowed
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.catalogue import UnknownService
from uketsuke.queue.opening import facts_of, open_request
from uketsuke.queue.progress import state_change
from uketsuke.queue.record_notices import EDITED, FOLLOWS, GONE, alarm_of, concern_of, notice, with_doubts
from uketsuke.queue.review import assess_now
from uketsuke.store.receipts import Receipt
from uketsuke.store.records import RecordRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction

BEGUN = frozenset({StepState.DONE, StepState.RUNNING, StepState.UNKNOWN})
"""Steps that have had, or may have had, an effect."""


def take_turn(tx: Transaction, receipt: Receipt) -> RecordRevision | None:
    """The revision that a receipt is of; revisions of one record are read one after the other."""
    revision = RecordRevision.of(receipt.original_id)
    if revision is None or tx.records.get(revision.app, revision.record) is None:
        return None
    tx.receipts.take_turn(f"kintone:{revision.app}:{revision.record}")
    return revision


def service_of(app: App, revision: RecordRevision | None) -> str | None:
    """The service that the settings give to its app; None where they name none that there is."""
    site = app.settings.kintone
    setting = site.of(revision.app) if site and revision else None
    if setting is None:
        return None
    try:
        return app.catalogue.service(setting.service).id
    except UnknownService:
        return None


def request_of(tx: Transaction, revision: RecordRevision) -> RequestRow | None:
    """The newest request about the record, locked; None before there is one."""
    row = tx.records.get(revision.app, revision.record)
    return tx.requests.get_locked(row.request_id) if row and row.request_id is not None else None


def link(tx: Transaction, receipt: Receipt, request_id: int) -> None:
    """A record that could not be read has a request too, which its later revisions find."""
    if (revision := take_turn(tx, receipt)) is not None:
        tx.records.link(revision.app, revision.record, request_id)


def take_up(
    app: App,
    tx: Transaction,
    receipt: Receipt,
    content: Content,
    assessment: Assessment,
    revision: RecordRevision,
) -> None:
    """A revision that was read: it opens the record's request, changes it, follows it, or changes nothing."""
    request = request_of(tx, revision)
    if request is None:
        opened = open_request(app, tx, receipt, content, assessment)
        tx.records.link(revision.app, revision.record, opened.id)
        return
    before = tx.receipts.get(request.receipt_id)
    known = RecordRevision.of(before.original_id)
    if before.content is None or known is None or revision < known:
        _join(tx, receipt, request, "older")
        return
    changes = differences(before.content, content, _ours(app, revision))
    if not changes:
        _join(tx, receipt, request, "no-change")
    elif _has_begun(tx, request):
        _follow_up(app, tx, receipt, content, assessment, request, revision, changes)
    else:
        _read_anew(app, tx, receipt, request, revision, changes)


def note_gone(app: App) -> int:
    """Requests whose record is not there any more wait for a person; how many were told now."""
    with app.database.reading() as tx:
        found = [row for row in tx.records.vanished() if not _is_told(tx, row)]
    for row in found:
        with app.database.transaction("record-gone") as tx:
            request = tx.requests.get_locked(row.request_id or 0)
            row_now = tx.records.locked(row.app, row.record)
            if row_now is None or row_now.gone_at is None or _is_told(tx, row_now):
                continue
            if _has_begun(tx, request):
                tx.records.notice(row.app, row.record, notice(GONE))
                tx.records.raise_alarm(row.app, row.record, GONE)
                _audit(tx, GONE, request, None, {})
            else:
                _back_to_review(app, tx, request, request.receipt_id, GONE, {})
    return len(found)


def settle_alarm(app: App, actor: Actor, request_id: int) -> None:
    """Somebody has looked at what happened to the record of a request that runs or has ended."""
    permit("settle-record", actor.role, f"request {request_id}")
    with app.database.transaction("settle-record") as tx:
        request = tx.requests.get_locked(request_id)
        row = alarm_of(tx, request)
        if row is None:
            raise NotAllowed("settle-record", request.state, "nothing happened to its record")
        tx.records.raise_alarm(row.app, row.record, None)
        tx.audit.note(
            request,
            actor.login,
            "settle-record",
            facts={"alarm": row.alarm},
        )


def _is_told(tx: Transaction, row: RecordRow) -> bool:
    """Whether the request says already that its record is gone."""
    if row.alarm == GONE or (row.notice is not None and row.notice.get("code") == GONE):
        return True
    return any(one.code == GONE for one in tx.requests.get(row.request_id or 0).concerns)


def _read_anew(
    app: App,
    tx: Transaction,
    receipt: Receipt,
    request: RequestRow,
    revision: RecordRevision,
    changes: tuple[Difference, ...],
) -> None:
    """Nothing has run: the request is what the record says now, and an operator sees what is different."""
    tx.receipts.join(receipt.id, request.id)
    told = notice(EDITED, changes, revision=revision.revision)
    tx.records.notice(revision.app, revision.record, told)
    _back_to_review(app, tx, request, receipt.id, EDITED, {"revision": revision.revision}, receipt)


def _back_to_review(
    app: App,
    tx: Transaction,
    request: RequestRow,
    receipt_id: int,
    action: str,
    facts: Mapping[str, JsonValue],
    receipt: Receipt | None = None,
) -> None:
    """What was planned is dropped; the request is judged by its receipt and waits in the tray."""
    tx.plans.supersede(request.id)
    tx.waits.cancel(request.id, SYSTEM.login)
    state = RequestState.HELD if request.state is RequestState.HELD else RequestState.NEEDS_REVIEW
    tx.requests.judge_by(request.id, receipt_id)
    fresh = facts_of(app, assess_now(app, tx, tx.requests.get(request.id)))
    del fresh["kind"], fresh["applied_at"]
    fresh["state"], fresh["plan_id"], fresh["automatic"] = state, None, False
    tx.requests.update(request.id, request.version, **fresh)
    _audit(tx, action, request, receipt, {**facts, **state_change(request.state, state)})


def _follow_up(
    app: App,
    tx: Transaction,
    receipt: Receipt,
    content: Content,
    assessment: Assessment,
    request: RequestRow,
    revision: RecordRevision,
    changes: tuple[Difference, ...],
) -> None:
    """What was asked for has begun or ended: what the record says now is a request that follows it."""
    told = notice(FOLLOWS, changes, of=request.number)
    tx.records.notice(revision.app, revision.record, told)
    tx.records.raise_alarm(revision.app, revision.record, None)
    opened = open_request(app, tx, receipt, content, with_doubts(assessment, (concern_of(told),)))
    tx.records.link(revision.app, revision.record, opened.id)
    _audit(tx, FOLLOWS, request, receipt, {"by": opened.number})


def _has_begun(tx: Transaction, request: RequestRow) -> bool:
    """Whether something was done for it: a step, one person of a task, or its end."""
    if request.state in ENDED:
        return True
    if any(row.state in BEGUN for row in tx.steps.of_request(request.id)):
        return True
    return any(tx.ticks.of(wait.id) for wait in tx.waits.open_of_request(request.id))


def _ours(app: App, revision: RecordRevision) -> frozenset[str]:
    setting = app.settings.kintone.of(revision.app) if app.settings.kintone else None
    return setting.status.codes() if setting else frozenset()


def _join(tx: Transaction, receipt: Receipt, request: RequestRow, why: str) -> None:
    """It belongs to the request and says nothing new."""
    tx.receipts.join(receipt.id, request.id)
    _audit(tx, "record-seen", request, receipt, {"why": why})


def _audit(
    tx: Transaction, action: str, request: RequestRow, receipt: Receipt | None, facts: Mapping[str, JsonValue]
) -> None:
    tx.audit.note(
        request,
        SYSTEM.login,
        action,
        receipt_id=receipt.id if receipt else None,
        facts=dict(facts),
    )
