"""From a receipt to its meaning: read in the guarded process, assess, and store what follows.

Everything that follows is one transaction: the reading, the request, the plan, the
acknowledgement, the jobs of the first steps, and the completion of this job.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress

from uketsuke.app import SYSTEM, App
from uketsuke.domain.content import Content, Kind, Problem
from uketsuke.domain.inquiry import title_of
from uketsuke.domain.job import Claim
from uketsuke.domain.states import RequestState
from uketsuke.intake.note import believed
from uketsuke.intake.reader import ReaderFailed
from uketsuke.processors.assess import as_judged, assess
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.secrets import without_secrets
from uketsuke.processors.survey import is_survey
from uketsuke.queue import records
from uketsuke.queue.answering import begin
from uketsuke.queue.onspot import carry_through
from uketsuke.queue.opening import facts_of, open_request, open_unreadable
from uketsuke.queue.probe import set_aside
from uketsuke.queue.thread import find_thread, join
from uketsuke.store.receipts import Receipt, ReceiptState
from uketsuke.store.transaction import Transaction

SILENT = frozenset({Kind.AUTOMATIC, Kind.LIST, Kind.OWN})
"""Kinds that are kept and shown, and neither open a request nor get an answer."""
READINGS = 2
"""A reader that died is tried once more: it may have been killed for another's sake."""


UNREAD = frozenset({ReceiptState.STORED, ReceiptState.PARKED})


def process(app: App, claim: Claim) -> None:
    """Read and understand the receipt of that id, once.

    A message that kills its reader stands in the tray with the reason, and its job is
    parked until a person has it tried again; it costs no other message anything.
    """
    with app.database.reading() as tx:
        receipt = tx.receipts.get(claim.row_id)
        message = tx.receipts.raw(receipt.digest)
    found = _read(app, message, receipt) if receipt.state in UNREAD else None
    with app.database.transaction("process") as tx:
        receipt = tx.receipts.get(claim.row_id)
        if isinstance(found, ReaderFailed):
            if receipt.request_id is None:
                records.link(tx, receipt, open_unreadable(app, tx, receipt, found.reason).id)
            tx.jobs.park(claim, f"unreadable: {found.reason}")
            return
        if receipt.state in UNREAD and found is not None:
            take_up = _take_up if receipt.request_id is None else _read_again
            take_up(app, tx, receipt, found)
        tx.jobs.complete(claim)


def _read(app: App, message: bytes, receipt: Receipt) -> Content | ReaderFailed:
    """What the message says, or why it cannot be read.

    Passwords are covered before anything is stored; what only our console may say is taken out elsewhere.
    """
    for _ in range(READINGS - 1):
        with suppress(ReaderFailed):
            return _understood(app, message, receipt)
    try:
        return _understood(app, message, receipt)
    except ReaderFailed as failure:
        return failure


def _understood(app: App, message: bytes, receipt: Receipt) -> Content:
    content = app.reader.read(message, receipt.channel)
    return without_secrets(believed(content, receipt.channel, receipt.source))


def _read_again(app: App, tx: Transaction, receipt: Receipt, content: Content) -> None:
    """A message that could not be read once can be now: its request is judged by what it says."""
    request = tx.requests.get_locked(receipt.request_id or 0)
    content = _note_signatures(tx, receipt, content)
    assessment = assess(
        content,
        received_at=receipt.received_at,
        world=app.world(tx),
        catalogue=app.catalogue,
        service=records.service_of(app, records.take_turn(tx, receipt)),
        number=receipt.number,
    )
    tx.receipts.set_read(receipt.id, content, assessment.kind, assessment.applied_at, _copy_key(content))
    if request.state is RequestState.NEEDS_REVIEW:
        fresh = facts_of(app, assessment)
        fresh["title"] = title_of(content) if assessment.kind is Kind.INQUIRY else fresh["title"]
        tx.requests.update(request.id, request.version, **fresh)
        if assessment.kind is Kind.INQUIRY:
            begin(app, tx, tx.requests.get(request.id), receipt, content)
    tx.audit.note(
        request,
        SYSTEM.login,
        "read-again",
        receipt_id=receipt.id,
        facts={"service": assessment.service},
    )


