"""The typed request of a service, declared once.

`field()` is the one declaration from which mail extraction, form, validation,
review screen and documentation follow (DESIGN 4). A service's model derives
from `ServiceRequest` and is validated from the plain values of a `Reading`.
"""

from __future__ import annotations

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


class Widget(StrEnum):
    """How a person edits a value."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"


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

    def is_required(self, values: Plain) -> bool:
        """Whether the field must have a value, given the others."""
        return self.required or bool(self.required_when and self.required_when(values))

    def shown(self, value: JsonValue) -> str:
        """The value in the words that people use."""
        if isinstance(value, str) and value in self.words:
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


class ServiceRequest(BaseModel):
    """Base of all typed requests: valid, complete, unchangeable."""

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
