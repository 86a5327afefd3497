"""What an app's form says of its fields (`app/form/fields.json`), and what follows from a field's type."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TEXTS = frozenset({"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"})
CHOICES = frozenset({"DROP_DOWN", "RADIO_BUTTON"})
MANY_CHOICES = frozenset({"CHECK_BOX", "MULTI_SELECT"})
ENTITIES = frozenset({"USER_SELECT", "GROUP_SELECT", "ORGANIZATION_SELECT"})
LISTS = MANY_CHOICES | ENTITIES | {"FILE", "SUBTABLE"}
MOMENTS = frozenset({"DATE", "TIME", "DATETIME"})
SYSTEM_MOMENTS = frozenset({"CREATED_TIME", "UPDATED_TIME"})
SYSTEM_PEOPLE = frozenset({"CREATOR", "MODIFIER"})
SYSTEM = SYSTEM_MOMENTS | SYSTEM_PEOPLE | {"RECORD_NUMBER", "STATUS", "STATUS_ASSIGNEE", "CATEGORY"}
NEVER_WRITTEN = frozenset(
    {"RECORD_NUMBER", "STATUS", "STATUS_ASSIGNEE", "CATEGORY", "CALC", "REFERENCE_TABLE"}
)
"""Read only; a value that is sent is passed over."""
DECORATION = frozenset({"LABEL", "SPACER", "HR", "GROUP"})
NULL_WHEN_EMPTY = frozenset({"DROP_DOWN", "DATE", "TIME"})
"""Empty is null (js-sdk, KintoneFields/types/field.ts); elsewhere "" or []."""


class FieldMapping(BaseModel):
    """A lookup copies `related_field` of the other app into `field`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    field: str
    related_field: str


class Lookup(BaseModel):
    """Where a lookup field copies from."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    related_app: dict[str, str]
    related_key_field: str
    field_mappings: tuple[FieldMapping, ...] = ()


class FieldSetting(BaseModel):
    """One field of a form, under kintone's own names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")

    type: str
    code: str
    label: str = ""
    required: bool = False
    unique: bool = False
    max_length: int | None = None
    min_length: int | None = None
    max_value: float | None = None
    min_value: float | None = None
    options: tuple[str, ...] = ()
    default_value: Any = None
    default_now_value: bool = False
    lookup: Lookup | None = None
    fields: dict[str, FieldSetting] = Field(default_factory=dict)
    """The fields of a table's rows."""

    def empty(self) -> Any:
        """What stands in a record where nothing was entered."""
        if self.type in LISTS:
            return []
        return None if self.type in NULL_WHEN_EMPTY else ""

    def properties(self) -> dict[str, Any]:
        """As `app/form/fields.json` shows it: numbers as text, options as an object in order."""
        shown: dict[str, Any] = {"type": self.type, "code": self.code, "label": self.label or self.code}
        shown["noLabel"] = False
        if self.type not in SYSTEM | DECORATION:
            shown["required"] = self.required
            shown["defaultValue"] = self.default_value or ([] if self.type in LISTS else "")
        if self.type in {"SINGLE_LINE_TEXT", "NUMBER", "DATE", "DATETIME", "LINK"}:
            shown["unique"] = self.unique
        if self.type in {"SINGLE_LINE_TEXT", "LINK"}:
            shown |= {"minLength": _text(self.min_length), "maxLength": _text(self.max_length)}
        if self.type == "NUMBER":
            shown |= {"minValue": _text(self.min_value), "maxValue": _text(self.max_value)}
        if self.type in MOMENTS:
            shown["defaultNowValue"] = self.default_now_value
        if self.type in CHOICES | MANY_CHOICES:
            shown["options"] = {
                label: {"label": label, "index": str(index)} for index, label in enumerate(self.options)
            }
        if self.lookup is not None:
            shown["lookup"] = self.lookup.model_dump(by_alias=True)
        if self.type == "SUBTABLE":
            shown["fields"] = {code: inner.properties() for code, inner in self.fields.items()}
        return shown


def _text(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"
