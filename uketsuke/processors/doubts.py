"""Doubts about the value that counts, found by reading its words again; nothing is stored twice.

A correction brings its own words, so that the doubt about the old ones is gone with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from uketsuke.domain.reading import Concern, FieldValue, SourceKind
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.text import label_key, person_key
from uketsuke.processors.case import Case
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.row_text import find_tables, rows_in
from uketsuke.processors.typed import LONGEST_TABLE
from uketsuke.processors.values import is_nothing

_DATE_CONCERNS = frozenset(
    {
        "several-dates",
        "weekday-contradiction",
        "year-contradiction",
        "era-mismatch",
        "ambiguous-week",
        "excluded-date",
        "open-ended",
        "until-date",
        "inexact-date",
    }
)
_UNSURE = frozenset({"excluded-date", "open-ended", "until-date", "impossible-date"})
"""Concerns under which the date itself must not be taken as a wish."""
_RULES = {"unknown-department": "FR-03", **dict.fromkeys(_DATE_CONCERNS, "FR-09")}
_READ_AGAIN = frozenset(
    {SourceKind.SPAN, SourceKind.FORM_FIELD, SourceKind.KINTONE_FIELD, SourceKind.CELL, SourceKind.OPERATOR}
)
_MAY_REPEAT = frozenset({Rule.PHONE, Rule.EMAIL})


def is_sure(case: Case, name: str) -> bool:
    """Whether the current value of a field was read without a doubt about what it means."""
    return not any(one.code in _UNSURE or one.code == "several-dates" for one in doubts_of(case, name))


def doubts_of(case: Case, name: str) -> Iterator[Concern]:
    """Doubts about the value that counts, found by reading its words again; nothing is stored twice."""
    spec, current = case.spec(name), case.reading.current(name)
    if spec is None or current is None or current.source.kind not in _READ_AGAIN:
        return
    by_person = current.source.kind is SourceKind.OPERATOR
    if not by_person and spec.rule not in _MAY_REPEAT and _is_said_twice(case, name, spec):
        yield _several(name, case.reading.values[name], case.reading.place_of(name))
        return
    read = case.reader.read(spec, current.raw)
    if read.problem and (read.value == current.value or current.value is None):
        covered = case.processor.not_covered.get(name, ()) if case.processor else ()
        word = next((word for word in covered if word in current.raw), None)
        if word and read.value is None:
            yield Concern(code="not-covered-kind", rule="FR-18", field=name, facts={"word": word})
            return
        rule = _RULES.get(read.problem, "FR-02")
        yield Concern(
            code=read.problem,
            rule=rule,
            field=name,
            hard=rule != "FR-09" or read.problem in _UNSURE,
            facts={**dict(read.facts), **case.reading.place_of(name)},
        )


def _is_said_twice(case: Case, name: str, spec: FieldSpec) -> bool:
    """Different values, or a readable one beside words that could not be read; 小林 is 小林 誠."""
    said = [
        one for one in case.reading.values[name] if one.source.kind in _READ_AGAIN and not is_nothing(one.raw)
    ]
    if spec.rule is Rule.COUNT and sum(one.rule.startswith("label:") for one in said) > 1:
        return True
    keys = {person_key(str(one.value)) for one in said if one.value is not None}
    if spec.rule is Rule.PERSON and keys:
        longest = max(keys, key=len)
        keys = {one for one in keys if one not in longest} | {longest}
    return len(keys) > 1 or (bool(keys) and any(one.value is None for one in said))


def _several(name: str, history: tuple[FieldValue, ...], place: dict[str, JsonValue]) -> Concern:
    raws: list[JsonValue] = list(dict.fromkeys(one.raw for one in history if not is_nothing(one.raw)))
    return Concern(code="several-values", rule="FR-02", field=name, facts={"raws": raws, **place})


def lines_of(case: Case) -> Iterator[Concern]:
    """Lines in a table of a text that are no row, or more than one: nothing is guessed, nothing passed over.

    Once a person has put the rows right they have been seen.
    """
    for name, spec in case.request.specs().items():
        current = case.reading.current(name)
        if spec.row is None or current is None or current.source.kind is SourceKind.OPERATOR:
            continue
        for raw in _unread_lines(case, name, spec):
            facts: dict[str, JsonValue] = {"raw": raw}
            yield Concern(code="unread-row", rule="FR-14", field=name, hard=False, facts=facts)


def _unread_lines(case: Case, name: str, spec: FieldSpec) -> Iterator[str]:
    if not case.content.values:
        text = case.content.text[:LONGEST_TEXT]
        tables = [one for one in find_tables(text, case.request) if one.field == name]
        yield from (text[slice(*span)].strip() for table in tables for span in table.unread)
        return
    labels = case.processor.labels() if case.processor else {}
    for typed in case.content.values:
        if labels.get(label_key(typed.label)) == name and not (typed.rows or typed.chosen):
            text = typed.value[:LONGEST_TABLE]
            table = rows_in(text, name, spec)
            yield from (text[slice(*span)].strip() for span in table.unread if table.rows)
