"""What kintone answers, typed. Values of records stay out of every `repr`: what is logged shows none."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """A part of an answer; what kintone adds later is passed over."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Value(Answer):
    """One field of a record: its type, and the value in the form of that type."""

    type: str
    value: Any = Field(default=None, repr=False)


class KintoneRecord(Answer):
    """One record at one revision."""

    id: int
    revision: int
    fields: dict[str, Value] = Field(repr=False)

    def text(self, code: str) -> str:
        """A field as text; "" where it is empty or not there."""
        held = self.fields[code].value if code in self.fields else None
        return held if isinstance(held, str) else ""

    def codes(self, code: str) -> tuple[str, ...]:
        """The login names, groups or options that a field holds."""
        held = self.fields[code].value if code in self.fields else None
        found = held if isinstance(held, list) else [held] if isinstance(held, dict) else []
        return tuple(one["code"] if isinstance(one, dict) else str(one) for one in found)

    def first(self, kind: str) -> Any:
        """The value of the record's one field of a type such as CREATOR or CREATED_TIME."""
        return next((field.value for field in self.fields.values() if field.type == kind), None)

    def plain(self) -> dict[str, dict[str, Any]]:
        """Its fields as kintone gave them."""
        return {code: {"type": one.type, "value": one.value} for code, one in self.fields.items()}

    def created_at(self) -> datetime | None:
        """作成日時, UTC and to the minute; None where it was not asked for."""
        held = self.first("CREATED_TIME")
        return datetime.fromisoformat(held) if held else None


class Written(Answer):
    """A record after it was written."""

    id: int = 0
    revision: int
    operation: Literal["INSERT", "UPDATE", ""] = ""


class RecordComment(Answer):
    """A comment on a record."""

    id: int
    text: str = Field(repr=False)
    created_at: datetime
    creator: dict[str, str] = Field(repr=False)


class KintoneUser(Answer):
    """A user of cybozu.com."""

    code: str
    name: str = Field(repr=False)
    email: str = Field(default="", repr=False)
    valid: bool = True


class KintoneGroup(Answer):
    """A group (ロール); of a dynamic one nobody sets the members."""

    code: str
    name: str
    type: str = "static"


class KintoneSpace(Answer):
    """A space."""

    id: int
    name: str
    is_private: bool
    is_guest: bool


class SpaceMember(Answer):
    """Who is in a space."""

    entity: dict[str, str]
    is_admin: bool = False


class FormField(Answer):
    """A field of an app's form."""

    type: str
    code: str
    label: str = ""
    required: bool = False
    options: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, FormField] = Field(default_factory=dict)
    """Of a table: the fields of its rows."""


class ProcessAction(Answer):
    """What leads from one status to another."""

    name: str
    origin: str = Field(alias="from")
    to: str


class AppProcess(Answer):
    """Process management of an app."""

    enable: bool
    states: dict[str, Any] | None = None
    actions: tuple[ProcessAction, ...] | None = None
