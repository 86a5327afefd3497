"""Which row is which when a message is read again: a record's applicant may have changed its table.

Corrections name rows by their ids. A row that says what it said keeps its id; one that
says anything else is another row, so that nobody's correction ever comes to stand in
somebody else's row. What a person took out stays out, what a person put in stays in.
"""

from __future__ import annotations

from uketsuke.domain.reading import FIRST_TYPED_ROW, FieldValue, Reading, SourceKind, cell_path, table_value
from uketsuke.domain.request import cell_of

_READ = frozenset({SourceKind.SPAN, SourceKind.CELL, SourceKind.FORM_FIELD, SourceKind.KINTONE_FIELD})
Words = tuple[tuple[str, tuple[str, ...]], ...]


def with_known_ids(reading: Reading, before: Reading, table: str) -> Reading:
    """What was read now, its rows under the ids that they had `before`; new rows have new ones."""
    said, says = _words(before, table), _words(reading, table)
    known = dict[Words, list[int]]()
    for row in _read_ids(before, table):
        known.setdefault(said.get(row, ()), []).append(row)
    fresh = max((-1, *(row for row in before.known_rows(table) if row < FIRST_TYPED_ROW))) + 1
    ids = dict[int, int]()
    for row in reading.row_ids(table):
        same = known.get(says.get(row, ()))
        ids[row], fresh = (same.pop(0), fresh) if same else (fresh, fresh + 1)
    return _renamed(reading, table, ids) if any(old != new for old, new in ids.items()) else reading


def with_persons_rows(reading: Reading, read: Reading, before: Reading, table: str) -> Reading:
    """The rows that people took out and put in, after the table was changed under them.

    `reading` has their values already, `read` is what the message says now.
    """
    old, now, last = _read_ids(before, table), read.row_ids(table), reading.current(table)
    if last is None or last.source.kind is not SourceKind.OPERATOR or set(old) == set(now):
        return reading
    kept = reading.row_ids(table)
    out = set(old) - set(kept)
    rows = [row for row in now if row not in out] + [row for row in kept if row >= FIRST_TYPED_ROW]
    return reading.with_value(table, table_value(rows, last.source, last.rule))


def _read_ids(reading: Reading, table: str) -> tuple[int, ...]:
    """The ids that the rows of the message had, whatever people did with them."""
    read = [value for value in reading.values.get(table, ()) if value.source.kind in _READ]
    return Reading(values={table: (read[-1],)}).row_ids(table) if read else ()


def _words(reading: Reading, table: str) -> dict[int, Words]:
    """What each row says: the words that were read for its cells."""
    found = dict[int, dict[str, tuple[str, ...]]]()
    for path, history in reading.values.items():
        cell = cell_of(path)
        if cell is not None and cell.field == table and cell.name:
            raws = tuple(value.raw for value in history if value.source.kind in _READ)
            found.setdefault(cell.row, {}).update({cell.name: raws} if raws else {})
    return {row: tuple(sorted(cells.items())) for row, cells in found.items()}


def _renamed(reading: Reading, table: str, ids: dict[int, int]) -> Reading:
    values = dict[str, tuple[FieldValue, ...]]()
    for path, history in reading.values.items():
        cell = cell_of(path)
        if path == table:
            rows = [ids[row] for row in reading.row_ids(table)]
            history = tuple(one.model_copy(update={"value": [*rows]}) for one in history)
        elif cell is not None and cell.field == table and cell.name:
            path = cell_path(table, ids[cell.row], cell.name)
        values[path] = history
    return reading.model_copy(update={"values": values})
