"""Gathers 依頼フォーム in one transaction: who is signed in, what is typed, what the rules say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from uketsuke.console.forms import Sent
from uketsuke.console.note_page import units_of
from uketsuke.console.pasted import read_pasted
from uketsuke.console.site import Site
from uketsuke.console.views.form import (
    KNOWN,
    LONGEST_FILE,
    LONGEST_FILES,
    ConfirmPart,
    FormPage,
    FormTable,
    OpenLink,
    blocks,
    columns_of,
    form_errors,
    form_tables,
)
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note import NoteError, note_fields, with_errors
from uketsuke.console.visitor import Visitor, new_secret
from uketsuke.domain.people import Person
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.wording import letter_until
from uketsuke.intake.files import MOST_FILES
from uketsuke.intake.form import Submission, Typed, Upload
from uketsuke.intake.forms import read_form
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.base import Processor
from uketsuke.processors.sender import section_of
from uketsuke.queue.opening import first_due
from uketsuke.store.transaction import Transaction

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{20,64}")
MOST_ROWS = 500
Rows = tuple[Mapping[str, str], ...]
Wrong = tuple[NoteError, ...]


@dataclass(frozen=True)
class Applicant:
    """Who is signed in, as the directory knows them, with the sections they may ask for."""

    person: Person
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Filled:
    """What the form holds, read but not judged."""

    submission: str
    department: str
    phone: str
    fields: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Rows] = field(default_factory=dict)
    is_urgent: bool = False
    reason: str = ""
    growing: str = ""
    """The table that is to have one more empty row."""

    def kept(self) -> tuple[tuple[str, str], ...]:
        """The same as fields of a form."""
        found = [("submission", self.submission), ("department", self.department), ("phone", self.phone)]
        found += [(f"n.{name}", text) for name, text in self.fields.items()]
        found += [
            (f"r.{table}.{place}.{name}", text)
            for table, rows in self.tables.items()
            for place, row in enumerate(rows)
            for name, text in row.items()
        ]
        found += [("urgent", "1"), ("reason", self.reason)] if self.is_urgent else []
        return tuple(found)


def applicant_of(site: Site, tx: Transaction, visitor: Visitor) -> Applicant | None:
    """Who is signed in; None for a sign-in that belongs to nobody who is in office."""
    world = site.app.world(tx)
    person = world.person(visitor.person) if visitor.person else None
    if person is None:
        return None
    given = (
        section_of(name, world) for post in world.posts(person.employee_number) for name in post.sections
    )
    return Applicant(person, tuple(dict.fromkeys([person.department, *filter(None, given)])))


def empty(applicant: Applicant) -> Filled:
    """A form as it is opened: section and extension are those of the directory."""
    return Filled(new_secret(), applicant.person.department, applicant.person.phone or "")


def read_filled(form: Sent, processor: Processor, applicant: Applicant) -> Filled:
    """What was sent; a section that the person may not ask for is their own."""
    specs, submission, department = processor.request.specs(), form.one("submission"), form.one("department")
    typed = {name: text.strip() for name, text in form.under("n.").items()}
    cells = form.under("r.")
    return Filled(
        submission=submission if _SUBMISSION.fullmatch(submission) else new_secret(),
        department=department if department in applicant.departments else applicant.person.department,
        phone=form.one("phone"),
        fields={name: typed[name] for name in specs if name in typed and _is_typed(name, specs[name])},
        tables={name: _rows(name, spec, cells) for name, spec in specs.items() if spec.rule is Rule.ROWS},
        is_urgent=form.one("urgent") == "1",
        reason=form.one("reason"),
        growing=form.one("press").removeprefix("add."),
    )


def with_pasted(filled: Filled, form: Sent, processor: Processor, naming: Naming) -> tuple[Filled, Wrong]:
    """The same with the rows of what was pasted behind those that are there, and what cannot be taken."""
    tables, wrong = dict(filled.tables), []
    for name, spec in processor.request.specs().items():
        text = form.one(f"p.{name}") if spec.rule is Rule.ROWS and not spec.by_operator else ""
        if not text:
            continue
        pasted, before = read_pasted(text, columns_of(spec)), tables.get(name, ())
        tables[name] = (*before, *pasted.rows)[:MOST_ROWS]
        for place in pasted.too_wide:
            said = naming.words("form.too-wide", label=spec.label, row=len(before) + place)
            wrong.append(NoteError(f"n_{name}", said))
        if not pasted.rows:
            wrong.append(NoteError(f"p_{name}", naming.words("form.nothing-pasted")))
    return replace(filled, tables=tables), tuple(wrong)


def _is_typed(name: str, spec: FieldSpec) -> bool:
    return name not in KNOWN and not spec.by_operator and spec.rule is not Rule.ROWS


def _rows(table: str, spec: FieldSpec, cells: Mapping[str, str]) -> Rows:
    """The rows in which something stands, in their order."""
    found: dict[int, dict[str, str]] = {}
    columns = columns_of(spec)
    for key, text in cells.items():
        head, _, name = key.removeprefix(f"{table}.").partition(".")
        known = key.startswith(f"{table}.") and name in columns
        if known and head.isascii() and head.isdigit() and int(head) < MOST_ROWS and text.strip():
            found.setdefault(int(head), {})[name] = text.strip()
    return tuple(found[place] for place in sorted(found))


def submission_of(
    site: Site,
    visitor: Visitor,
    applicant: Applicant,
    processor: Processor,
    filled: Filled,
    files: Sequence[Upload] = (),
) -> Submission:
    """The form as it is stored: who asks by the directory, then the fields by their labels."""
    specs, person = processor.request.specs(), applicant.person
    who = {
        "requester_name": person.name,
        "department": filled.department,
        "requester_phone": filled.phone,
        "requester_email": person.mail or "",
        "employee_number": person.employee_number,
    }
    values: dict[str, Typed] = {site.words("note.label-service"): processor.id}
    values |= {specs[name].label: text for name, text in who.items() if name in specs and text}
    for name, spec in specs.items():
        if filled.tables.get(name):
            columns = columns_of(spec)
            values[spec.label] = [
                {columns[cell].label: text for cell, text in row.items()} for row in filled.tables[name]
            ]
        elif filled.fields.get(name):
            values[spec.label] = filled.fields[name]
    if filled.is_urgent:
        values[site.words("form.label-urgent")] = filled.reason or site.words("form.urgent-bare")
    return Submission(
        filled.submission,
        processor.id,
        visitor.login,
        person.employee_number,
        site.app.now(),
        values,
        tuple(files),
    )


def judge(site: Site, tx: Transaction, sent: Submission) -> Assessment:
    """What the rules say of it now, by the same code as the worker's."""
    content = read_form(replace(sent, attachments=()).raw())
    return assess(content, site.app.now(), site.app.world(tx), site.app.catalogue, service=sent.service)


