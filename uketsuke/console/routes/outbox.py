"""送信・再処理: what stands still, and what a person decides about it (UX 5.7)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.request_page import lines_of
from uketsuke.console.routing import RowId
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.outbox import Standing, outbox
from uketsuke.domain.job import JobName
from uketsuke.domain.states import LetterState, StepState
from uketsuke.queue import answers
from uketsuke.store.transaction import Transaction

router = APIRouter()
SHOWN = (LetterState.UNKNOWN, LetterState.FAILED, LetterState.WRITTEN, LetterState.SENDING)


@router.get("/outbox")
def show_outbox(request: Request, site: Here, visitor: Signed) -> Response:
    """Letters, steps and jobs that did not get through, from the database and not the broker."""
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        letters, steps = tx.letters.in_states(SHOWN), tx.steps.in_state(StepState.FAILED)
        steps += tx.steps.in_state(StepState.UNKNOWN)
        later = {job.row_id: job for job in tx.jobs.in_trouble() if job.name is JobName.PERFORM}
        waiting = [(tx.steps.get(step_id), job) for step_id, job in later.items()]
        ids = {one.request_id for one in letters if one.request_id} | {one.request_id for one in steps}
        ids |= {step.request_id for step, _ in waiting}
        standing = Standing(
            letters=letters,
            steps=steps,
            jobs=tx.jobs.parked(),
            waiting=waiting,
            receipts=tx.receipts.parked(),
            numbers={request_id: tx.requests.get(request_id).number for request_id in ids},
            progress={step.request_id: lines_of(tx, step.request_id, naming) for step in steps},
        )
        frame = frame_of(request, site, tx, visitor, "outbox")
    return answer(site, "outbox.html", frame, outbox=outbox(standing, naming))


@router.post("/outbox/letters/{letter}/settle")
def settle_letter(request: Request, site: Here, visitor: Signed, letter: RowId, form: Form) -> Response:
    """A person found out that a letter of unknown outcome had arrived."""
    number = _number(site, letter)
    answers.settle_letter(site.app, actor(visitor), letter, LetterState.SENT)
    return go(request, "/outbox", Said("settled-sent", {"number": number}))


@router.post("/outbox/letters/{letter}/resend")
def resend_letter(request: Request, site: Here, visitor: Signed, letter: RowId, form: Form) -> Response:
    """A person decides that it is sent again; nothing else ever does (AP-49)."""
    number = _number(site, letter)
    answers.settle_letter(site.app, actor(visitor), letter, LetterState.WRITTEN)
    return go(request, "/outbox", Said("resent", {"number": number}))


@router.post("/outbox/jobs/{job}/unpark")
def unpark_job(request: Request, site: Here, visitor: Signed, job: RowId, form: Form) -> Response:
    """Try a parked job again."""
    answers.unpark(site.app, actor(visitor), job)
    return go(request, "/outbox", Said("unparked"))


def _number(site: Site, letter_id: int) -> str:
    with site.app.database.reading() as tx:
        letter = tx.letters.get(letter_id)
        return _of(tx, letter.request_id)


def _of(tx: Transaction, request_id: int | None) -> str:
    return tx.requests.get(request_id).number if request_id else ""
