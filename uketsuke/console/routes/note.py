"""新規受付: a call or a visit becomes a receipt, once (UX 5.11)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.note_page import Call, chosen_person, note_of, note_page, read_call, started_at
from uketsuke.console.notices import Said, go
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.note import NoteError
from uketsuke.console.visitor import Visitor, new_secret
from uketsuke.intake.note import accept_note

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
    if form.one("look"):
        return _page(request, site, visitor, call)
    with site.app.database.reading() as tx:
        person = chosen_person(tx, call)
        note = note_of(site, tx, visitor, call, _service(site, call), person)
    errors = _missing(site, call, person is not None)
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
    parts["fields"] = not source.startswith(("input#n_", "textarea#n_"))
    return site.pages.answer("note-look.html", frame=frame, note=note, parts=parts)


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
    if not call.what and not _service(site, call):
        errors.append(NoteError("what", words("note.missing-what")))
    return errors


def _page(
    request: Request, site: Site, visitor: Visitor, call: Call, errors: list[NoteError] | None = None
) -> Response:
    with site.app.database.reading() as tx:
        note = note_page(site, tx, visitor, call, naming_of(site, tx), errors or ())
        frame = frame_of(request, site, tx, visitor, "note")
    return answer(site, "note.html", frame, 422 if errors else 200, note=note)