def form_page(
    site: Site,
    tx: Transaction,
    applicant: Applicant,
    processor: Processor,
    filled: Filled,
    assessment: Assessment,
    naming: Naming,
) -> FormPage:
    """The page with everything that is wrong; what of it is shown is the route's to say."""
    specs, plain = processor.request.specs(), assessment.reading.plain()
    needed = frozenset(name for name, spec in specs.items() if spec.is_required(plain))
    typed = {name: spec for name, spec in specs.items() if _is_typed(name, spec)}
    units = units_of(tx, typed, filled.department)
    fields = note_fields(typed, filled.fields, needed, units, naming)
    tables = form_tables(specs, filled.tables, needed, (), naming)
    shown = frozenset([*(one.name for one in fields), *(one.name for one in tables)])
    errors = form_errors(assessment.concerns, assessment.reading, shown, specs, processor.id, naming)
    if filled.is_urgent and not filled.reason:
        errors = (*errors, NoteError("f_reason", naming.words("form.missing-reason")))
    order = [
        *(one.id for one in fields),
        *(cell.id for one in tables for row in one.rows for cell in row.cells),
    ]
    errors = tuple(sorted(errors, key=lambda one: order.index(one.id) if one.id in order else len(order)))
    return FormPage(
        service=processor.id,
        title=processor.title,
        submission=filled.submission,
        name=applicant.person.name,
        mail=applicant.person.mail or "",
        department=filled.department,
        departments=applicant.departments,
        phone=filled.phone,
        fields=with_errors(fields, errors),
        tables=form_tables(specs, filled.tables, needed, errors, naming, filled.growing),
        is_urgent=filled.is_urgent,
        reason=filled.reason,
        open=_open(assessment),
        within_hours=site.app.calendar.is_within_hours(site.app.now()),
        errors=errors,
    )


def without_errors(page: FormPage) -> FormPage:
    """The page as it is while somebody is still filling it in."""
    return replace(
        page,
        fields=tuple(replace(one, error="") for one in page.fields),
        tables=tuple(_mended(one) for one in page.tables),
        errors=(),
    )


def of_tables(page: FormPage, wrong: Wrong) -> FormPage:
    """The page after something was pasted: what is wrong with the tables, and with nothing else yet."""
    cells = {cell.id for table in page.tables for row in table.rows for cell in row.cells}
    kept = tuple(one for one in page.errors if one.id in cells | {table.id for table in page.tables})
    fields = tuple(replace(one, error="") for one in page.fields)
    return replace(page, fields=fields, errors=(*wrong, *kept))


def _mended(table: FormTable) -> FormTable:
    rows = (replace(row, cells=tuple(replace(one, error="") for one in row.cells)) for row in table.rows)
    return replace(table, error="", rows=tuple(rows))


def confirm_part(sent: Submission, filled: Filled, assessment: Assessment, naming: Naming) -> ConfirmPart:
    """What will be sent, and until when something happens."""
    first = first_due(assessment)
    service = naming.words("note.label-service")
    return ConfirmPart(
        values=tuple(
            (label, value if isinstance(value, str) else "\n".join("、".join(row.values()) for row in value))
            for label, value in sent.values.items()
            if label != service
        ),
        kept=filled.kept(),
        promise=letter_until(first[1]) if first else "",
        looked_at=any(not blocks(one) for one in assessment.concerns) or bool(assessment.authority.need),
    )


def file_errors(files: Sequence[Upload], naming: Naming) -> tuple[NoteError, ...]:
    """Too many files, or too large ones."""
    words, whole = naming.words, 1_000_000
    if len(files) > MOST_FILES:
        return (NoteError("f_files", words("form.too-many-files", most=MOST_FILES)),)
    if any(len(one.data) > LONGEST_FILE for one in files):
        return (NoteError("f_files", words("form.file-too-large", most=LONGEST_FILE // whole)),)
    if sum(len(one.data) for one in files) > LONGEST_FILES:
        return (NoteError("f_files", words("form.files-too-large", most=LONGEST_FILES // whole)),)
    return ()


def _open(assessment: Assessment) -> tuple[OpenLink, ...]:
    numbers = (one.facts.get("number") for one in assessment.concerns if one.code == "duplicate")
    return tuple(OpenLink(str(number)) for number in dict.fromkeys(numbers) if number)
