"""読み取った内容: each field with its value, where it came from, and what is wrong with it (UX 5.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import JsonValue

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import Marks, id_of, sign
from uketsuke.domain.calendar import local_day
from uketsuke.domain.reading import Concern, FieldValue, Reading, SourceKind, cell_path
from uketsuke.domain.request import FieldSpec, Plain, Rule, Widget, cell_of
from uketsuke.domain.text import fold
from uketsuke.domain.wording import console_day
from uketsuke.processors.common_fields import CommonFields

FRONT = frozenset({"desired_date"})
"""Common fields that are about the service and not about who asks."""


@dataclass(frozen=True)
class SourceLink:
    """Where a value came from, in words; `href` leads to its highlight."""

    word: str
    href: str | None = None


@dataclass(frozen=True)
class FieldRow:
    """One field as it is shown and edited."""

    name: str
    label: str
    value: str
    source: SourceLink
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    lines: bool = False
    errors: tuple[str, ...] = ()
    raw: str = ""
    """The words as they stand in the original, where they were normalised (AP-13)."""
    help: str = ""
    first: bool = False
    """Takes the focus when the page opens: the first field with an error."""
    word: str = ""
    """The value for reading only: a choice by its word."""
    quiet: bool = False
    """Optional, empty and not in doubt: kept out of the way until somebody wants it."""
    was: str = ""
    """What was stored when this page was made; a save changes only what differs from it."""
    table: Table | None = None
    """Its rows, where it is a table; then it has no words of its own."""

    @property
    def id(self) -> str:
        """Its path as part of an id: `users_1_user_email`."""
        return id_of(self.name)


@dataclass(frozen=True)
class TableRow:
    """One row: its cells in the order of the columns, and what is wrong with it as a whole."""

    number: int
    """Its place from 1, as people count."""
    path: str
    """What takes it out: `users[1]`."""
    cells: tuple[FieldRow, ...]
    errors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its path as part of an id."""
        return id_of(self.path)


@dataclass(frozen=True)
class Table:
    """The rows of a table as they are shown and edited."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    add: str
    """What puts a row in: `users[+]`."""

    @property
    def cells(self) -> tuple[FieldRow, ...]:
        """Every cell, row by row."""
        return tuple(cell for row in self.rows for cell in row.cells)


def shown_value(spec: FieldSpec, value: JsonValue, today: date) -> str:
    """A value as people write it: `4/28(火)`, `LTE-0217`, `2`; a choice by its code, for its select."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "、".join(shown_value(spec, one, today) for one in value)
    if spec.rule is Rule.DATE and isinstance(value, str):
        return console_day(date.fromisoformat(value), today)
    return str(value)


def read_value(spec: FieldSpec, value: JsonValue, today: date) -> str:
    """The same for reading only: a choice by its word."""
    return spec.shown(value) if spec.words else shown_value(spec, value, today)


def row_words(spec: FieldSpec, row: JsonValue, today: date) -> str:
    """One row of a table in a line: `氏名：中村 淳、メールアドレス：…`."""
    plain = row if isinstance(row, dict) else {}
    cells = [(one.label, read_value(one, plain.get(name), today)) for name, one in _columns(spec).items()]
    return "、".join(f"{label}：{text}" for label, text in cells if text)


def stored_texts(reading: Reading, specs: Mapping[str, FieldSpec], today: date) -> dict[str, str]:
    """What every field and cell shows when nobody has typed anything; a table shows its cells."""
    texts = {}
    for path, spec in _paths(reading, specs):
        current = reading.current(path)
        texts[path] = shown_value(spec, current.value, today) if current and spec.row is None else ""
        if current and current.value is None and current.raw:
            # What could not be read stays in front of whoever has to put it right.
            texts[path] = current.raw
    return texts


def _paths(reading: Reading, specs: Mapping[str, FieldSpec]) -> Iterator[tuple[str, FieldSpec]]:
    for name, spec in specs.items():
        yield name, spec
        for row in reading.row_ids(name) if spec.row else ():
            yield from ((cell_path(name, row, cell), column) for cell, column in _columns(spec).items())


def _columns(spec: FieldSpec) -> dict[str, FieldSpec]:
    return spec.row.specs() if spec.row else {}


def field_rows(
    reading: Reading,
    concerns: Sequence[Concern],
    specs: Mapping[str, FieldSpec],
    marks: Marks,
    naming: Naming,
    service: str | None,
    typed: Mapping[str, str] | None = None,
    stored: Reading | None = None,
    free: Collection[str] = (),
) -> tuple[FieldRow, ...]:
    """The rows of a service, in the declared order; what is `free` need not be there whatever it says.

    `typed` is what somebody has in the form and not saved; `stored` the reading that
    is saved, where `reading` already contains what was typed.
    """
    today = local_day(naming.now)
    was = stored_texts(stored or reading, specs, today)
    sheet = _Sheet(reading, tuple(concerns), marks, naming, service, typed or {}, was, today, free)
    first, rows = True, list[FieldRow]()
    for row in (sheet.field(name, spec, reading.plain()) for name, spec in specs.items()):
        rows.append(_focused(row) if first else row)
        first = first and not _wrong(row)
    return _in_order(rows, set(CommonFields.specs()))


