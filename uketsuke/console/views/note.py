"""新規受付: who calls, what about, the fields that matter, and what follows (UX 5.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note_inquiry import InquiryPart
from uketsuke.console.views.onspot import OnSpotPart
from uketsuke.console.views.plan import PlanView
from uketsuke.console.views.tray import title_of
from uketsuke.domain.people import Person
from uketsuke.domain.request import FieldSpec, Rule, Widget
from uketsuke.domain.world import LedgerRow
from uketsuke.processors.common_fields import CommonFields
from uketsuke.store.requests import RequestRow

HIDDEN = frozenset({"requester_name", "requester_email", "requester_phone", "department"})
"""Fields that the caller's directory entry fills."""
COMMON = frozenset(CommonFields.specs())
INQUIRY = "inquiry"
"""Value of the choice 問合せとして答える, which is always offered."""
UNLISTED = "unlisted"
"""Value of the choice 名簿にいない."""


@dataclass(frozen=True)
class Hit:
    """One person the caller may be."""

    value: str
    name: str
    detail: str
    mail: str
    chosen: bool


@dataclass(frozen=True)
class ServiceHit:
    """One service the caller may mean, with the words that say so."""

    value: str
    title: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class NoteField:
    """One field of the service."""

    name: str
    label: str
    value: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    lines: bool = False
    help: str = ""
    hint: str = ""
    """How a table is written as lines: the caller tells it, and nobody fills in cells on the phone."""
    error: str = ""
    units: tuple[tuple[str, str], ...] = ()
    """The section's own devices, offered to choose from (AP-82)."""

    @property
    def id(self) -> str:
        """Id of its control."""
        return f"n_{self.name}"


@dataclass(frozen=True)
class NoteError:
    """One line of the error summary."""

    id: str
    text: str


@dataclass(frozen=True)
class Follows:
    """What happens when it is accepted, as the rules say now."""

    due: str
    need: str
    letters_to: str
    plan: PlanView | None
    reasons: tuple[str, ...]
    say: str


@dataclass(frozen=True)
class OpenOne:
    """An open request of the caller's section."""

    number: str
    title: str
    detail: str


@dataclass(frozen=True)
class NotePage:
    """The whole page."""

    submission: str
    way: str
    started: str
    who: str
    hits: tuple[Hit, ...]
    unlisted: bool
    name: str
    section: str
    phone: str
    checks: tuple[tuple[str, str], ...]
    check: str
    what: str
    services: tuple[ServiceHit, ...]
    fields: tuple[NoteField, ...]
    follows: Follows | None
    department: str
    open: tuple[OpenOne, ...]
    errors: tuple[NoteError, ...] = ()
    asked: InquiryPart | None = None
    """The question and what is done about it, in place of a service's fields."""
    on_spot: OnSpotPart | None = None
    """What is done already; None while その場で完了 has not been opened."""

    def error(self, name: str) -> str:
        """What is wrong with a control; empty for nothing."""
        return next((one.text for one in self.errors if one.id == name), "")


def hits(people: Sequence[Person], chosen: str, naming: Naming, *, is_sure: bool = True) -> tuple[Hit, ...]:
    """The people found; the only one is chosen by itself, several or one of a like name never are."""
    only = is_sure and len(people) == 1 and chosen != UNLISTED
    return tuple(
        Hit(
            person.employee_number,
            person.name,
            naming.words(
                "note.person" if is_sure else "note.like-person",
                department=person.department,
                phone=person.phone or naming.words("note.no-phone"),
            ),
            person.mail or naming.words("note.no-mail"),
            only or person.employee_number == chosen,
        )
        for person in people
    )


def service_hits(
    claims: Sequence[tuple[str, Sequence[str]]], chosen: str, naming: Naming
) -> tuple[ServiceHit, ...]:
    """Services for the caller's words; every service where no word said anything."""
    found = list(claims) or [(one.id, ()) for one in naming.catalogue.all()]
    picked = chosen if chosen in {service for service, _ in found} else ""
    if not picked and len(found) == 1 and chosen != INQUIRY:
        picked = found[0][0]
    asked = ServiceHit(
        INQUIRY, naming.words("note.inquiry"), naming.words("note.inquiry-says"), chosen == INQUIRY
    )
    hit = (
        ServiceHit(
            service, naming.service(service), "".join(f"「{word}」" for word in words), service == picked
        )
        for service, words in found
    )
    return (*hit, asked)


def note_fields(
    specs: Mapping[str, FieldSpec],
    typed: Mapping[str, str],
    needed: frozenset[str],
    units: Mapping[str, Sequence[LedgerRow]],
    naming: Naming,
) -> tuple[NoteField, ...]:
    """Only the fields that matter: the service's own, needed ones first as declared."""
    rows = []
    for name, spec in specs.items():
        if name in HIDDEN or spec.by_operator or not _matters(name, spec, typed, needed):
            continue
        columns = "　".join(one.label for one in spec.row.specs().values()) if spec.row else ""
        rows.append(
            NoteField(
                name=name,
                label=spec.label,
                value=typed.get(name, ""),
                required=name in needed,
                choices=choices_of(spec, naming),
                lines=spec.widget in (Widget.LINES, Widget.ROWS),
                help=spec.help,
                hint=naming.words("note.rows", columns=columns) if columns else "",
                units=tuple((row.key, row.key) for row in units.get(name, ())),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.name in COMMON, not row.required)))


def with_errors(fields: Sequence[NoteField], errors: Sequence[NoteError]) -> tuple[NoteField, ...]:
    """The fields with what is wrong with each."""
    said = {one.id: one.text for one in errors}
    return tuple(replace(field, error=said.get(field.id, "")) for field in fields)


def _matters(name: str, spec: FieldSpec, typed: Mapping[str, str], needed: frozenset[str]) -> bool:
    """A field that only some requests need is shown when this one does, or when it was filled already."""
    return spec.required_when is None or name in needed or bool(typed.get(name))


def choices_of(spec: FieldSpec, naming: Naming) -> tuple[tuple[str, str], ...]:
    """What a choice offers, by the words that people use."""
    if spec.rule not in (Rule.CHOICE, Rule.FLAG):
        return ()
    return (("", naming.words("note.choose")), *((words[0], words[0]) for words in spec.words.values()))


def open_ones(rows: Sequence[RequestRow], naming: Naming) -> tuple[OpenOne, ...]:
    """The section's open requests, so that nobody enters one twice."""
    return tuple(
        OpenOne(
            row.number,
            title_of(row, naming),
            naming.words(
                "note.open-detail",
                name=row.requester_name or "",
                at=naming.at(row.applied_at),
                state=naming.wordbook.request_state(row.state),
            ),
        )
        for row in rows
    )
