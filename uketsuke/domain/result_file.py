"""What another system says it has registered, pasted from its result file: who that is (UX AP-78)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.domain.sheet import as_meant
from uketsuke.domain.text import key as text_key


@dataclass(frozen=True)
class Matched:
    """The places of the people found, and the lines that name nobody."""

    people: tuple[int, ...]
    rest: tuple[str, ...]


def match_result(text: str, people: Sequence[str], headings: Sequence[str]) -> Matched:
    """Match lines by one of their cells with what names each of the people (an ID, else the name).

    Cells are compared by their keys, so width does not matter. Nobody is matched by a part of a cell,
    nor by what names two people. A line with one of the headings is passed over.
    """
    keys = [text_key(one) for one in people]
    known = {key: place for place, key in enumerate(keys) if key and keys.count(key) == 1}
    titles = {text_key(one) for one in headings}
    found: set[int] = set()
    rest: list[str] = []
    for line in text.splitlines():
        cells = {text_key(as_meant(cell)) for cell in _cells(line)} - {""}
        places = {known[cell] for cell in cells & known.keys()}
        if len(places) == 1:
            found |= places
        elif cells and not cells & titles:
            rest.append(line.strip())
    return Matched(tuple(sorted(found)), tuple(rest))


def _cells(line: str) -> list[str]:
    delimiter = "\t" if "\t" in line else ","
    return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
