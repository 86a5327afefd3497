"""Values that came typed: the fields of a form, a note or a record, with their tables and what was chosen.

Cells stand under the path of their row (`users[0].user_email`), rows in the order of the
form. What was chosen from a list of the other system is read by its code where a code is
asked for, and by its name elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uketsuke.domain.content import Channel, Chosen, Content, FormValue, cell_parts
from uketsuke.domain.reading import FieldValue, Source, SourceKind, cell_path, table_value
from uketsuke.domain.request import FieldSpec, Row, Rule
from uketsuke.domain.text import label_key
from uketsuke.processors.row_line import Cells
from uketsuke.processors.row_text import rows_in
from uketsuke.processors.secrets import holds_secret
from uketsuke.processors.values import Reader

LONGEST_TABLE = 40_000
"""Characters of a table written as text that are read."""
LONGEST_VALUE = 4_000
"""Characters of one value that are read."""
MOST_ROWS = 500
_SOURCES = {
    Channel.KINTONE: SourceKind.KINTONE_FIELD,
    Channel.FORMBRIDGE: SourceKind.KINTONE_FIELD,
}
_CODES = frozenset({Rule.LISTED, Rule.ACCOUNT, Rule.CODE, Rule.ASSET_NO})
"""Rules that ask for codes: of somebody chosen they are given the login and not the name."""
_LISTS = frozenset({Rule.LISTED, Rule.ROWS})
Line = list[tuple[str, FormValue, str]]
"""The cells of a row: name, words, and where they stood."""
Found = Iterator[tuple[str, FieldValue]]


def read_value(reader: Reader, spec: FieldSpec, raw: str, source: Source, rule: str) -> FieldValue:
    """One value from its words; a text that holds a password gives none."""
    if spec.rule is Rule.TEXT and holds_secret(raw):
        return FieldValue(value=None, raw=raw, source=source, rule=rule)
    return FieldValue(value=reader.read(spec, raw).value, raw=raw, source=source, rule=rule)


@dataclass(frozen=True)
class Typed:
    """The typed values of one message, seen with the fields of one service."""

    content: Content
    specs: Mapping[str, FieldSpec]
    labels: Mapping[str, str]
    """Label key → field."""
    reader: Reader

    def values(self) -> Found:
        """Every field that a label means, in the order of the form; of a table its rows come first."""
        several: dict[str, list[FormValue]] = {}
        for typed in self.content.values:
            name = self.labels.get(label_key(typed.label))
            if name is None:
                continue
            if self.specs[name].rule in _LISTS:
                several.setdefault(name, []).append(typed)
            elif typed.value.strip():
                yield name, self._value(self.specs[name], typed, typed.label)
        for name, given in several.items():
            yield from (
                self._listed(name, given)
                if self.specs[name].rule is Rule.LISTED
                else self._table(name, given)
            )

    def _value(self, spec: FieldSpec, typed: FormValue, part: str) -> FieldValue:
        raw = typed.value
        if typed.chosen and spec.rule in _CODES:
            raw = "、".join(one.code for one in typed.chosen)
        source = self._source(part, typed.value)
        return read_value(self.reader, spec, raw[:LONGEST_VALUE], source, f"label:{typed.label}")

    def _listed(self, name: str, given: Sequence[FormValue]) -> Found:
        """The codes of every field that means this one, together; nobody chosen is an empty list."""
        found = [self._value(self.specs[name], typed, typed.label) for typed in given if typed.value.strip()]
        codes = [code for one in found if isinstance(one.value, list) for code in one.value]
        if len(found) == len([one for one in found if one.value is not None]):
            part, words = given[0].label, "、".join(one.raw for one in found)
            value = [*dict.fromkeys(map(str, codes))]
            source = self._source(part, "、".join(one.source.text for one in found))
            yield name, FieldValue(value=[*value], raw=words, source=source, rule=f"label:{part}")
        else:
            yield from ((name, one) for one in found)

    def _table(self, name: str, given: Sequence[FormValue]) -> Found:
        row = self.specs[name].row
        if row is None:
            return
        filled = [one for one in given if one.value.strip() and not (one.rows or one.chosen)]
        unread = [one for one in filled if not self._written(name, one)]
        if unread:
            yield name, self._value(self.specs[name], unread[0], unread[0].label)
            return
        lines = [cells for typed in given for cells in self._rows(name, typed, row)][:MOST_ROWS]
        label = given[0].label
        table = table_value(range(len(lines)), self._source(label, ""), f"label:{label}")
        yield name, table.model_copy(update={"source": self._source(label, table.raw)})
        for number, cells in enumerate(lines):
            for cell, value, part in cells:
                yield cell_path(name, number, cell), self._value(row.specs()[cell], value, part)

    def _written(self, name: str, typed: FormValue) -> tuple[Cells, ...]:
        """The rows that somebody wrote into the field as lines of text."""
        if typed.rows or typed.chosen:
            return ()
        return rows_in(typed.value[:LONGEST_TABLE], name, self.specs[name]).rows

    def _rows(self, name: str, typed: FormValue, row: type[Row]) -> Iterator[Line]:
        """The cells of every row that have a meaning, with where they stand; somebody chosen is a row too."""
        specs = row.specs()
        labels = {label_key(alias): name for name, spec in specs.items() for alias in spec.aliases}
        for cells, parts in zip(typed.rows, cell_parts(typed), strict=True):
            named = (
                (labels.get(label_key(cell.label)), cell, part)
                for cell, part in zip(cells, parts, strict=True)
            )
            yield [(name, cell, part) for name, cell, part in named if name and cell.value.strip()]
        for line in self._written(name, typed):
            written = [(cell, typed.value[slice(*span)]) for cell, span in line]
            yield [(cell, FormValue(label=typed.label, value=words), typed.label) for cell, words in written]
        for one in typed.chosen:
            found = _cells_of(one, specs, typed.label)
            yield [(name, value, typed.label) for name, value in found if name in specs]

    def _source(self, part: str, text: str) -> Source:
        kind = _SOURCES.get(self.content.channel, SourceKind.FORM_FIELD)
        return Source(kind=kind, part=part, text=text[:LONGEST_VALUE])


def _cells_of(one: Chosen, specs: Mapping[str, FieldSpec], label: str) -> Iterator[tuple[str, FormValue]]:
    """Somebody chosen as a row: its `type`, `code` and `name`, where the row has them."""
    words = specs["type"].words.get(one.kind, ()) if "type" in specs else ()
    for name, value in (("type", words[0] if words else one.kind), ("code", one.code), ("name", one.name)):
        if value:
            yield name, FormValue(label=f"{label}.{name}", value=value)
