"""A table that somebody has pasted from Excel or a CSV file, as rows of words (UX 5.4, AP-36).

Excel puts tabs between cells and quotes a cell that holds a line end; a CSV has commas
(RFC 4180). A first row of nothing but labels says in which order the columns stand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.domain.request import FieldSpec
from uketsuke.domain.text import label_key

LONGEST_CELL = 4_000


@dataclass(frozen=True)
class Pasted:
    """The rows that were read, and the places (from 1) of those that have more cells than columns."""

    rows: tuple[Mapping[str, str], ...]
    too_wide: tuple[int, ...] = ()


def read_pasted(text: str, columns: Mapping[str, FieldSpec]) -> Pasted:
    """The rows of a pasted table by the names of its columns; rows without a word are left out."""
    lines = [[cell.strip() for cell in line] for line in _lines(text)]
    lines = [line for line in lines if any(line)]
    names: Sequence[str | None] = tuple(columns)
    headed = _heading(lines[0], columns) if lines else None
    if headed is not None:
        names, lines = headed, lines[1:]
    rows, wide = [], []
    for place, line in enumerate(lines, 1):
        if any(line[len(names) :]):
            wide.append(place)
        pairs = zip(names, line, strict=False)
        rows.append({name: cell[:LONGEST_CELL] for name, cell in pairs if name and cell})
    return Pasted(tuple(rows), tuple(wide))


def _lines(text: str) -> list[list[str]]:
    """The cells; a quote that never ends makes no cell of all that follows."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    separator = "\t" if "\t" in text else ","
    if text.count('"') % 2:
        return [line.split(separator) for line in text.split("\n")]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return [line.split(separator) for line in text.split("\n")]


def _heading(line: Sequence[str], columns: Mapping[str, FieldSpec]) -> Sequence[str | None] | None:
    """The column that each cell names, where every cell with words names one or at least two do."""
    known = {label_key(alias): name for name, spec in columns.items() for alias in spec.aliases}
    named = [known.get(label_key(cell)) if cell else None for cell in line]
    words, found = sum(bool(cell) for cell in line), sum(name is not None for name in named)
    return named if found and (found == words or found >= 2) else None
