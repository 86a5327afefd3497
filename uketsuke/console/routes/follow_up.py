"""What an operator does for a request that runs: agree the day, plan the rest again, see an answer."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import known_request, view_of
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.domain.dates import read_date
from uketsuke.domain.states import RequestState
from uketsuke.errors import Incomplete, NotAllowed
from uketsuke.queue import answers, records
from uketsuke.store.waits import WaitAnswered

router = APIRouter()


@router.post("/requests/{number}/dates")
def agree_dates(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """The requester said the day on the phone."""
    row, view = known_request(site, number), view_of(form.one("view"))
    dates = {name: day for name, text in form.under("d.").items() if (day := _day(site, text))}
    here = f"/requests/{number}?view={view}"
    try:
        answers.answer_dates(site.app, actor(visitor), form.number("step"), dates)
    except Incomplete:
        return go(request, here, Said("dates-wrong", {"number": row.number}))
    except WaitAnswered as answered:
        raise NotAllowed("answer-dates", row.state, "answered already") from answered
    return go(request, here, Said("dates", {"number": row.number}))


@router.post("/requests/{number}/seen")
def see_answer(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """An answer or comment has been looked at."""
    row = known_request(site, number)
    answers.settle_exchange(site.app, actor(visitor), form.number("exchange"))
    return go(request, f"/requests/{row.number}?view={view_of(form.one('view'))}", Said("seen"))


@router.post("/requests/{number}/record-seen")
def see_record(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """What happened to the request's kintone record has been looked at (AP-65)."""
    row = known_request(site, number)
    records.settle_alarm(site.app, actor(visitor), row.id)
    return go(request, f"/requests/{row.number}?view={view_of(form.one('view'))}", Said("record-seen"))


@router.post("/requests/{number}/replan")
def plan_again(request: Request, site: Here, visitor: Signed, number: str, form: Form) -> Response:
    """作り直す: what is left is planned again on the ledger as it is now (AP-28)."""
    row = known_request(site, number)
    state = answers.replan(site.app, actor(visitor), row.id, form.number("version"))
    said = "replan" if state is RequestState.RUNNING else "replan-review"
    return go(
        request,
        f"/requests/{row.number}?view={view_of(form.one('view'))}",
        Said(said, {"number": row.number}),
    )


def _day(site: Site, text: str) -> date | None:
    reading = read_date(text, site.app.today()) if text.strip() else None
    return reading.value if reading else None
