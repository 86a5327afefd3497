"""依頼フォーム: one column, the fields that change the outcome, tables, what is wrong (UX 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note import HIDDEN, NoteError, NoteField, choices_of
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import FieldSpec, Rule, Widget, cell_of

KNOWN = HIDDEN | {"cms_login_name", "employee_number"}
"""Fields that the sign-in fills: nobody types who they are."""
_CONTACT = {"requester_phone": "f_phone", "requester_email": "f_phone", "department": "f_department"}
_OURS = frozenset({"FR-01", "FR-02", "FR-15"})
"""Rules that tell who fills the form in what to mend; everything else is for the desk to look at."""
LONGEST_FILES = 10_000_000
LONGEST_FILE = 5_000_000


@dataclass(frozen=True)
class FormRow:
    """One row of a table, with its place from 1."""

    place: int
    cells: tuple[NoteField, ...]


@dataclass(frozen=True)
class FormTable:
    """A table: its rows, and the columns in the order in which they are pasted."""

    name: str
    label: str
    help: str
    required: bool
    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]
    most: int
    error: str = ""

    @property
    def id(self) -> str:
        """Id of its group."""
        return f"n_{self.name}"


@dataclass(frozen=True)
class OpenLink:
    """An open request about the same thing."""

    number: str


@dataclass(frozen=True)
class ConfirmPart:
    """The last page before it is sent: what will be sent, and what follows."""

    values: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    """What the form holds, as hidden fields."""
    promise: str
    looked_at: bool
    """Somebody of the desk looks at it before anything is done."""


@dataclass(frozen=True)
class FormPage:
    """The whole page."""

    service: str
    title: str
    submission: str
    name: str
    mail: str
    department: str
    departments: tuple[str, ...]
    phone: str
    fields: tuple[NoteField, ...]
    tables: tuple[FormTable, ...]
    is_urgent: bool
    reason: str
    open: tuple[OpenLink, ...]
    within_hours: bool
    errors: tuple[NoteError, ...] = ()
    confirm: ConfirmPart | None = None

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return f"/forms/{self.service}"

    def error(self, name: str) -> str:
        """What is wrong with a control; empty for nothing."""
        return next((one.text for one in self.errors if one.id == name), "")

    @property
    def first(self) -> str:
        """Id of the first control that is wrong: it gets the focus."""
        return self.errors[0].id if self.errors else ""


def blocks(concern: Concern) -> bool:
    """Whether who fills the form in can mend it now, and so must."""
    return concern.field is not None and (
        (concern.hard and concern.rule in _OURS) or concern.code == "date-past"
    )


def control_of(path: str, reading: Reading) -> str:
    """Id of the control behind a field or cell: rows are counted in the page, and have ids in the reading."""
    cell = cell_of(path)
    if cell is None:
        return _CONTACT.get(path, f"n_{path}")
    ids = reading.row_ids(cell.field)
    place = ids.index(cell.row) if cell.row in ids else 0
    return f"n_{cell.field}.{place}.{cell.name}" if cell.name else f"n_{cell.field}"


def form_errors(
    concerns: Sequence[Concern],
    reading: Reading,
    shown: frozenset[str],
    specs: Mapping[str, FieldSpec],
    service: str,
    naming: Naming,
) -> tuple[NoteError, ...]:
    """What must be mended, in the order of the page; `shown` are the fields that are on it."""
    found: dict[str, NoteError] = {}
    for one in concerns:
        name = (one.field or "").partition("[")[0]
        if blocks(one) and (name in shown or name in _CONTACT):
            control = control_of(str(one.field), reading)
            found.setdefault(control, NoteError(control, _sentence(one, specs, service, naming)))
    return tuple(found.values())


def _sentence(concern: Concern, specs: Mapping[str, FieldSpec], service: str, naming: Naming) -> str:
    if concern.code != "missing-field":
        return naming.concern(concern, service)
    if concern.field in ("requester_email", "requester_phone"):
        return naming.words("form.missing-phone")
    label = naming.wordbook.field(concern.field, specs, concern.facts.get("row"))
    return naming.words("form.missing", label=label)


def form_tables(
    specs: Mapping[str, FieldSpec],
    typed: Mapping[str, Sequence[Mapping[str, str]]],
    needed: frozenset[str],
    errors: Sequence[NoteError],
    naming: Naming,
    growing: str = "",
) -> tuple[FormTable, ...]:
    """Every table of the service, with an empty row where it has none or is `growing`."""
    said = {one.id: one.text for one in errors}
    return tuple(
        FormTable(
            name=name,
            label=spec.label,
            help=spec.help,
            required=name in needed,
            columns=tuple(column.label for column in columns_of(spec).values()),
            rows=tuple(
                FormRow(place + 1, _cells(name, place, spec, row, said, naming))
                for place, row in enumerate(_with_empty(typed.get(name, ()), more=name == growing))
            ),
            most=spec.most or 0,
            error=said.get(f"n_{name}", ""),
        )
        for name, spec in specs.items()
        if spec.rule is Rule.ROWS and not spec.by_operator and name not in KNOWN
    )


def _with_empty(rows: Sequence[Mapping[str, str]], *, more: bool) -> Sequence[Mapping[str, str]]:
    return (*rows, {}) if more or not rows else rows


def columns_of(spec: FieldSpec) -> dict[str, FieldSpec]:
    """The columns of a table that somebody fills in."""
    cells = spec.row.specs() if spec.row else {}
    return {name: cell for name, cell in cells.items() if not cell.by_operator}


def _cells(
    table: str,
    place: int,
    spec: FieldSpec,
    row: Mapping[str, str],
    said: Mapping[str, str],
    naming: Naming,
) -> tuple[NoteField, ...]:
    return tuple(
        NoteField(
            name=f"{table}.{place}.{name}",
            label=cell.label,
            value=row.get(name, ""),
            required=cell.required,
            choices=choices_of(cell, naming),
            lines=cell.widget is Widget.LINES,
            help=cell.help if place == 0 else "",
            error=said.get(f"n_{table}.{place}.{name}", ""),
        )
        for name, cell in columns_of(spec).items()
    )
