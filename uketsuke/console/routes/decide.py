"""Decisions with a page of their own: the page is a GET, the decision a POST (EXAMPLES 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.conflict import conflict
from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.letter_preview import preview_letter
from uketsuke.console.notices import Said, go
from uketsuke.console.routing import after, known_request, view_of
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.decide import ENDS, WRITES, Typed, asked, decide_page, questions
from uketsuke.console.views.decisions import PAGES
from uketsuke.console.views.plan import LetterPreview
from uketsuke.console.views.split import in_parts, parts_of, said_of, service_name
from uketsuke.console.visitor import Visitor
from uketsuke.domain.dates import read_date
from uketsuke.domain.receipt import WrongReceiptNumber, parse
from uketsuke.domain.states import Decision, RequestState, allowed
from uketsuke.errors import NotAllowed, StaleVersion
from uketsuke.queue import decide
from uketsuke.queue.reversal import REVERSIBLE
from uketsuke.queue.review import assess_now
from uketsuke.queue.split import split
from uketsuke.store.requests import RequestRow

router = APIRouter()
STAYS = frozenset({Decision.REASSIGN, Decision.CHOOSE_SERVICE, Decision.SPLIT})
"""After these the same request is still what the operator works on."""


@router.get("/requests/{number}/decide/{decision}")
def show_decision(
    request: Request, site: Here, visitor: Signed, number: str, decision: str, view: str = ""
) -> Response:
    """The page of a decision; 409 where the state does not allow it."""
    row, chosen = known_request(site, number), _decision(decision)
    if chosen not in allowed(row.state, visitor.role, row.kind):
        raise NotAllowed(decision, row.state, "not in this state")
    return _page(request, site, visitor, row, chosen, view_of(view), row.version, Typed({}))


@router.post("/requests/{number}/decide/{decision}")
def take_decision(
    request: Request, site: Here, visitor: Signed, number: str, decision: str, form: Form
) -> Response:
    """Decide, on the version that was seen, or show the letter that would be sent."""
    row, view, version = known_request(site, number), view_of(form.one("view")), form.number("version")
    if decision == "resume":
        decide.resume(site.app, actor(visitor), row.id, version)
        return go(request, f"/requests/{number}?view={view}", Said("resume", {"number": number}))
    chosen = _decision(decision)
    typed = _typed(site, chosen, form)
    if form.one("preview") or typed.errors or not _is_whole(chosen, form):
        status = 422 if typed.errors else 200
        return _page(request, site, visitor, row, chosen, view, version, typed, status)
    following = after(site, visitor, view, row.id)
    try:
        said = _decide(site, visitor, row, version, chosen, form)
    except StaleVersion:
        return conflict(request, site, visitor, number, view, {})
    here = f"/requests/{number}?view={view}"
    return go(request, here if chosen in STAYS else following, said)


def _decision(code: str) -> Decision:
    if code not in {one.value for one in PAGES}:
        raise HTTPException(404, "page")
    return Decision(code)


def _typed(site: Site, decision: Decision, form: Sent) -> Typed:
    """What the page sent, with what is missing."""
    values = {name: form.one(name) for name in ("text", "reason", "until", "to", "service", "end", "into")}
    ticked, errors, words = tuple(form.many("question")), {}, site.words
    if decision is Decision.ASK and not ticked and not values["text"]:
        errors["text"] = words("decide.missing-text")
    if decision is Decision.RETURN and values["end"] not in set(ENDS):
        raise HTTPException(422, "form")
    if decision in (Decision.RETURN, Decision.WITHDRAW) and not values["reason"]:
        errors["reason"] = words("decide.missing-reason")
    if decision is Decision.HOLD and values["until"] and _day(site, values["until"]) is None:
        errors["until"] = words("decide.wrong-until")
    if decision is Decision.SPLIT:
        values |= {name: form.one(name) for name in ("parts", *_service_names(form))}
        if parts_of(values["parts"]) is None:
            errors["parts"] = words("decide.wrong-parts")
    if decision is Decision.MERGE and _survivor(site, values["into"]) is None:
        errors["into"] = words("decide.wrong-into")
    return Typed(values, ticked, errors)


def _is_whole(decision: Decision, form: Sent) -> bool:
    """Whether both halves of a page were filled in: nobody splits without having seen the parts."""
    return decision is not Decision.SPLIT or {name for name, _ in form.fields}.issuperset(
        _service_names(form)
    )


def _service_names(form: Sent) -> list[str]:
    """The controls for the services of the parts that were typed."""
    return [service_name(place) for place in range(1, (parts_of(form.one("parts")) or 0) + 1)]


def _day(site: Site, text: str) -> Any:
    reading = read_date(text, site.app.today())
    return reading.value if reading else None


def _survivor(site: Site, text: str) -> RequestRow | None:
    """The request of a number as people type it; None where there is none that could take another over."""
    try:
        number = str(parse(text, site.app.today()))
    except WrongReceiptNumber:
        return None
    with site.app.database.reading() as tx:
        found = tx.requests.by_number(number)
    return found if found and found.state is not RequestState.MERGED else None


def _decide(
    site: Site, visitor: Visitor, row: RequestRow, version: int, decision: Decision, form: Sent
) -> Said:
    """Take the decision; gives what is said about it."""
    app, who, reason = site.app, actor(visitor), form.one("reason")
    match decision:
        case Decision.ASK:
            decide.ask(app, who, row.id, version, form.many("question"), form.one("text"))
        case Decision.RETURN:
            end = RequestState(form.one("end"))  # one of ENDS: `_typed` has looked
            version = decide.give_back(app, who, row.id, version, end, reason)
            return Said(end.value, {"number": row.number}, (row.number, version))
        case Decision.HOLD:
            until = _day(site, form.one("until")) if form.one("until") else None
            version = decide.hold(app, who, row.id, version, until, reason)
        case Decision.REASSIGN:
            version = decide.reassign(app, who, row.id, version, _known_login(site, form.one("to")))
        case Decision.CHOOSE_SERVICE:
            decide.choose_service(app, who, row.id, version, form.one("service"))
        case Decision.MERGE:
            survivor = _survivor(site, form.one("into"))
            if survivor is None:
                raise HTTPException(422)
            version = decide.merge(app, who, row.id, version, survivor.id)
        case Decision.SPLIT:
            services = [form.one(name) or None for name in _service_names(form)]
            return said_of(split(app, who, row.id, version, services, reason))
        case _:
            decide.withdraw(app, who, row.id, version, reason)
    undo = (row.number, version) if decision in REVERSIBLE else None
    return Said(decision.value, {"number": row.number}, undo)


def _known_login(site: Site, login: str) -> str | None:
    with site.app.database.reading() as tx:
        user = tx.users.get(login) if login else None
    if login and (user is None or not user.active):
        raise HTTPException(422)
    return login or None


def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    row: RequestRow,
    decision: Decision,
    view: str,
    version: int,
    typed: Typed,
    status: int = 200,
) -> Response:
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        assessment = assess_now(site.app, tx, row)
        open_questions = questions(assessment.concerns, row, naming) if decision is Decision.ASK else ()
        fields = asked(decision, row, open_questions, typed, naming)
        writes = decision in WRITES and typed.values and not typed.errors
        preview = _preview(site, row, decision, assessment, typed) if writes else None
        frame = frame_of(request, site, tx, visitor, "tray")
        page = decide_page(decision, row, fields, view, version, naming, preview)
        page = in_parts(page, row, typed, naming) if decision is Decision.SPLIT else page
    return answer(site, "decide.html", frame, status, page=page)


def _preview(
    site: Site, row: RequestRow, decision: Decision, assessment: Any, typed: Typed
) -> LetterPreview | None:
    """The letter that would be sent; None where there is no address to send it to."""
    subject = assessment.subject
    if subject is None or subject.to is None:
        return None
    facts: Mapping[str, Any] = {"recipient": subject.recipient, "subject_line": row.title}
    if decision is Decision.ASK:
        template, own = "general.question", {"questions": list(typed.ticked), "text": typed.values["text"]}
    else:
        template, own = f"general.{typed.values['end']}", {"reason": typed.values["reason"]}
    return preview_letter(site.app, row.number, template, subject.to, {**facts, **own})
