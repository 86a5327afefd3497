"""One line of a table in a text, taken apart into cells: all of it, or nothing.

With a heading the columns say what is what. Without one an address, and a code by its
form, say it themselves; what is left must be a name, and at most one more text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.text import fold, fold_marked

Span = tuple[int, int]
Cells = tuple[tuple[str, Span], ...]
_BULLET = re.compile(
    r"[\s　]*(?:[(（]?[0-9０-９]{1,3}[)）.．、]|[①-⑳・･*●○■□◆◇]|-(?=\s)|[0-9０-９]{1,3}(?=[\s　]+\D))?[\s　]*"
)
_SEPARATORS = (r"\t", r"[|｜]", r"[,，、]", r"　+|[ ]{2,}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_BETWEEN = re.compile(r"[\t|,、;:/()<>\[\]「」]+")
_NAME = re.compile(r"[^\W\d_][^\d。、@:/]{0,29}")
_WHOLE_NAME = re.compile(r"\S{1,10}[ 　]\S{1,10}")
_HONORIFIC = re.compile(r"(?:様|さん|殿|e-?mail)", re.IGNORECASE)
_TEXTS = frozenset({Rule.TEXT})
_NAMES = frozenset({Rule.PERSON})


@dataclass(frozen=True)
class Line:
    """A stretch of a text."""

    text: str
    start: int
    end: int

    def pieces(self, *, single: bool = False) -> list[Span]:
        """Its columns by whichever sign parts them; with `single` one blank does where nothing else is."""
        separators = (*_SEPARATORS, r"[ ]") if single else _SEPARATORS
        for separator in separators:
            found = list(re.finditer(separator, self.text[self.start : self.end].strip("　 ")))
            if found:
                return self._cut(separator)
        return [_trimmed(self.text, self.start, self.end)]

    def _cut(self, separator: str) -> list[Span]:
        spans, here = [], self.start
        blanks = separator.startswith("　") or separator == r"[ ]"
        for found in re.compile(separator).finditer(self.text, self.start, self.end):
            spans.append(_trimmed(self.text, here, found.start()))
            here = found.end()
        spans.append(_trimmed(self.text, here, self.end))
        return [one for one in spans if one[0] != one[1]] if blanks else spans


def cells_of(line: Line, columns: Mapping[str, FieldSpec], heading: tuple[str | None, ...]) -> Cells | None:
    """The cells of a line; None where it cannot be read whole."""
    if heading:
        pieces = line.pieces()
        if len(pieces) < len(heading) and _is_parted_by_blanks(line):
            pieces = []
        if 1 < len(pieces) <= len(heading):
            filled = [one for one in zip(heading, pieces, strict=False) if one[1][0] != one[1][1]]
            named = [(name, span) for name, span in filled if name]
            if named and all(fits(columns[name], line.text[slice(*span)]) for name, span in named):
                return tuple(named)
    return _recognised(line, columns)


def fits(spec: FieldSpec, words: str) -> bool:
    """Whether an address or a name stands where one must; else columns have slipped, or more stands there."""
    if spec.rule is Rule.EMAIL:
        return not words or _EMAIL.fullmatch(fold(words)) is not None
    return spec.rule not in _NAMES or not re.search(r"[0-9@:]", fold(words))


def _is_parted_by_blanks(line: Line) -> bool:
    return not re.search(r"[\t|｜,，、]", line.text[line.start : line.end])


def _recognised(line: Line, columns: Mapping[str, FieldSpec]) -> Cells | None:
    """Cells by what they look like, each column once; a name must be among them or an address."""
    bullet = _BULLET.match(line.text, line.start, line.end)
    start = bullet.end() if bullet else line.start
    marked = fold_marked(line.text[start : line.end])
    rest, found = marked.text, dict[str, Span]()
    for name, spec in columns.items():
        pattern = _EMAIL if spec.rule is Rule.EMAIL else _form_of(spec)
        matches = list(pattern.finditer(rest)) if pattern else []
        if len(matches) > 1:
            return None
        for match in matches:
            found[name] = match.span()
            rest = rest[: match.start()] + "\t" * len(match[0]) + rest[match.end() :]
    left = [name for name in columns if name not in found]
    pieces = [one for one in _pieces(rest) if not _HONORIFIC.fullmatch(rest[slice(*one)])]
    for rules in (_NAMES, _TEXTS):
        open_ = [name for name in left if columns[name].rule in rules]
        if pieces and open_ and (rules is not _NAMES or _NAME.fullmatch(rest[slice(*pieces[0])])):
            found[open_[0]] = pieces.pop(0)
            if rules is _TEXTS and len(open_) > 1:
                return None
    if pieces or not _is_somebody(found, columns, rest):
        return None
    ordered = [(name, found[name]) for name in columns if name in found]
    spans = [(name, marked.span(*span)) for name, span in ordered]
    return tuple((name, (start + first, start + last)) for name, (first, last) in spans)


def _is_somebody(found: Mapping[str, Span], columns: Mapping[str, FieldSpec], text: str) -> bool:
    """Whether the line tells of a person: by an address, by a code, or by family and given name apart."""
    names = [span for name, span in found.items() if columns[name].rule in _NAMES]
    if len(found) > len(names):
        return bool(names) or any(columns[name].rule is Rule.EMAIL for name in found)
    return bool(names) and _WHOLE_NAME.fullmatch(text[slice(*names[0])]) is not None


def _form_of(spec: FieldSpec) -> re.Pattern[str] | None:
    """The form of a code that stands alone."""
    if spec.rule is not Rule.CODE or spec.pattern is None:
        return None
    return re.compile(rf"(?<![A-Z0-9-])(?:{spec.pattern})(?![A-Z0-9-])", re.IGNORECASE)


def _pieces(rest: str) -> list[Span]:
    """What is left between the signs that part cells; blanks part no name."""
    spans, here = [], 0
    for found in [*_BETWEEN.finditer(rest), None]:
        end = found.start() if found else len(rest)
        spans.append(_trimmed(rest, here, end))
        here = found.end() if found else end
    return [one for one in spans if fold(rest[slice(*one)]).strip("-. ")]


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in " \t　\r":
        start += 1
    while end > start and text[end - 1] in " \t　\r":
        end -= 1
    return start, end
