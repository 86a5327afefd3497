"""Field values with their sources, before they are valid (DESIGN 4).

A `Reading` maps a field path to the values read or typed for it, oldest first.
Nothing is overwritten: a person's correction is one more value, and the last
one counts. Rows have their own paths: the value of `users` is the ids of its rows
in their order, and `users[1].user_email` is the cell of the row with id 1. An id
never changes and never comes back, so that taking a row out or putting one in is
one more value of `users`, and every cell keeps its history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field, JsonValue

from uketsuke.domain.content import Frozen
from uketsuke.domain.request import Cell, cell_of
from uketsuke.errors import UketsukeError

FIRST_TYPED_ROW = 1000
"""Rows that people put in are counted from here; below stand those of the message, however many."""


class RowGone(UketsukeError, LookupError):
    """A row that was taken out cannot come back, nor can one be meant that never was there."""

    def __init__(self, path: str, row: int) -> None:
        self.path, self.row = path, row
        super().__init__(f"no row {row} in {path}")


class SourceKind(StrEnum):
    """Where a value came from."""

    SPAN = "span"
    HEADER = "header"
    CELL = "cell"
    FORM_FIELD = "form-field"
    KINTONE_FIELD = "kintone-field"
    DIRECTORY = "directory"
    LEDGER = "ledger"
    DEFAULT = "default"
    OPERATOR = "operator"


class Source(Frozen):
    """The place a value was taken from; `start` and `end` count characters of the part."""

    kind: SourceKind
    part: str = ""
    """`text`, `subject`, a header or field name, a sheet."""
    start: int | None = None
    end: int | None = None
    text: str = ""
    """The words as they stand there."""
    who: str | None = None
    """Sign-in of the operator, for OPERATOR."""
    at: datetime | None = None


class FieldValue(Frozen):
    """One value of one field: normalised, with the raw words and the rule that read it."""

    value: JsonValue
    raw: str
    source: Source
    rule: str
    """`label:職員用ID`, `header:From`, `default`, `operator` …"""


ROW = "row"
"""The fact that says at which place, from 1, the row of a concern stands: it may move, the id does not."""


class Concern(Frozen):
    """Why an operator must look. The sentence is rendered at the edge from code and facts."""

    code: str
    """A readable slug: `missing-field`."""
    rule: str
    """The catalogue's rule id: FR-01, LT-3."""
    field: str | None = None
    hard: bool = True
    """A hard concern cannot be overridden, only removed by a correction or a decision."""
    stops_plan: bool = False
    """No plan is made before an operator has decided (loss or theft)."""
    decided_by: str | None = None
    """The field in which an operator decides it, where that is not the field it is about."""
    facts: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """What an override refers to; the same concern about the same value keeps its key."""
        about = ",".join(f"{name}={self.facts[name]}" for name in sorted(self.facts) if name != ROW)
        return f"{self.code}|{self.rule}|{self.field or ''}|{about}"


class Reading(Frozen):
    """All values read or typed, and the concerns that arose while reading."""

    values: dict[str, tuple[FieldValue, ...]] = Field(default_factory=dict)
    concerns: tuple[Concern, ...] = ()

    def current(self, path: str) -> FieldValue | None:
        """The value that counts: the last one."""
        history = self.values.get(path)
        return history[-1] if history else None

    def plain(self) -> dict[str, JsonValue]:
        """The current values alone, as the typed request is validated from them: tables as lists of rows."""
        found: dict[str, JsonValue] = {}
        cells: dict[str, dict[int, dict[str, JsonValue]]] = {}
        for path, history in self.values.items():
            value, cell = history[-1].value if history else None, cell_of(path)
            if value is None:
                continue
            if cell is None:
                found[path] = value
            elif cell.name:
                cells.setdefault(cell.field, {}).setdefault(cell.row, {})[cell.name] = value
        for path, value in found.items():
            ids = _ids(value)
            if ids is not None:
                found[path] = [cells.get(path, {}).get(one, {}) for one in ids]
        return found

    def row_ids(self, path: str) -> tuple[int, ...]:
        """The ids of the rows that a table has now, in their order; none where it is no table."""
        current = self.current(path)
        return tuple((_ids(current.value) if current else None) or ())

    def place_of(self, path: str) -> dict[str, JsonValue]:
        """At which place from 1 the row of a cell stands now, as a fact of a concern about it."""
        cell = cell_of(path)
        ids = self.row_ids(cell.field) if cell else ()
        return {ROW: ids.index(cell.row) + 1} if cell and cell.row in ids else {}

    def fresh_row(self, path: str) -> int:
        """The id of the next row that a person puts in: one that no row has or had."""
        return max((FIRST_TYPED_ROW - 1, *self.known_rows(path))) + 1

    def with_rows(self, path: str, ids: Iterable[int], source: Source, rule: str) -> Reading:
        """The same reading with other rows, or the same in another order; cells stay.

        Raises `RowGone` for a row that is not there now and was before.
        """
        wanted, now, known = list(ids), self.row_ids(path), self.known_rows(path)
        for one in wanted:
            if one not in now and one in known:
                raise RowGone(path, one)
        if len(set(wanted)) != len(wanted):
            raise ValueError("a row stands in a table once")
        return self.with_value(path, table_value(wanted, source, rule))

    def known_rows(self, path: str) -> set[int]:
        """Every id that a table ever had, also of rows of which only a cell was seen."""
        listed = {one for value in self.values.get(path, ()) for one in _ids(value.value) or ()}
        cells = (cell for name in self.values if (cell := cell_of(name)) and cell.field == path)
        return listed | {cell.row for cell in cells}

    def with_value(self, path: str, value: FieldValue) -> Reading:
        """The same reading with one more value; earlier ones stay."""
        return self.model_copy(update={"values": {**self.values, path: (*self.values.get(path, ()), value)}})

    def with_concerns(self, concerns: Iterable[Concern]) -> Reading:
        """The same values with other reading concerns."""
        return self.model_copy(update={"concerns": tuple(concerns)})


def table_value(ids: Iterable[int], source: Source, rule: str) -> FieldValue:
    """The value of a table: the ids of its rows in their order; its words say how many there are."""
    value: list[JsonValue] = [*ids]
    return FieldValue(value=value, raw=f"{len(value)}行", source=source, rule=rule)


def cell_path(path: str, row: int, name: str) -> str:
    """The path of a cell."""
    return str(Cell(path, row, name))


def _ids(value: JsonValue) -> list[int] | None:
    """The rows of a table; None for any other value, also for a list of codes."""
    if not isinstance(value, list):
        return None
    ids = [one for one in value if isinstance(one, int) and not isinstance(one, bool)]
    return ids if len(ids) == len(value) else None
