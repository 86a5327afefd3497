"""読み取った内容: each field with its value, where it came from, and what is wrong with it (UX 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import Marks, sign
from uketsuke.domain.calendar import local_day
from uketsuke.domain.reading import Concern, FieldValue, Reading, SourceKind
from uketsuke.domain.request import FieldSpec, Rule, Widget
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


def shown_value(spec: FieldSpec, value: JsonValue, today: date) -> str:
    """A value as people write it: `4/28(火)`, `LTE-0217`, `2`; a choice by its code, for its select."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(shown_value(spec, one, today) for one in value)
    if spec.rule is Rule.DATE and isinstance(value, str):
        return console_day(date.fromisoformat(value), today)
    return str(value)


def read_value(spec: FieldSpec, value: JsonValue, today: date) -> str:
    """The same for reading only: a choice by its word."""
    return spec.shown(value) if spec.words else shown_value(spec, value, today)


def stored_texts(reading: Reading, specs: Mapping[str, FieldSpec], today: date) -> dict[str, str]:
    """What every field shows when nobody has typed anything."""
    texts = {}
    for name, spec in specs.items():
        current = reading.current(name)
        texts[name] = shown_value(spec, current.value, today) if current else ""
        if current and current.value is None and current.raw:
            # What could not be read stays in front of whoever has to put it right.
            texts[name] = current.raw
    return texts


def field_rows(
    reading: Reading,
    concerns: Sequence[Concern],
    specs: Mapping[str, FieldSpec],
    marks: Marks,
    naming: Naming,
    service: str | None,
    typed: Mapping[str, str] | None = None,
    stored: Reading | None = None,
) -> tuple[FieldRow, ...]:
    """The rows of a service, in the declared order.

    `typed` is what somebody has in the form and not saved; `stored` the reading that
    is saved, where `reading` already contains what was typed.
    """
    today, plain = local_day(naming.now), reading.plain()
    was = stored_texts(stored or reading, specs, today)
    rows: list[FieldRow] = []
    for name, spec in specs.items():
        errors = tuple(
            naming.concern(one, service) for one in concerns if name in (one.decided_by or one.field,)
        )
        first = bool(errors) and not any(row.errors for row in rows)
        value = (typed or {}).get(name, was[name])
        rows.append(
            FieldRow(
                name=name,
                label=spec.label,
                value=value,
                source=_source(name, reading.current(name), marks, naming),
                required=spec.is_required(plain),
                choices=_choices(spec),
                lines=spec.widget is Widget.LINES,
                errors=errors,
                raw=_raw(reading.current(name), was[name], spec),
                help=spec.help,
                first=first,
                word=_word(spec, reading.current(name), today),
                quiet=not (errors or value or was[name] or spec.is_required(plain)),
                was=was[name],
            )
        )
    return _in_order(rows, set(CommonFields.specs()))


def _in_order(rows: list[FieldRow], common: set[str]) -> tuple[FieldRow, ...]:
    """What the service itself asks for first, then who asks and where to reach them; else as declared."""
    return tuple(sorted(rows, key=lambda row: row.name in common and row.name not in FRONT))


def _word(spec: FieldSpec, current: FieldValue | None, today: date) -> str:
    return read_value(spec, current.value, today) if current else ""


def _choices(spec: FieldSpec) -> tuple[tuple[str, str], ...]:
    if spec.rule is not Rule.CHOICE:
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
    """The original words, where the value shown is another spelling of them."""
    if current is None or current.value is None or spec.words or not current.raw:
        return ""
    raw = current.raw.strip()
    return raw if raw != shown and (spec.rule is not Rule.TEXT or fold(raw) == fold(shown)) else ""
