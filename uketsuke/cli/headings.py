"""Which column of a file is which: by its heading, and by what other systems call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from uketsuke.cli.registers import Cells, Register
from uketsuke.cli.words import listed
from uketsuke.domain.sheet import Sheet, SheetRow, UnreadableSheet
from uketsuke.domain.text import label_key

Columns = Mapping[str, tuple[str, ...]]
"""Column → the headings that fill it: one, or parts such as 姓 and 名 in their order."""


def columns_of(register: Register, sheet: Sheet, *, others: bool = False) -> Columns:
    """What fills each column; raises `UnreadableSheet` for what is not known or said twice.

    With `others` headings that nobody knows are passed over: personnel lists say more than we may keep.
    """
    whole, parts = dict(_named(register)), dict(_parts(register))
    found: dict[str, list[str]] = {}
    pieces: dict[str, list[str]] = {}
    unknown = []
    for heading in filter(None, sheet.headings):
        key = label_key(heading)
        if key in whole:
            found.setdefault(whole[key], []).append(heading)
        elif key in parts:
            pieces.setdefault(parts[key], []).append(heading)
        else:
            unknown.append(heading)
    if unknown and not others:
        raise UnreadableSheet("headings", "、".join(unknown))
    twice = [heading for headings in found.values() if len(headings) > 1 for heading in headings]
    if twice:
        raise UnreadableSheet("twice", "、".join(twice))
    columns = {name: tuple(headings) for name, headings in {**pieces, **found}.items()}
    missing = [register.columns[name] for name in register.required[:1] if name not in columns]
    if missing:
        raise UnreadableSheet("no-key", "、".join(missing))
    return columns


def cells_of(row: SheetRow, columns: Columns) -> Cells:
    """The row's cells by column."""
    return {
        name: " ".join(filter(None, (row.cells.get(heading, "").strip() for heading in headings)))
        for name, headings in columns.items()
    }


def _named(register: Register) -> Iterator[tuple[str, str]]:
    aliases = listed(f"heading.{register.name}")
    for name, label in register.columns.items():
        for word in (*aliases.get(name, ()), name, label):
            yield label_key(word), name


def _parts(register: Register) -> Iterator[tuple[str, str]]:
    for name, words in listed(f"heading-part.{register.name}").items():
        yield from ((label_key(word), name) for word in words)
