"""Field values with their sources, before they are valid (DESIGN 4).

A `Reading` maps a field path to the values read or typed for it, oldest first.
Nothing is overwritten: a person's correction is one more value, and the last
one counts. Rows have their own paths: `users[1].user_email`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field, JsonValue

from uketsuke.domain.content import Frozen


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
        about = ",".join(f"{name}={self.facts[name]}" for name in sorted(self.facts))
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
        """The current values alone, as the typed request is validated from them."""
        return {
            path: history[-1].value
            for path, history in self.values.items()
            if history and history[-1].value is not None
        }

    def with_value(self, path: str, value: FieldValue) -> Reading:
        """The same reading with one more value; earlier ones stay."""
        return self.model_copy(update={"values": {**self.values, path: (*self.values.get(path, ()), value)}})

    def with_concerns(self, concerns: Iterable[Concern]) -> Reading:
        """The same values with other reading concerns."""
        return self.model_copy(update={"concerns": tuple(concerns)})