def _take_up(app: App, tx: Transaction, receipt: Receipt, content: Content) -> None:
    copy_key, revision = _copy_key(content), records.take_turn(tx, receipt)
    if receipt.problem:  # noted when it was taken in: what was read is not all of it
        content = _with_problem(content, receipt.problem, "")
    content = set_aside(app, _note_signatures(tx, receipt, content))
    others = _same_message_id(tx, receipt, content)
    original = next((one for one in others if one.copy_key == copy_key), None)
    if original is None and others:
        content = _with_problem(content, "message-id-reused", others[0].number)
    thread = None if is_survey(as_judged(content, app.world(tx))) else find_thread(tx, content)
    assessment = assess(
        content,
        received_at=receipt.received_at,
        world=app.world(tx),
        catalogue=app.catalogue,
        service=records.service_of(app, revision),
        number=receipt.number,
        thread=thread.known if thread else None,
    )
    tx.receipts.set_read(receipt.id, content, assessment.kind, assessment.applied_at, copy_key)
    if original is not None:
        _note_copy(tx, receipt, original)
    elif thread is not None:
        join(app, tx, receipt, content, assessment, thread)
    elif revision is not None:
        records.take_up(app, tx, tx.receipts.get(receipt.id), content, assessment, revision)
    elif assessment.kind not in SILENT:
        request = open_request(app, tx, tx.receipts.get(receipt.id), content, assessment)
        if content.done is not None:
            carry_through(app, tx, request, content, assessment)
    else:
        _note_silent(tx, receipt, assessment, content.automatic)


def _same_message_id(tx: Transaction, receipt: Receipt, content: Content) -> list[Receipt]:
    """Those read before this one, whichever came in first: a copy read late must find the faster one."""
    # Of one sender too: whether it is the same wish again shows only when the first is stored (FR-06).
    for name in (content.message_id, content.sender.address):
        if name:
            tx.receipts.take_turn(name)
    if not content.message_id:
        return []
    return tx.receipts.with_message_id(content.message_id, receipt.id)


def _note_signatures(tx: Transaction, receipt: Receipt, content: Content) -> Content:
    """The content with those signatures marked that another mail bore: a replay proves nothing (FAULTS 3)."""
    noted = tuple(
        one.model_copy(update={"seen_before": tx.receipts.note_signature(one.digest, receipt.id)})
        for one in content.signatures
    )
    return content.model_copy(update={"signatures": noted})


def _copy_key(content: Content) -> str:
    """The same From, Subject and body: another copy of the same mail (DESIGN 5)."""
    parts = (content.sender.address or "", content.subject, content.full_text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _with_problem(content: Content, code: str, detail: str) -> Content:
    return content.model_copy(update={"problems": (*content.problems, Problem(code=code, detail=detail))})


def _note_copy(tx: Transaction, receipt: Receipt, original: Receipt) -> None:
    tx.receipts.set_copy_of(receipt.id, original.id)
    if original.request_id is not None:
        tx.receipts.join(receipt.id, original.request_id)
    tx.audit.append(
        at=tx.now,
        actor=SYSTEM.login,
        action="copy",
        subject=f"receipt:{receipt.number}",
        receipt_id=receipt.id,
        request_id=original.request_id,
        facts={"of": original.number},
    )


def _note_silent(tx: Transaction, receipt: Receipt, assessment: Assessment, why: str | None) -> None:
    tx.audit.append(
        at=tx.now,
        actor=SYSTEM.login,
        action="set-aside",
        subject=f"receipt:{receipt.number}",
        receipt_id=receipt.id,
        facts={"kind": assessment.kind.value, "why": why},
    )
