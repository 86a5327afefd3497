"""新規受付: a call or a visit becomes a receipt, once (UX 5.11)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.inquiry_part import asked_errors, inquiry_note
from uketsuke.console.note_page import (
    Call,
    chosen_person,
    done_note,
    note_of,
    note_page,
    opened,
    read_call,
    started_at,
)
from uketsuke.console.notices import Said, go
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.note import NoteError
from uketsuke.console.visitor import Visitor, new_secret
from uketsuke.intake.note import accept_note, original_id

router = APIRouter()


@router.get("/requests/new")
def show_note(request: Request, site: Here, visitor: Signed) -> Response:
    """An empty form; the call begins now."""
    return _page(request, site, visitor, read_call(Sent(), new_secret(), site.app.now()))


@router.post("/requests/new")
def take_note(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """Accept it, or, without JavaScript, look people and services up again.

    The submission id was made with the form: pressing twice, or reloading, stores once.
    """
    call = read_call(form, new_secret(), site.app.now())
    press = form.one("press")
    if (
        form.one("look")
        or press == "close"
        or (press == "onspot" and call.done is None and not call.is_inquiry)
    ):
        return _page(request, site, visitor, opened(call, press))
    if press == "onspot" and not call.is_inquiry:
        return _take_done(request, site, visitor, call)
    with site.app.database.reading() as tx:
        person = chosen_person(tx, call)
        note = note_of(site, tx, visitor, call, _service(site, call), person)
    errors = _missing(site, call, person is not None)
    if call.is_inquiry:
        errors += asked_errors(site, call.asked, call.what, person)
        note = note if errors else inquiry_note(site, note, call.asked, call.what, call.way, person)
    if errors:
        return _page(request, site, visitor, call, errors)
    accepted = accept_note(site.app.database, note, site.app.now())
    return go(request, f"/requests/{accepted.number}", Said("note", {"number": accepted.number}))


@router.post("/requests/new/look")
def look_up(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """The parts that change while somebody types: people, services, fields, what follows."""
    call = read_call(form, new_secret(), site.app.now())
    source = request.headers.get("hx-source", "")
    with site.app.database.reading() as tx:
        note = note_page(site, tx, visitor, call, naming_of(site, tx))
        frame = frame_of(request, site, tx, visitor, "note")
    # What somebody is typing into is never replaced under their hands.
    parts = {"hits": source == "input#who", "services": source == "input#what"}
    parts["fields"] = not source.startswith(("input#n_", "textarea#n_", "input#q_"))
    parts["onspot"] = note.on_spot is not None and not source.startswith(("input#d_", "select#d_"))
    return site.pages.answer("note-look.html", frame=frame, note=note, parts=parts)


def _take_done(request: Request, site: Site, visitor: Visitor, call: Call) -> Response:
    """その場で完了: accepted when it can be carried through as the worker will, else nothing is (AP-85)."""
    with site.app.database.reading() as tx:
        known = tx.receipts.find_original(original_id(call.submission))
        if known is not None:
            # Pressed twice: the first may have changed already what this one would be judged by.
            return go(request, f"/requests/{known.number}")
        errors = _missing(site, call, chosen_person(tx, call) is not None)
        note, lacks = done_note(site, tx, visitor, call, _service(site, call), naming_of(site, tx))
    if errors or lacks:
        return _page(request, site, visitor, call, [*errors, *(() if errors else lacks)])
    accepted = accept_note(site.app.database, note, site.app.now())
    return go(request, f"/requests/{accepted.number}", Said("note-on-the-spot", {"number": accepted.number}))


def _service(site: Site, call: Call) -> str:
    return call.service if call.service in {one.id for one in site.app.catalogue.all()} else ""


def _missing(site: Site, call: Call, is_known: bool) -> list[NoteError]:
    words, errors = site.words, []
    if started_at(call, site.app.now()) is None:
        errors.append(NoteError("started", words("note.wrong-start")))
    if not is_known and not call.is_unlisted and not call.name:
        errors.append(NoteError("who", words("note.missing-who")))
    if call.is_unlisted and not (call.name and call.section):
        errors.append(NoteError("name", words("note.missing-name")))
    if not call.what and not _service(site, call) and not call.is_inquiry:
        errors.append(NoteError("what", words("note.missing-what")))
    return errors


def _page(
    request: Request, site: Site, visitor: Visitor, call: Call, errors: list[NoteError] | None = None
) -> Response:
    with site.app.database.reading() as tx:
        note = note_page(site, tx, visitor, call, naming_of(site, tx), errors or ())
        frame = frame_of(request, site, tx, visitor, "note")
    return answer(site, "note.html", frame, 422 if errors else 200, note=note)
