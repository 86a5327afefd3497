"""What people correct in a reading: values of fields and cells, rows put in and taken out.

A correction is a path and words. Nothing is overwritten; the words are read when the
request is judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from uketsuke.domain.reading import FieldValue, Reading, RowGone, Source, SourceKind
from uketsuke.domain.request import FieldSpec, cell_of, spec_at

ROW_IN = "[+]"
"""Ends the path of a table into which a row is put."""


def corrected(reading: Reading, values: Mapping[str, str], login: str, at: datetime) -> Reading:
    """The reading with an operator's words added for these fields; nothing is overwritten.

    `users[1]` without words takes that row out, and `users[+]` puts an empty one in.
    Raises `RowGone` for a row or cell that is not there.
    """
    for path, raw in values.items():
        source = Source(kind=SourceKind.OPERATOR, part=path, text=raw, who=login, at=at)
        cell = cell_of(path)
        if path.endswith(ROW_IN):
            table = path.removesuffix(ROW_IN)
            ids = (*reading.row_ids(table), reading.fresh_row(table))
            reading = reading.with_rows(table, ids, source, "operator")
            continue
        if cell is not None and is_gone(reading, path):
            raise RowGone(cell.field, cell.row)
        if cell is not None and cell.name is None:
            ids = tuple(one for one in reading.row_ids(cell.field) if one != cell.row)
            reading = reading.with_rows(cell.field, ids, source, "operator")
        else:
            reading = reading.with_value(path, FieldValue(value=raw, raw=raw, source=source, rule="operator"))
    return reading


def is_gone(reading: Reading, path: str) -> bool:
    """Whether it is in a row that is not there, or not any more."""
    cell = cell_of(path)
    return cell is not None and cell.row not in reading.row_ids(cell.field)


def may_correct(reading: Reading, specs: Mapping[str, FieldSpec], path: str) -> bool:
    """Whether a person may type into it; a value under another name could never be seen or removed."""
    table, cell = path.removesuffix(ROW_IN), cell_of(path)
    if cell is None and table == path:
        return path in specs or path in reading.values
    spec = specs.get(cell.field if cell else table)
    return spec is not None and spec.row is not None and spec_at(specs, path.removesuffix(ROW_IN)) is not None


def told_before(reading: Reading, values: Mapping[str, str]) -> dict[str, JsonValue]:
    """What stood there before, for the audit log; of a row all its cells."""
    found = {path: _before(reading, path) for path in values}
    return {path: value for path, value in found.items() if value is not None}


def _before(reading: Reading, path: str) -> JsonValue:
    cell = cell_of(path)
    if cell is None or cell.name:
        current = reading.current(path)
        return current.value if current else None
    rows, ids = reading.plain().get(cell.field), reading.row_ids(cell.field)
    return rows[ids.index(cell.row)] if isinstance(rows, list) and cell.row in ids else None
