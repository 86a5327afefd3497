"""問合せとして答える on 新規受付: reads what was typed there, and puts it into the note (UX AP-86)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from uketsuke.app import App
from uketsuke.console.forms import Sent
from uketsuke.console.site import Site
from uketsuke.console.views.inquiry import category_choices
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note import Follows, NoteError
from uketsuke.console.views.note_inquiry import InquiryPart
from uketsuke.domain.inquiry import Act, AnswerWay, CallTime, Category, Taken, read_call_time
from uketsuke.domain.people import Person
from uketsuke.intake.note import Note

NEEDED = {Act.ANSWER: ("answer",), Act.CALL_BACK: ("number", "at"), Act.HAND_OVER: ("to", "handed")}


@dataclass(frozen=True)
class Asked:
    """What the part of the form holds, as typed."""

    question: str = ""
    """Empty as long as it is what stands under 用件."""
    category: str = ""
    act: Act = Act.ANSWER
    answer: str = ""
    number: str = ""
    """Empty as long as it is the directory's."""
    at: str = ""
    to: str = ""
    handed: str = ""

    def text(self, name: str) -> str:
        """What stands in a control."""
        return str(getattr(self, name))


NOTHING_ASKED = Asked()


def read_asked(form: Sent) -> Asked:
    """What was typed; what the page had filled in by itself is filled in anew."""
    act, category = form.one("q.act"), form.one("q.category")
    return Asked(
        question=_typed(form, "question"),
        category=category if category in set(Category) else "",
        act=Act(act) if act in set(Act) else Act.ANSWER,
        answer=form.one("q.answer"),
        number=_typed(form, "number"),
        at=form.one("q.at"),
        to=form.one("q.to"),
        handed=form.one("q.handed"),
    )


def _typed(form: Sent, name: str) -> str:
    text = form.one(f"q.{name}")
    return "" if text == form.one(f"was.{name}") else text


def asked_part(asked: Asked, what: str, person: Person | None, naming: Naming) -> InquiryPart:
    """The part of the page."""
    return InquiryPart(
        question=asked.question or what,
        what=what,
        category=asked.category,
        categories=category_choices(naming),
        act=asked.act.value,
        acts=tuple((one.value, naming.words(f"note.inquiry-act.{one.value}")) for one in Act),
        answer=asked.answer,
        number=asked.number or (person.phone if person else "") or "",
        known_number=(person.phone if person else "") or "",
        at=asked.at,
        to=asked.to,
        handed=asked.handed,
    )


def call_time(app: App, asked: Asked) -> CallTime:
    """When somebody is to be called back."""
    return read_call_time(asked.at, app.now(), app.calendar)


def asked_errors(site: Site, asked: Asked, what: str, person: Person | None) -> list[NoteError]:
    """What is missing before the inquiry can be accepted."""
    words, known = site.words, person.phone if person else ""
    errors = [] if asked.question or what else [NoteError("q_question", words("note.missing-question"))]
    for name in NEEDED[asked.act]:
        if not asked.text(name) and not (name == "number" and known):
            errors.append(NoteError(f"q_{name}", words(f"note.missing-{name}")))
    if asked.act is Act.CALL_BACK and asked.at and (fault := call_time(site.app, asked).fault):
        errors.append(NoteError("q_at", words(f"inquiry.wrong-at-{fault}")))
    return errors


def inquiry_note(site: Site, note: Note, asked: Asked, what: str, way: str, person: Person | None) -> Note:
    """The note with the question, and what was done about it while the caller was there."""
    own = {site.words("note.label-service"): site.words("note.inquiry-value")}
    if asked.question and asked.question != what:
        own[site.words("note.label-question")] = asked.question
    taken = Taken(
        question=asked.question or what,
        act=asked.act,
        category=Category(asked.category) if asked.category else None,
        way=AnswerWay.COUNTER if way == "counter" else AnswerWay.PHONE,
    )
    match asked.act:
        case Act.ANSWER:
            taken = taken.model_copy(update={"answer": asked.answer})
        case Act.CALL_BACK:
            number = asked.number or (person.phone if person else "") or ""
            taken = taken.model_copy(update={"number": number, "at": call_time(site.app, asked).at})
        case Act.HAND_OVER:
            taken = taken.model_copy(update={"to": asked.to, "handed": asked.handed})
    return replace(note, values={**note.values, **own}, inquiry=taken)


def asked_follows(site: Site, asked: Asked, naming: Naming) -> Follows:
    """What follows when it is accepted: nothing runs, at most somebody is called back."""
    words, at = naming.words, call_time(site.app, asked).at if asked.act is Act.CALL_BACK else None
    act = asked.act.value
    return Follows(
        due=naming.at(at) if at else words(f"note.inquiry-due.{act}"),
        need=words("note.inquiry-need"),
        letters_to=words("note.inquiry-letters"),
        plan=None,
        reasons=(),
        say=words(f"note.inquiry-say.{act}", at=naming.at(at))
        if at or act != "call-back"
        else words("note.say-open"),
    )
