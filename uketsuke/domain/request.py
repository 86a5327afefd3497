"""The typed request of a service, declared once.

`field()` is the one declaration from which mail extraction, form, validation,
review screen and documentation follow (DESIGN 4). A service's model derives
from `ServiceRequest` and is validated from the plain values of a `Reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Plain = Mapping[str, JsonValue]


class Rule(StrEnum):
    """How the words of a value are read."""

    TEXT = "text"
    CHOICE = "choice"
    COUNT = "count"
    DATE = "date"
    PERSON = "person"
    EMAIL = "email"
    PHONE = "phone"
    DEPARTMENT = "department"
    CODE = "code"
    ASSET_NO = "asset-no"
    ACCOUNT = "account"
    FLAG = "flag"
    """Yes or no: a CHOICE between the words of `true` and `false`, read as JSON's true and false."""
    LISTED = "listed"
    """Several codes, such as login names: `a、b`, or one a line."""
    ROWS = "rows"
    """A table; its cells have rules of their own."""


class Widget(StrEnum):
    """How a person edits a value."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    ROWS = "rows"


@dataclass(frozen=True)
class FieldSpec:
    """What a field is for people: its label, what others call it, how its words are read."""

    label: str
    aliases: tuple[str, ...]
    rule: Rule
    widget: Widget
    help: str = ""
    words: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)
    """Vocabulary of a CHOICE: value → words; the first word is the one we show."""
    ledger: str | None = None
    """Ledger whose keys an ASSET_NO or an ACCOUNT must be among."""
    pattern: str | None = None
    """Form of a CODE, as a regular expression over the folded text."""
    required: bool = False
    required_when: Callable[[Plain], bool] | None = None
    """Given the plain values read so far: must this one be there?"""
    by_operator: bool = False
    """An operator's decision: no message, form or note gives it, whatever stands under its label."""
    row: type[Row] | None = None
    """The model of a row, for ROWS."""
    most: int | None = None
    """How many rows or codes one request may hold, for ROWS and LISTED."""

    def is_required(self, values: Plain) -> bool:
        """Whether the field must have a value, given the others."""
        return self.required or bool(self.required_when and self.required_when(values))

    def shown(self, value: JsonValue) -> str:
        """The value in the words that people use; a list with 、."""
        if isinstance(value, list):
            return "、".join(map(self.shown, value))
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, str) and self.words.get(value):
            return self.words[value][0]
        return "" if value is None else str(value)


def field(
    label: str,
    *,
    aliases: tuple[str, ...] = (),
    rule: Rule = Rule.TEXT,
    widget: Widget = Widget.LINE,
    help: str = "",
    words: Mapping[str, tuple[str, ...]] | None = None,
    ledger: str | None = None,
    pattern: str | None = None,
    required: bool = False,
    required_when: Callable[[Plain], bool] | None = None,
    by_operator: bool = False,
    default: Any = None,
    **limits: Any,
) -> Any:
    """Declare one field; `limits` are pydantic's (`ge`, `le`, `max_length`).

    A required field has no default, so that a model can only be made with it.
    """
    spec = FieldSpec(
        label,
        (label, *aliases),
        rule,
        widget,
        help,
        words or {},
        ledger,
        pattern,
        required,
        required_when,
        by_operator,
    )
    start = ... if required else default
    return Field(start, title=label, json_schema_extra={"spec": spec}, **limits)  # type: ignore[dict-item]


def rows(
    label: str,
    row: type[Row],
    *,
    aliases: tuple[str, ...] = (),
    help: str = "",
    required: bool = False,
    required_when: Callable[[Plain], bool] | None = None,
    most: int = 50,
) -> Any:
    """Declare a table; its type is `tuple[<row>, ...]`, and without a row it is `()`.

    A cell's `required_when` is given the request's values with the row's own over them.
    """
    spec = FieldSpec(
        label,
        (label, *aliases),
        Rule.ROWS,
        Widget.ROWS,
        help,
        required=required,
        required_when=required_when,
        row=row,
        most=most,
    )
    return _several(spec)


def listed(
    label: str,
    *,
    aliases: tuple[str, ...] = (),
    help: str = "",
    pattern: str | None = None,
    required: bool = False,
    required_when: Callable[[Plain], bool] | None = None,
    most: int = 1000,
) -> Any:
    """Declare several codes of one kind, such as login names; its type is `tuple[str, ...]`.

    `pattern` is the form of one code over the folded text; without it anything printable without blanks.
    """
    spec = FieldSpec(
        label,
        (label, *aliases),
        Rule.LISTED,
        Widget.LINES,
        help,
        pattern=pattern,
        required=required,
        required_when=required_when,
        most=most,
    )
    return _several(spec)


def _several(spec: FieldSpec) -> Any:
    extra: Any = {"spec": spec}
    least = 1 if spec.required else 0
    start: Any = ... if spec.required else ()
    return Field(start, title=spec.label, json_schema_extra=extra, min_length=least, max_length=spec.most)


class Declared(BaseModel):
    """A model whose fields are declared by `field()`, `rows()` and `listed()`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def specs(cls) -> dict[str, FieldSpec]:
        """The fields in order, with what they are for people."""
        found: dict[str, FieldSpec] = {}
        for name, info in cls.model_fields.items():
            extra = info.json_schema_extra
            spec = extra.get("spec") if isinstance(extra, dict) else None
            if isinstance(spec, FieldSpec):
                found[name] = spec
        return found


class Row(Declared):
    """Base of the rows of a table."""


class ServiceRequest(Declared):
    """Base of all typed requests: valid, complete, unchangeable."""


_CELL = re.compile(r"(?P<field>\w+)\[(?P<row>\d{1,9})\](?:\.(?P<cell>\w+))?", re.ASCII)


@dataclass(frozen=True)
class Cell:
    """A path into a table taken apart: `users[1].user_email`, or `users[1]` for the whole row."""

    field: str
    row: int
    """The id of the row, not its place."""
    name: str | None = None

    def __str__(self) -> str:
        """The path."""
        return f"{self.field}[{self.row}]" + (f".{self.name}" if self.name else "")


def cell_of(path: str) -> Cell | None:
    """The cell or row that a path names; None where it names a field."""
    found = _CELL.fullmatch(path)
    return Cell(found["field"], int(found["row"]), found["cell"]) if found else None


def spec_at(specs: Mapping[str, FieldSpec], path: str) -> FieldSpec | None:
    """What a path is for people: of a cell that of its column, of a row that of its table."""
    cell = cell_of(path)
    if cell is None:
        return specs.get(path)
    table = specs.get(cell.field)
    if table is None or cell.name is None:
        return table
    return table.row.specs().get(cell.name) if table.row else None
