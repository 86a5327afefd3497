"""What an operator does about an inquiry, from its own page (UX AP-86)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.conflict import last_change
from uketsuke.console.forms import Form, Sent
from uketsuke.console.inquiry_page import show_inquiry
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import after, known_request, view_of
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.inquiry import Entered
from uketsuke.console.views.request import Alert
from uketsuke.console.visitor import Visitor
from uketsuke.domain.inquiry import AnswerWay, Category, read_call_time
from uketsuke.errors import StaleVersion
from uketsuke.queue import inquiries
from uketsuke.store.requests import RequestRow

router = APIRouter()
Code = TypeVar("Code", AnswerWay, Category)
NAMES = ("text", "way", "number", "at", "to", "asked", "heard", "category", "service")
"""The controls of the page; each act needs its own."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "give-answer": ("text",),
    "promise-call": ("number", "at"),
    "hand-over": ("to", "asked"),
    "hand-back": ("heard",),
    "categorise": (),
    "make-request": ("service",),
}


@router.post("/requests/{number}/inquiry/{act}")
def act_on_inquiry(
    request: Request, site: Here, visitor: Signed, number: str, act: str, form: Form
) -> Response:
    """Do it on the version that was seen; else the page again, with what was typed (409, 422)."""
    if act not in NEEDED:
        raise HTTPException(404, "page")
    row, view = known_request(site, number), view_of(form.one("view"))
    values = {name: form.one(name) for name in NAMES if form.one(name)}
    errors = _errors(site, act, values)
    if errors or form.one("preview"):
        entered, status = Entered(values, errors), 422 if errors else 200
        return show_inquiry(
            request, site, visitor, row, view, entered=entered, status=status, preview=not errors
        )
    following = after(site, visitor, view, row.id)
    try:
        said = _do(site, visitor, row, act, form, values)
    except StaleVersion:
        return _stale(request, site, visitor, number, view, Entered(values))
    if said.key == "make-request":
        return go(request, f"/requests/{said.facts['made']}?view={view}", said)
    stays = act in ("categorise", "hand-back")
    return go(request, f"/requests/{number}?view={view}" if stays else following, said)


def _errors(site: Site, act: str, values: Mapping[str, str]) -> dict[str, str]:
    words = site.words
    errors = {name: words(f"inquiry.missing-{name}") for name in NEEDED[act] if not values.get(name)}
    if act == "promise-call" and "at" not in errors:
        fault = read_call_time(values["at"], site.app.now(), site.app.calendar).fault
        errors |= {"at": words(f"inquiry.wrong-at-{fault}")} if fault else {}
    return errors


def _do(
    site: Site, visitor: Visitor, row: RequestRow, act: str, form: Sent, values: Mapping[str, str]
) -> Said:
    """Do it; gives what is said about it."""
    app, who, version = site.app, actor(visitor), form.number("version")
    match act:
        case "give-answer":
            way = _code(AnswerWay, values.get("way", ""))
            now = inquiries.give_answer(app, who, row.id, version, values["text"], way)
            undo = (row.number, now) if way is AnswerWay.LETTER else None
            return Said(act, {"number": row.number}, undo)
        case "promise-call":
            at = read_call_time(values["at"], app.now(), app.calendar).at
            assert at is not None  # noqa: S101 - `_errors` has read it
            inquiries.promise_call(app, who, row.id, version, values["number"], at)
        case "hand-over":
            inquiries.hand_over(app, who, row.id, version, values["to"], values["asked"])
        case "hand-back":
            inquiries.hand_back(app, who, row.id, version, values["heard"])
        case "categorise":
            code = values.get("category")
            inquiries.categorise(app, who, row.id, version, _code(Category, code) if code else None)
        case _:
            if values["service"] not in {one.id for one in app.catalogue.all()}:
                raise HTTPException(422, "form")
            made = inquiries.make_request(app, who, row.id, version, values["service"])
            return Said(act, {"number": row.number, "made": made})
    return Said(act, {"number": row.number})


def _code(codes: type[Code], text: str) -> Code:
    """A code that our own page sent; anything else is refused with 422."""
    if text not in set(codes):
        raise HTTPException(422, "form")
    return codes(text)


def _stale(
    request: Request, site: Site, visitor: Visitor, number: str, view: str, entered: Entered
) -> Response:
    """Somebody was first: the inquiry as it is now, with what was typed and not written (AP-5)."""
    row = known_request(site, number)
    alert = Alert(site.words("alert.stale"), last_change(site, row))
    return show_inquiry(request, site, visitor, row, view, entered=entered, alert=alert, status=409)
