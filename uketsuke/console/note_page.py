"""Gathers the page 新規受付 in one transaction: people, services, fields, and what would follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import JsonValue

from uketsuke.console.callers import people_named, people_nearly_named
from uketsuke.console.forms import Sent
from uketsuke.console.inquiry_part import NOTHING_ASKED, Asked, asked_follows, asked_part, read_asked
from uketsuke.console.note_follows import Judged, follows
from uketsuke.console.onspot_part import Done, judge_done, missing, on_spot_part, read_done
from uketsuke.console.site import Site
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note import (
    HIDDEN,
    INQUIRY,
    UNLISTED,
    Follows,
    NoteError,
    NotePage,
    hits,
    note_fields,
    open_ones,
    service_hits,
    with_errors,
)
from uketsuke.console.views.onspot import OnSpotPart
from uketsuke.console.visitor import Visitor
from uketsuke.domain.calendar import JST, local
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.people import Person
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.text import fold
from uketsuke.domain.world import LedgerRow
from uketsuke.intake.forms import read_note
from uketsuke.intake.note import Note
from uketsuke.processors.assess import assess, claims_of
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.common_fields import CommonFields
from uketsuke.queue.decide import CHECKS
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Call:
    """What the form holds, read but not judged."""

    submission: str
    way: str
    started: str
    who: str
    person: str
    name: str
    section: str
    phone: str
    check: str
    what: str
    service: str
    fields: Mapping[str, str]
    done: Done | None = None
    """What is done already; None while その場で完了 has not been opened."""
    asked: Asked = NOTHING_ASKED

    @property
    def is_inquiry(self) -> bool:
        """The operator answers a question; no service is asked for."""
        return self.service == INQUIRY

    @property
    def is_unlisted(self) -> bool:
        """The caller is typed because the directory does not know them (AP-84)."""
        return self.person == UNLISTED


def read_call(form: Sent, submission: str, now: datetime) -> Call:
    """Read the form; a page that is opened has nothing but a submission id and a start."""
    check = form.one("check")
    return Call(
        submission=form.one("submission") or submission,
        way="counter" if form.one("way") == "counter" else "phone",
        started=form.one("started") or f"{local(now):%H:%M}",
        who=form.one("who"),
        person=form.one("p"),
        name=form.one("name"),
        section=form.one("section"),
        phone=form.one("phone"),
        check=check if check in CHECKS else "",
        what=form.one("what"),
        service=form.one("s"),
        fields={name: text.strip() for name, text in form.under("n.").items()},
        done=None if form.one("s") == INQUIRY else read_done(form),
        asked=read_asked(form),
    )


def opened(call: Call, press: str) -> Call:
    """The form after その場で完了 or 閉じる was pressed; what was typed elsewhere stays."""
    if press == "onspot":
        return replace(call, done=call.done or Done())
    return replace(call, done=None) if press == "close" else call


def started_at(call: Call, now: datetime) -> datetime | None:
    """When the call began: the time typed, today in Japan; None when it is no time or lies ahead."""
    try:
        moment = datetime.strptime(fold(call.started).strip(), "%H:%M").replace(tzinfo=JST)
    except ValueError:
        return None
    begun = datetime.combine(local(now).date(), moment.timetz())
    # A page opened within the same minute must not lie ahead of itself.
    return None if begun.replace(second=0) > now else min(begun, now)


def note_page(
    site: Site,
    tx: Transaction,
    visitor: Visitor,
    call: Call,
    naming: Naming,
    errors: Sequence[NoteError] = (),
) -> NotePage:
    """Build the page for what is in the form."""
    people = people_named(tx, call.who)
    near = [] if people else people_nearly_named(tx, call.who, site.app.today())
    found = hits(people, call.person, naming) or hits(near, call.person, naming, is_sure=False)
    person = next(
        (one for one in (*people, *near) if any(h.chosen and h.value == one.employee_number for h in found)),
        None,
    )
    services = service_hits(_claims(site, call.what), call.service, naming)
    service = next((one.value for one in services if one.chosen and one.value != INQUIRY), "")
    specs = naming.specs(service)
    department = person.department if person else call.section
    judged = _judge(site, tx, visitor, call, service, person) if service and (person or call.name) else None
    assessment = judged.assessment if judged else None
    return NotePage(
        submission=call.submission,
        way=call.way,
        started=call.started,
        who=call.who,
        hits=found,
        unlisted=call.is_unlisted or bool(call.who and not people and person is None),
        name=call.name,
        section=call.section,
        phone=call.phone,
        checks=_checks(naming),
        check=call.check,
        what=call.what,
        services=services,
        fields=with_errors(
            note_fields(
                specs, call.fields, _needed(specs, call, assessment), units_of(tx, specs, department), naming
            ),
            errors,
        ),
        on_spot=_on_spot(tx, visitor, call, judged, errors, naming),
        asked=asked_part(call.asked, call.what, person, naming) if call.is_inquiry else None,
        follows=_follows(site, call, judged, naming),
        department=department,
        open=open_ones(tx.requests.of_department(department, limit=5), naming) if department else (),
        errors=tuple(errors),
    )


def _claims(site: Site, what: str) -> list[tuple[str, tuple[str, ...]]]:
    """The services that the caller's words may mean."""
    found = claims_of(_content(what), site.app.catalogue) if what else ()
    return [(one.service, one.words) for one in found]


