"""From a message to field values, each with its source (DESIGN 4).

Labels first, then sentences that ask, then what the header and the directory
know, then defaults. Values come from the new text only, never from quotes or
signatures; a value that could not be read keeps its raw words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from uketsuke.domain.content import Channel, Content
from uketsuke.domain.reading import FieldValue, Reading, Source, SourceKind, cell_path, table_value
from uketsuke.domain.request import FieldSpec, Rule, ServiceRequest
from uketsuke.domain.text import fold_marked, label_key
from uketsuke.domain.world import World
from uketsuke.processors.base import Processor
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.days import wished_day
from uketsuke.processors.labels import Pair, masked
from uketsuke.processors.row_text import find_tables, without_tables
from uketsuke.processors.sentences import HAD, Mood, Sentence, heading, is_reply_subject, sentences
from uketsuke.processors.survey import is_survey, pairs_of
from uketsuke.processors.typed import LONGEST_VALUE, MOST_ROWS, Typed, read_value
from uketsuke.processors.values import Reader, choices_in, is_nothing, key_in_text

LONGEST_TEXT = 100_000
"""Characters of the new text that are read; more is a concern, not a longer wait."""
_MOST_PAIRS = 500
_TYPED_ONLY = frozenset({Channel.KINTONE, Channel.FORMBRIDGE, Channel.FORM})
"""Channels in which every value has its field: what somebody writes into 目的 is no value of another one."""
Values = dict[str, list[FieldValue]]


@dataclass(frozen=True)
class Extraction:
    """One message, seen with the fields of one service (or the common ones)."""

    content: Content
    processor: Processor | None
    reader: Reader

    @property
    def request(self) -> type[ServiceRequest]:
        """The model whose fields are looked for."""
        return self.processor.request if self.processor else CommonFields

    @property
    def text(self) -> str:
        """What is read of the new text."""
        return self.content.text[:LONGEST_TEXT]

    @property
    def lines(self) -> str:
        """The same without its tables, lengths kept: where labels and sentences are looked for."""
        return self.text if self.content.values else without_tables(self.text, self.request)

    def reading(self) -> Reading:
        """Everything that the message itself says; of several values the first one written counts."""
        values: Values = {}
        labels = self.processor.labels() if self.processor else _common_labels()
        pairs = pairs_of(self.content, self.lines, labels)[:_MOST_PAIRS]
        typed = Typed(self.content, self.request.specs(), labels, self.reader)
        written = (*self._tables(), *self._labelled(labels, pairs)) if not self.content.values else ()
        for name, value in typed.values() if self.content.values else written:
            values.setdefault(name, []).append(value)
        if not is_survey(self.content) and self.content.channel not in _TYPED_ONLY:
            unlabelled = masked(self.lines, pairs)
            for name, value in tuple(self._spoken(unlabelled, frozenset(_said(values)))):
                values.setdefault(name, []).append(value)
        for name, history in values.items():
            history.reverse()
            values[name] = sorted(history, key=lambda one: one.value is not None)
        self._add_sender(values)
        return Reading(values={name: tuple(history) for name, history in values.items()})

    def _tables(self) -> Iterator[tuple[str, FieldValue]]:
        """The tables of the text; what stands in several places is one table."""
        found = find_tables(self.text, self.request)
        for name in dict.fromkeys(one.field for one in found):
            spec, tables = self.request.specs()[name], [one for one in found if one.field == name]
            rows = [cells for one in tables for cells in one.rows][:MOST_ROWS]
            place = self._span(tables[0].start, tables[0].end)
            yield name, table_value(range(len(rows)), place, f"label:{tables[0].label}")
            columns = spec.row.specs() if spec.row else {}
            for number, cells in enumerate(rows):
                for cell, span in cells:
                    source, label = self._span(*span), f"label:{columns[cell].label}"
                    path = cell_path(name, number, cell)
                    yield path, read_value(self.reader, columns[cell], source.text, source, label)

    def _labelled(self, labels: dict[str, str], pairs: tuple[Pair, ...]) -> Iterator[tuple[str, FieldValue]]:
        for pair in pairs:
            name = labels.get(pair.key)
            if name:
                end = min(pair.end, pair.start + LONGEST_VALUE)
                yield (
                    name,
                    self._value(
                        name, self.text[pair.start : end], self._span(pair.start, end), f"label:{pair.label}"
                    ),
                )

    def _spoken(self, text: str, known: frozenset[str]) -> Iterator[tuple[str, FieldValue]]:
        """Values from sentences, for fields that no label gave."""
        marked = fold_marked(text)
        spoken = tuple(sentences(marked.text))
        subject = fold_marked(self.content.subject)

        def at(start: int, end: int) -> Source:
            return self._span(*marked.span(start, end))

        def in_subject(start: int, end: int) -> Source:
            first, last = subject.span(start, end)
            words = self.content.subject[first:last]
            return Source(kind=SourceKind.SPAN, part="subject", start=first, end=last, text=words)

        for name, spec in self.request.specs().items():
            if name in known or spec.by_operator:
                continue
            if spec.rule in (Rule.ASSET_NO, Rule.ACCOUNT):
                yield from self._keys(name, spec, marked.text, at)
                yield from self._keys(name, spec, subject.text, in_subject)
            elif spec.rule is Rule.CHOICE:
                yield from self._choices(name, spec, spoken, at)
                if not is_reply_subject(subject.text):
                    yield from self._choices(name, spec, (heading(subject.text),), in_subject)
        yield from self._phrased(spoken, known, at)
        yield from self._day(spoken, known, at)

    def _day(
        self, spoken: tuple[Sentence, ...], known: frozenset[str], at: Callable[[int, int], Source]
    ) -> Iterator[tuple[str, FieldValue]]:
        """The day asked for, where the service has exactly one date to ask for."""
        names = [name for name, spec in self.request.specs().items() if spec.rule is Rule.DATE]
        day = wished_day(spoken, self.reader.on) if self.processor else None
        if day is not None and len(names) == 1 and names[0] not in known:
            source = at(day.start, day.end)
            yield names[0], self._value(names[0], source.text, source, f"sentence:{names[0]}")

    def _keys(
        self, name: str, spec: FieldSpec, text: str, at: Callable[[int, int], Source]
    ) -> Iterator[tuple[str, FieldValue]]:
        pattern = dict(self.reader.patterns).get(spec.ledger or "")
        for match in re.finditer(key_in_text(pattern), text, re.IGNORECASE) if pattern else ():
            source = at(match.start(), match.end())
            yield name, self._value(name, source.text, source, f"sentence:{name}")

    def _choices(
        self, name: str, spec: FieldSpec, spoken: tuple[Sentence, ...], at: Callable[[int, int], Source]
    ) -> Iterator[tuple[str, FieldValue]]:
        """Each value whose word stands in a sentence that asks; two different ones are a concern."""
        nouns = self.processor.words.nouns if self.processor else frozenset[str]()
        for sentence in spoken:
            if sentence.mood is not Mood.ASKS and name not in nouns:
                continue
            asked = _without_what_was(spec, sentence.text)
            for value in choices_in(spec, asked):
                word = next((one for one in spec.words[value] if one in asked), None)
                if word:
                    start = sentence.start + asked.index(word)
                    source = at(start, start + len(word))
                    yield (
                        name,
                        FieldValue(value=value, raw=source.text, source=source, rule=f"sentence:{name}"),
                    )

    def _phrased(
        self, spoken: tuple[Sentence, ...], known: frozenset[str], at: Callable[[int, int], Source]
    ) -> Iterator[tuple[str, FieldValue]]:
        found: set[str] = set()
        for phrase in self.processor.phrases if self.processor else ():
            for sentence in spoken:
                if phrase.field in known | found or (phrase.asks and sentence.mood is not Mood.ASKS):
                    continue
                match = phrase.pattern.search(sentence.text)
                if match:
                    source = at(sentence.start + match.start("value"), sentence.start + match.end("value"))
                    value = self._value(phrase.field, source.text, source, f"sentence:{phrase.field}")
                    if value.value is not None and self._resolves(phrase.field, value):
                        found.add(phrase.field)
                        yield phrase.field, value

    def _resolves(self, name: str, value: FieldValue) -> bool:
        """A section named in a sentence counts only where the directory knows it."""
        spec = self.request.specs()[name]
        return spec.rule is not Rule.DEPARTMENT or self.reader.read(spec, value.raw).problem is None

    def _add_sender(self, values: Values) -> None:
        address = self.content.sender.address
        mailed = self.content.channel is Channel.MAIL and not is_survey(self.content)
        wanted = "requester_email" in self.request.specs() and "requester_email" not in _read(values)
        if mailed and address and wanted:
            source = Source(kind=SourceKind.HEADER, part="From", text=address)
            value = FieldValue(value=address, raw=address, source=source, rule="header:From")
            values.setdefault("requester_email", []).append(value)

    def _value(self, name: str, raw: str, source: Source, rule: str) -> FieldValue:
        return read_value(self.reader, self.request.specs()[name], raw, source, rule)

    def _span(self, start: int, end: int) -> Source:
        text = self.content.text[start:end]
        return Source(kind=SourceKind.SPAN, part="text", start=start, end=end, text=text)


def reader_for(world: World, on: date, patterns: dict[str, str]) -> Reader:
    """The readers of values as they are on the day of applying."""
    return Reader(world, on, tuple(sorted(patterns.items())))


def _read(values: Values) -> set[str]:
    return {name for name, history in values.items() if any(one.value is not None for one in history)}


def _said(values: Values) -> set[str]:
    """Fields for which the message has words, readable or not: a sentence must not speak over a label."""
    return {name for name, history in values.items() if any(not is_nothing(one.raw) for one in history)}


def _without_what_was(spec: FieldSpec, text: str) -> str:
    """The text without 配布を受けた and 貸与いただいている, lengths kept."""
    words = "|".join(re.escape(word) for all_ in spec.words.values() for word in all_)
    return re.sub(rf"(?:{words}){HAD}", lambda found: "\0" * len(found[0]), text)


def _common_labels() -> dict[str, str]:
    return {label_key(alias): name for name, spec in CommonFields.specs().items() for alias in spec.aliases}
