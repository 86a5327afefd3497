"""A comment on the application's kintone record when its applicant is asked, or gets it back (AP-65).

Who applies in kintone looks there. The comment says that a letter has left and nothing of what it says:
everybody who sees the record reads it. It carries the number of the letter, and is looked for first.
"""

from __future__ import annotations

from pydantic import JsonValue

from uketsuke.app import App
from uketsuke.connectors.record_status import RecordStatusConnector
from uketsuke.domain.job import Claim, JobName
from uketsuke.errors import Refused, TryLater, UnknownOutcome
from uketsuke.store.letters import Letter
from uketsuke.store.transaction import Transaction

COMMENTED = frozenset({"question", "returned", "rejected", "out-of-scope"})
"""Purposes of letters after which something is waited for, or over."""


def order_comment(tx: Transaction, letter: Letter) -> None:
    """The letter has left: say so on the record, where there is one."""
    if letter.purpose in COMMENTED and letter.request_id is not None:
        record = tx.records.of_request(letter.request_id)
        if record is not None and record.gone_at is None:
            tx.enqueue(JobName.COMMENT, letter.id)


def comment(app: App, claim: Claim) -> None:
    """Write the comment of that letter, once; raises `TryLater`, and is then looked for first."""
    with app.database.reading() as tx:
        letter = tx.letters.get(claim.row_id)
        record = tx.records.of_request(letter.request_id or 0)
        number = tx.requests.get(letter.request_id or 0).number
    site, refused = app.settings.kintone, ""
    if record is not None and site is not None and site.of(record.app) and app.kintone is not None:
        mark = app.wordbook.text("record-comment.mark", letter=letter.id, number=number)
        text = f"{app.wordbook.text(f'record-comment.{letter.purpose}', number=number)}\n{mark}"
        try:
            RecordStatusConnector(app.kintone, site).comment(record.app, record.record, text, mark)
        except UnknownOutcome as cut:
            raise TryLater(cut.peer, cut.reason) from None
        except Refused as no:
            refused = no.reason
    with app.database.transaction("commented") as tx:
        if letter.request_id is not None:
            tx.requests.get_locked(letter.request_id)
        facts: dict[str, JsonValue] = {"letter": letter.id, **({"why": refused} if refused else {})}
        if record is not None and refused:
            tx.records.set_problem(record.app, record.record, refused)
        tx.audit.append(
            at=tx.now,
            actor="uketsuke",
            action="record-comment-failed" if refused else "record-comment",
            subject=f"request:{number}",
            request_id=letter.request_id,
            facts=facts,
        )
        tx.jobs.complete(claim)