def _follows(site: Site, call: Call, judged: Judged | None, naming: Naming) -> Follows | None:
    if call.is_inquiry:
        return asked_follows(site, call.asked, naming)
    return follows(site, judged, naming) if judged else None


def _checks(naming: Naming) -> tuple[tuple[str, str], ...]:
    """None first: an identity check is never preselected (AP-83)."""
    return (("", naming.words("attest.none")), *((code, naming.words(f"attest.{code}")) for code in CHECKS))


def note_of(
    site: Site, tx: Transaction, visitor: Visitor, call: Call, service: str, person: Person | None
) -> Note:
    """The note as it is stored: the caller's directory entry, the words, the fields by their labels."""
    now, labels = site.app.now(), {name: spec.label for name, spec in CommonFields.specs().items()}
    values = {site.words("note.label-way"): site.words(f"note.way-{call.way}")}
    if service:
        values[site.words("note.label-service")] = service
    caller = {
        "requester_name": person.name if person else call.name,
        "department": person.department if person else call.section,
        "requester_phone": (person.phone if person else call.phone) or "",
        "requester_email": (person.mail if person else "") or "",
    }
    values |= {labels[name]: text for name, text in caller.items() if text}
    if call.what:
        values[site.words("note.label-what")] = call.what
    specs = next((one.request.specs() for one in site.app.catalogue.all() if one.id == service), {})
    values |= {specs[name].label: text for name, text in call.fields.items() if name in specs and text}
    return Note(
        submission_id=call.submission,
        entered_by=visitor.login,
        called_at=started_at(call, now) or now,
        submitted_at=now,
        identity_check=call.check or None,
        values=values,
    )


def chosen_person(tx: Transaction, call: Call) -> Person | None:
    """The person of the directory that the form names, or the only one found."""
    if call.is_unlisted:
        return None
    if call.person:
        return tx.people.get(call.person)
    people = people_named(tx, call.who)
    return people[0] if len(people) == 1 else None


def _content(words: str) -> Content:
    """The caller's words as a message, to be claimed by services."""
    return Content(channel=Channel.NOTE, text=words, full_text=words)


def _judge(
    site: Site, tx: Transaction, visitor: Visitor, call: Call, service: str, person: Person | None
) -> Judged:
    note = note_of(site, tx, visitor, call, service, person)
    content = read_note(note.raw())
    found = assess(content, site.app.now(), site.app.world(tx), site.app.catalogue, service=service)
    if call.done is None:
        return Judged(note, found)
    return Judged(note, found, judge_done(site.app, tx, visitor, call.done, content, found))


def _on_spot(
    tx: Transaction,
    visitor: Visitor,
    call: Call,
    judged: Judged | None,
    errors: Sequence[NoteError],
    naming: Naming,
) -> OnSpotPart | None:
    """The opened part; nothing to ask yet while nobody knows who calls and what about."""
    if call.done is None:
        return None
    if judged is None or judged.on_spot is None:
        return OnSpotPart()
    wrong = {one.id: one.text for one in errors}
    return on_spot_part(tx, visitor, call.done, judged.on_spot, wrong, naming)


def done_note(
    site: Site, tx: Transaction, visitor: Visitor, call: Call, service: str, naming: Naming
) -> tuple[Note, tuple[NoteError, ...]]:
    """The note of what is done on the spot, and what is missing before it may be accepted as that."""
    judged = _judge(site, tx, visitor, call, service, chosen_person(tx, call))
    if judged.on_spot is None:
        return judged.note, ()
    shown = {name: f"n_{name}" for name in naming.specs(service) if name not in HIDDEN}
    lacks = missing(judged.on_spot, service, shown, naming)
    return replace(judged.note, done=judged.on_spot.deed), tuple(NoteError(one.id, one.text) for one in lacks)


def _needed(specs: Mapping[str, FieldSpec], call: Call, assessment: Assessment | None) -> frozenset[str]:
    values = assessment.reading.plain() if assessment else _plain(specs, call)
    return frozenset(name for name, spec in specs.items() if spec.is_required(values))


def _plain(specs: Mapping[str, FieldSpec], call: Call) -> dict[str, JsonValue]:
    """The values chosen so far, where there is no caller yet to judge the whole for."""
    words = {name: {shown[0]: value for value, shown in spec.words.items()} for name, spec in specs.items()}
    return {name: words[name].get(text, text) for name, text in call.fields.items() if name in specs and text}


def units_of(tx: Transaction, specs: Mapping[str, FieldSpec], department: str) -> dict[str, list[LedgerRow]]:
    """For each field that names a unit, those that the section holds."""
    return {
        name: tx.ledgers.rows(spec.ledger, {"department": department})
        for name, spec in specs.items()
        if spec.rule is Rule.ASSET_NO and spec.ledger and department
    }
