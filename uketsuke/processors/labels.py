"""Labels and values in running text: first find them, then (in `extract`) give them meaning.

People write `申請区分：返却`, `【所属】道路計画課`, `氏名<tab>小林`, `①管理番号　LTE-0012`,
the value on the next line, or two pairs on one line. Spans count characters of the
text as given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from uketsuke.domain.text import label_key

_LINE = re.compile(r"[^\r\n]+")
_SEPARATOR = re.compile(
    r"[ \u3000]{0,4}[：:＝\t]{1,8}[ \t\u3000]{0,40}|[】\]］][ \u3000]{0,4}[：:]?[ \u3000]{0,40}"
)
_WIDE = re.compile(r"\t+|\u3000+|[ ]{2,}")
_BULLET = re.compile(r"[\s\u3000]*(?:[①-⑳■□◆◇●○◎・･※★☆▼▽▲△▶►→>*#【\[［]|[(（]?\d{1,2}[.)）、．])")
_NUMBER = re.compile(r"[\s\u3000]{0,8}[0-9０-９]{1,2}[ \u3000]{1,4}(?=\D)")
_NEXT = re.compile(r"[ \t\u3000、,／/（(|｜]+")
_LONGEST_LABEL = 24
_REACH = _LONGEST_LABEL + 8
"""How far from its start a label may end; what is longer is a sentence."""
_INDENTED = re.compile(r"[ \t\u3000]+\S")


@dataclass(frozen=True)
class Pair:
    """A label and where its value stands; an empty value has `start == end`."""

    label: str
    key: str
    start: int
    end: int


def find_pairs(text: str, known: Collection[str]) -> tuple[Pair, ...]:
    """Every label with its value, in their order; `known` are label keys that have a meaning here.

    An unknown label before a colon counts too, so that its value is not taken for
    something else; without a colon only known labels are labels.
    """
    return tuple(_Finder(text, frozenset(known)).pairs())


def masked(text: str, pairs: Collection[Pair]) -> str:
    """The text with every labelled line blanked, lengths kept: what people wrote in sentences."""
    chars = list(text)
    for pair in pairs:
        label = max(text.rfind(pair.label, 0, pair.start), 0) if pair.label else pair.start
        start = text.rfind("\n", 0, label) + 1
        for index in range(start, pair.end):
            if chars[index] != "\n":
                chars[index] = " "
    return "".join(chars)


class _Finder:
    def __init__(self, text: str, known: frozenset[str]) -> None:
        self.text, self.known = text, known
        self.lines = [(match.start(), match.end()) for match in _LINE.finditer(text)]

    def pairs(self) -> Iterator[Pair]:
        number = 0
        while number < len(self.lines):
            start, end = self.lines[number]
            found = self._in_line(start, end)
            number += 1
            for position, pair in enumerate(found):
                if position == len(found) - 1:
                    pair, number = self._continued(pair, number)
                yield pair

    def _in_line(self, start: int, end: int) -> list[Pair]:
        head = self._labelled(start, end)
        if head is None:
            alone = label_key(self.text[start:end])
            return [Pair(self.text[start:end].strip(), alone, end, end)] if alone in self.known else []
        pairs = [head]
        while True:
            following = self._following(pairs[-1])
            if following is None:
                return [self._trimmed(pair) for pair in pairs]
            cut, pair = following
            pairs[-1] = Pair(pairs[-1].label, pairs[-1].key, pairs[-1].start, cut)
            pairs.append(pair)

    def _labelled(self, start: int, end: int) -> Pair | None:
        """The label at the start of this stretch, with the rest as its value."""
        numbered = _NUMBER.match(self.text, start, end)
        if numbered and (found := self._labelled(numbered.end(), end)):
            return found
        separator = _SEPARATOR.search(self.text, start, min(end, start + _REACH))
        label = self.text[start : separator.start()] if separator else ""
        if separator:
            key = label_key(label)
            if key in self.known:
                return Pair(label.strip(), key, separator.end(), end)
        for blank in self._blanks(start, end):
            key = label_key(self.text[start : blank.start()])
            if key in self.known:
                return Pair(self.text[start : blank.start()].strip(), key, blank.end(), end)
        if separator and _could_be_label(label, label_key(label)):
            return Pair(label.strip(), label_key(label), separator.end(), end)
        return None

    def _blanks(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """Wide blanks that may stand for a colon; a single one only after a bullet."""
        limit = min(end, start + _REACH)
        bullet = _BULLET.match(self.text, start, end)
        first = (
            bullet.end()
            if bullet
            else start + len(self.text[start:limit]) - len(self.text[start:limit].lstrip())
        )
        yield from _WIDE.finditer(self.text, first, limit)
        if bullet:
            yield from re.compile(r"[ ]").finditer(self.text, bullet.end(), limit)

    def _following(self, pair: Pair) -> tuple[int, Pair] | None:
        """A known label further on in the same line: where the first value ends, and the next pair."""
        for blank in _NEXT.finditer(self.text, pair.start, pair.end):
            separator = _SEPARATOR.search(self.text, blank.end(), min(pair.end, blank.end() + _REACH))
            if separator is None:
                continue
            label = self.text[blank.end() : separator.start()]
            key = label_key(label)
            if key in self.known and len(label) <= _LONGEST_LABEL:
                return blank.start(), Pair(label.strip(), key, separator.end(), pair.end)
        return None

    def _trimmed(self, pair: Pair) -> Pair:
        value = self.text[pair.start : pair.end]
        start = pair.start + len(value) - len(value.lstrip())
        return Pair(pair.label, pair.key, start, max(start, pair.start + len(value.rstrip())))

    def _continued(self, pair: Pair, number: int) -> tuple[Pair, int]:
        """An empty value of a known label is on the next line; indented lines go on with a value."""
        if pair.key not in self.known:
            return pair, number
        if pair.start == pair.end and number < len(self.lines):
            start, end = self.lines[number]
            if self._labelled(start, end) is None and label_key(self.text[start:end]) not in self.known:
                pair = self._trimmed(Pair(pair.label, pair.key, start, end))
                number += 1
        while number < len(self.lines):
            start, end = self.lines[number]
            adjacent = self.text[pair.end : start].strip(" \t\u3000") in ("\n", "\r\n")
            if not (adjacent and _INDENTED.match(self.text, start) and self._labelled(start, end) is None):
                break
            pair = self._trimmed(Pair(pair.label, pair.key, pair.start, end))
            number += 1
        return pair, number


def _could_be_label(label: str, key: str) -> bool:
    """An unknown label is short, no sentence, no address and no time of day."""
    plausible = 0 < len(key) <= _LONGEST_LABEL and not re.search(
        r"[。、!?！？「」@/\\]|[日)）]\s?[0-9０-９]{1,2}$", label
    )
    plausible = plausible and len(re.findall(r"[(（]", label)) == len(re.findall(r"[)）]", label))
    return plausible and not key.isdigit() and not key.startswith(("http", "mailto"))
