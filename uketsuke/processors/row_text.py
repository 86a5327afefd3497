"""Tables that people write into a text: numbered lines, columns with or without a heading, labelled items.

    利用者一覧：                      氏名<tab>メールアドレス          利用者1 氏名：中村 淳 メール：…
    1. 中村 淳 nakamura-j@…          中村 淳<tab>nakamura-j@…       利用者2 氏名：原 美咲 メール：…

A line is read whole or not at all: what stands in it beside the cells is put before a
person with the line (FR-14). Spans count characters of the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from uketsuke.domain.request import FieldSpec, ServiceRequest
from uketsuke.domain.text import fold, label_key
from uketsuke.processors.labels import find_pairs
from uketsuke.processors.row_line import Line, Span, cells_of, fits

_LINE = re.compile(r"[^\r\n]*")
_HEAD = re.compile(r"[：:]")
_COUNT = re.compile(r"[\s　]*[（(]?[0-9０-９]{1,3}[\s　]*[名人件行][）)]?$|[（(][^（()）]{0,20}[）)]$")
_NUMBER = (
    r"[\s　]*[（(]?(?:[0-9０-９]{1,2}|[①-⑳])[)）]?[.．、]?(?![0-9０-９]|[\s　]*[名人件])[\s　]*[：:]?[\s　]*"
)
_RULE = re.compile(r"^[\s　─━―ー=_*+-]*$")
_CLOSES = re.compile(r"。|以上|ます[。\s　]*$|です[。\s　]*$|下さい|ください|願い|^[\s　]*計")
MOST_ROWS = 500
MOST_UNREAD = 5
"""Lines after a label that are no rows; then it was no table."""
MOST_FAILED = 20
"""Labels of a table under which no table stands; after them no more are looked at."""
LONGEST_LINE = 500
"""A longer line is no row."""
_NUMBERING = frozenset(map(label_key, ("No", "NO.", "番号", "#", "項番", "行")))


@dataclass(frozen=True)
class TextTable:
    """One table found in a text."""

    field: str
    label: str
    start: int
    end: int
    rows: tuple[tuple[tuple[str, Span], ...], ...]
    """The cells of each row, by their names."""
    unread: tuple[Span, ...] = ()
    """Lines in it that are no row, or more than one."""


@lru_cache(maxsize=8)
def find_tables(text: str, request: type[ServiceRequest]) -> tuple[TextTable, ...]:
    """Every table of a text, in the order of the fields; no two of them share a line."""
    found: list[TextTable] = []
    specs = request.specs()
    for name, spec in specs.items():
        for table in _Scan(text, name, spec, specs).tables() if spec.row else ():
            if not any(table.start < one.end and one.start < table.end for one in found):
                found.append(table)
    return tuple(found)


def without_tables(text: str, request: type[ServiceRequest]) -> str:
    """The text with its tables blanked, lengths kept: what is left for labels and sentences."""
    for table in find_tables(text, request):
        blank = re.sub(r"[^\r\n]", " ", text[table.start : table.end])
        text = text[: table.start] + blank + text[table.end :]
    return text


def rows_in(text: str, name: str, spec: FieldSpec) -> TextTable:
    """The rows of a text that holds nothing else: what somebody typed into the field of a table."""
    scan = _Scan(text, name, spec, {})
    taken = _Taken(spec)
    for start, end in scan.lines:
        if text[start:end].strip() and not scan.take(taken, start, end):
            taken.unread.append((start, end))
    return TextTable(name, spec.label, 0, len(text), taken.finished(), tuple(taken.unread))


@dataclass
class _Taken:
    """The rows taken so far."""

    spec: FieldSpec
    rows: list[tuple[tuple[str, Span], ...]] = field(default_factory=list)
    item: list[tuple[str, Span]] = field(default_factory=list)
    """The cells of the labelled row that is being read."""
    heading: tuple[str | None, ...] = ()
    unread: list[Span] = field(default_factory=list)

    def add(self, cells: list[tuple[str, Span]]) -> None:
        """Labelled cells: a label that comes again begins the next row."""
        for name, span in cells:
            if name in dict(self.item):
                self.close()
            self.item.append((name, span))

    def close(self) -> None:
        """The labelled row is at its end."""
        if self.item:
            self.rows.append(tuple(self.item))
            self.item = []

    @property
    def is_at_end(self) -> bool:
        """Whether nothing more is looked for: enough rows, or only lines that are none."""
        none = not (self.rows or self.item)
        return len(self.rows) > MOST_ROWS or (none and len(self.unread) >= MOST_UNREAD)

    def finished(self) -> tuple[tuple[tuple[str, Span], ...], ...]:
        """All rows."""
        self.close()
        return tuple(self.rows)


class _Scan:
    """Looks for the tables of one field."""

    def __init__(self, text: str, name: str, spec: FieldSpec, specs: Mapping[str, FieldSpec]) -> None:
        self.text, self.name, self.spec = text, name, spec
        self.columns = spec.row.specs() if spec.row else {}
        self.labels = {
            label_key(one): cell for cell, column in self.columns.items() for one in column.aliases
        }
        self.own = frozenset(map(label_key, spec.aliases))
        others = {label_key(one) for other in specs.values() for one in other.aliases}
        self.others = others - self.own - set(self.labels)
        names = "|".join(re.escape(one) for one in sorted(spec.aliases, key=len, reverse=True))
        self.item = re.compile(rf"[\s　■□◆◇●○・･【\[]*(?:{names}){_NUMBER}")
        self.lines = [found.span() for found in _LINE.finditer(text) if self._is_line(*found.span())]

    def _is_line(self, start: int, end: int) -> bool:
        """Whether it is a line, and not the end of the one before."""
        return start != end or start == 0 or self.text[start - 1] == "\n"

    def tables(self) -> Iterator[TextTable]:
        """Every stretch of lines that is a table of this field."""
        place, failed = 0, 0
        while place < len(self.lines) and failed < MOST_FAILED:
            opened = self._opens(*self.lines[place])
            if opened is None:
                place += 1
                continue
            label, rest = opened
            taken = _Taken(self.spec)
            after = self._collect(taken, place, rest)
            rows = taken.finished()
            if rows:
                start, end = self.lines[place][0], self.lines[after - 1][1]
                yield TextTable(self.name, label, start, end, rows, tuple(taken.unread))
            place, failed = (after, failed) if rows else (place + 1, failed + 1)

    def _opens(self, start: int, end: int) -> tuple[str, int] | None:
        """The label of a table that this line begins, and where its first row may stand."""
        line = self.text[start:end]
        if len(line) > LONGEST_LINE or not line.strip():
            return None
        if self.item.match(line) or self._heading(start, end):
            return self.spec.label, start
        colon = _HEAD.search(line)
        label = line[: colon.start()] if colon else line
        bare = _COUNT.sub("", label.strip())
        if label_key(bare) in self.own and bare:
            return bare.strip("　 ■□◆◇●○・【】[]"), start + (colon.end() if colon else len(line))
        return None

    def _collect(self, taken: _Taken, place: int, rest: int) -> int:
        """Take the lines from here on; gives the place of the first that is none of them."""
        after = place + 1
        last = self.lines[place][1]
        if self.text[rest:last].strip() and not self.take(taken, rest, last):
            return after
        blank = False
        for here in range(place + 1, len(self.lines)):
            start, end = self.lines[here]
            words = self.text[start:end]
            if not words.strip():
                blank = True
                continue
            closes = len(words) > LONGEST_LINE or _CLOSES.search(words) or self._is_other(start, end)
            if closes or taken.is_at_end or (blank and not self._is_sure(start, end)):
                break
            if not self.take(taken, start, end):
                taken.unread.append((start, end))
            after, blank = here + 1, False
        return after

    def _is_sure(self, start: int, end: int) -> bool:
        """Whether a line after an empty one belongs to the table: a labelled item, or an address in it."""
        line = self.text[start:end]
        return bool(self.item.match(line)) or "@" in fold(line) or self._is_own(start, end)

    def _is_own(self, start: int, end: int) -> bool:
        pairs = find_pairs(self.text[start:end], self.labels)
        return bool(pairs) and pairs[0].key in self.labels

    def _is_other(self, start: int, end: int) -> bool:
        """Whether the line is a field of the request itself."""
        pairs = find_pairs(self.text[start:end], self.others | set(self.labels))
        return bool(pairs) and pairs[0].key in self.others

    def take(self, taken: _Taken, start: int, end: int) -> bool:
        """Take one line: a rule, a heading, the cells of a row; False where it is none of these."""
        line = self.text[start:end]
        if len(line) > LONGEST_LINE:
            return False
        if _RULE.match(line):
            return True
        if heading := self._heading(start, end):
            taken.heading = heading
            return True
        if begun := self.item.match(line):
            taken.close()
            start += begun.end()
            if not self.text[start:end].strip():
                return True
        pairs = find_pairs(self.text[start:end], self.others | set(self.labels))
        if pairs and pairs[0].key in self.labels:
            if any(pair.key not in self.labels for pair in pairs):
                return False
            cells = [(self.labels[one.key], (start + one.start, start + one.end)) for one in pairs]
            if not all(fits(self.columns[name], self.text[slice(*span)]) for name, span in cells):
                return False
            taken.add(cells)
            return True
        row = cells_of(Line(self.text, start, end), self.columns, taken.heading)
        if row is None:
            return False
        taken.close()
        taken.rows.append(row)
        return True

    def _heading(self, start: int, end: int) -> tuple[str | None, ...]:
        """The columns of a heading, with None for the one that only counts; empty where it is none."""
        pieces = [self.text[a:b] for a, b in Line(self.text, start, end).pieces(single=True)]
        keys = [label_key(piece) for piece in pieces]
        if len([one for one in keys if one in self.labels]) < 2:
            return ()
        known = all(one in self.labels or one in _NUMBERING for one in keys)
        return tuple(self.labels.get(one) for one in keys) if known else ()
