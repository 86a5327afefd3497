"""Several things in the words of one value: counts, and codes such as login names."""

from __future__ import annotations

import re

from uketsuke.domain.text import fold

_BETWEEN = re.compile(r"[\s、，,;；・]+")
_BULLET = re.compile(r"(?m)^[\s・･*●○■-]+|^\s*\(?\d{1,3}[.)、](?!\d)")
_CODE = r"[!-~]{1,128}"


def codes_in(text: str, pattern: str | None = None) -> tuple[str, ...]:
    """Every code of a list, each once, in one width; none where one of the pieces is no code."""
    pieces = [fold(piece).strip() for piece in _BETWEEN.split(_BULLET.sub(" ", text))]
    codes = tuple(dict.fromkeys(piece for piece in pieces if piece))
    return codes if all(re.fullmatch(pattern or _CODE, code) for code in codes) else ()


def split_counts(text: str) -> list[int]:
    """Every count in a text, in figures or in the kanji that people use for small ones (十二, 二〇)."""
    return [_count_of(found) for found in re.findall(r"\d+|[〇一二三四五六七八九十]+", fold(text))]


def _count_of(words: str) -> int:
    if words.isdecimal():
        return int(words[:9])
    tens, ten, ones = words.rpartition("十")
    figures = ("".join(str("〇一二三四五六七八九".find(one)) for one in part) for part in (tens, ones))
    first, last = (int(part) if part.isdecimal() else None for part in figures)
    return (10 * (first or 1) + (last or 0)) if ten else last or 0
