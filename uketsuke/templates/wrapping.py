"""Breaking long lines of Japanese text for mail, without tearing words, numbers or addresses."""

from __future__ import annotations

import re
import unicodedata

WIDTH = 70
"""Columns; a full-width character takes two."""
_PIECES = re.compile(r"[!-~]+|\s+|.")
_NOT_FIRST = frozenset("、。，．・：；？！）」』】〕］｝〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…")
_NOT_LAST = frozenset("（「『【〔［｛〈《")


def wrap(text: str) -> str:
    """The text with lines of at most `WIDTH` columns where they can be broken, and no blank line too many."""
    lines = [part for line in text.strip().splitlines() for part in _wrapped(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def columns(text: str) -> int:
    """How wide a text is; ambiguous characters count as wide, as Japanese mail programs show them."""
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)


def _wrapped(line: str) -> list[str]:
    """Break where the width is reached, never before 、。） and never after （「."""
    if columns(line) <= WIDTH:
        return [line]
    indent = re.match(r"[\s・■]*", line)
    hang = "" if indent is None else "".join("\u3000" if columns(char) == 2 else " " for char in indent[0])
    lines, current = [], ""
    for piece in _PIECES.findall(line):
        if columns(current + piece) > WIDTH and current.strip() and piece not in _NOT_FIRST:
            kept, carried = _split_last(current)
            lines.append(kept.rstrip())
            current = hang + carried
            piece = piece.lstrip()
        current += piece
    return [*lines, current]


def _split_last(current: str) -> tuple[str, str]:
    """An opening bracket at the end goes to the next line."""
    return (current[:-1], current[-1]) if current[-1] in _NOT_LAST else (current, "")