def _wrong(row: FieldRow) -> bool:
    inner = row.table.rows if row.table else ()
    return bool(row.errors) or any(line.errors or any(map(_wrong, line.cells)) for line in inner)


def _focused(row: FieldRow) -> FieldRow:
    """The row, marked as the first with an error where it has one; in a table also the cell."""
    table = row.table
    if table is not None and not row.errors:
        place = next((cell.name for cell in table.cells if cell.errors), None)
        lines = tuple(
            replace(line, cells=tuple(replace(cell, first=cell.name == place) for cell in line.cells))
            for line in table.rows
        )
        table = replace(table, rows=lines)
    return replace(row, first=_wrong(row), table=table)


@dataclass(frozen=True)
class _Sheet:
    """Everything that the rows of one page are made from."""

    reading: Reading
    concerns: tuple[Concern, ...]
    marks: Marks
    naming: Naming
    service: str | None
    typed: Mapping[str, str]
    was: Mapping[str, str]
    today: date
    free: Collection[str]

    def field(self, path: str, spec: FieldSpec, values: Plain) -> FieldRow:
        """One field or cell; `values` are what its conditions see."""
        current, was = self.reading.current(path), self.was.get(path, "")
        errors, value = self._errors(path), self.typed.get(path, was)
        required, table = path not in self.free and spec.is_required(values), self._table(path, spec, values)
        return FieldRow(
            name=path,
            label=spec.label,
            value=value,
            source=_source(path, current, self.marks, self.naming),
            required=required,
            choices=_choices(spec),
            lines=spec.widget is Widget.LINES,
            errors=errors,
            raw=_raw(current, was, spec),
            help=spec.help,
            word=_word(spec, current, self.today) if table is None else "",
            quiet=not (errors or value or was or required or (table and table.rows)),
            was=was,
            table=table,
        )

    def _errors(self, path: str) -> tuple[str, ...]:
        return tuple(
            self.naming.concern(one, self.service)
            for one in self.concerns
            if path == (one.decided_by or one.field) or self._is_piece(one.field, path)
        )

    def _is_piece(self, field: str | None, path: str) -> bool:
        """Whether a doubt is about one code of a list, which has no place of its own on the page."""
        cell = cell_of(field or "")
        return (
            cell is not None and cell.field == path and cell.name is None and not self.reading.row_ids(path)
        )

    def _table(self, name: str, spec: FieldSpec, values: Plain) -> Table | None:
        if spec.row is None:
            return None
        plain, columns, rows = values.get(name), _columns(spec), list[TableRow]()
        for place, row in enumerate(self.reading.row_ids(name)):
            own = plain[place] if isinstance(plain, list) else None
            seen = {**values, **own} if isinstance(own, dict) else values
            cells = tuple(self.field(cell_path(name, row, one), spec, seen) for one, spec in columns.items())
            path = f"{name}[{row}]"
            rows.append(TableRow(place + 1, path, cells, self._errors(path)))
        return Table(tuple(one.label for one in columns.values()), tuple(rows), f"{name}[+]")


def _in_order(rows: list[FieldRow], common: set[str]) -> tuple[FieldRow, ...]:
    """What the service itself asks for first, then who asks and where to reach them; else as declared."""
    return tuple(sorted(rows, key=lambda row: row.name in common and row.name not in FRONT))


def _word(spec: FieldSpec, current: FieldValue | None, today: date) -> str:
    return read_value(spec, current.value, today) if current else ""


def _choices(spec: FieldSpec) -> tuple[tuple[str, str], ...]:
    if spec.rule not in (Rule.CHOICE, Rule.FLAG):
        return ()
    return (("", "―"), *((value, words[0]) for value, words in spec.words.items()))


def _source(name: str, current: FieldValue | None, marks: Marks, naming: Naming) -> SourceLink:
    if current is None or (current.value is None and not current.raw):
        return SourceLink(naming.words("source.none"))
    kind = current.source.kind
    numbers = marks.of_field(name)
    if kind in (SourceKind.SPAN, SourceKind.FORM_FIELD, SourceKind.KINTONE_FIELD) and numbers:
        signs = "".join(sign(number) for number in numbers)
        return SourceLink(naming.words("source.span", marks=signs), f"#m{numbers[0]}")
    word = naming.words(f"source.{kind.value}" if kind is not SourceKind.SPAN else "source.text")
    who = naming.person(current.source.who)
    return SourceLink(naming.words("source.by", word=word, who=who) if who else word)


def _raw(current: FieldValue | None, shown: str, spec: FieldSpec) -> str:
    """The original words, where the value shown is another spelling of them; a table has cells for that."""
    if current is None or current.value is None or spec.words or spec.row or not current.raw:
        return ""
    raw = current.raw.strip()
    return raw if raw != shown and (spec.rule is not Rule.TEXT or fold(raw) == fold(shown)) else ""
