"""A city's ledger as a table of text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from uketsuke.cli.cells import WrongCell, day, day_text
from uketsuke.cli.registers import ACTOR, Cells, Register, Rows
from uketsuke.processors.ledger import Column, ColumnRule, Ledger
from uketsuke.store.ledgers import Origin
from uketsuke.store.transaction import Transaction


@dataclass
class LedgerRegister(Register):
    """One ledger, by the columns that the city declares, and others its rows have."""

    ledger: Ledger
    others: Sequence[str] = ()

    def __post_init__(self) -> None:
        """The columns follow from the ledger."""
        self.name = self.ledger.id
        self.columns: Mapping[str, str] = {one.id: one.label for one in self.ledger.columns} | {
            name: name for name in self.others
        }
        self.required: Sequence[str] = (self.ledger.key,)

    def key(self, cells: Cells) -> str:
        """See `Register`."""
        return self.ledger.key_of(cells.get(self.ledger.key, ""))

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """See `Register`; `as_of` is a moment of the past."""
        rows = tx.ledgers.export_rows(self.ledger.id, as_of)
        return {
            row.key: {name: self._cell(name, row.values.get(name)) for name in self.columns} for row in rows
        }

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """See `Register`."""
        if self.ledger.key_pattern and not re.fullmatch(self.ledger.key_pattern, self.key(cells)):
            raise WrongCell("not-a-key", self.columns[self.ledger.key], cells[self.ledger.key])
        values = self._values(cells)
        return {name: self._cell(name, values.get(name)) for name in self.columns}

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """See `Register`; only what differs is written."""
        key, values = self.key(cells), self._values(cells)
        origin = Origin(actor=ACTOR, reason=reason)
        if is_new:
            kept = {name: value for name, value in values.items() if value is not None}
            tx.ledgers.insert(self.ledger.id, key, kept, origin)
            return
        row = tx.ledgers.row(self.ledger.id, key)
        assert row is not None  # noqa: S101 - it was among the current rows of this transaction
        changes = {
            name: value
            for name, value in values.items()
            if self._cell(name, row.values.get(name)) != cells[name]
        }
        tx.ledgers.update(self.ledger.id, key, row.version, changes, origin)

    def _values(self, cells: Cells) -> dict[str, JsonValue]:
        values = {
            name: self._value(self.ledger.column(name), cells[name], name)
            for name in self.columns
            if name in cells
        }
        return {**values, self.ledger.key: self.key(cells)}

    def _value(self, column: Column | None, cell: str, name: str) -> JsonValue:
        if not cell:
            return None
        if column is not None and column.rule is ColumnRule.DATE:
            return day_text(day(cell, self.columns[name]))
        if column is not None and column.rule is ColumnRule.DATES:
            days = [one for one in re.split(r"[、,;\s]+", cell) if one]
            return [day_text(day(one, self.columns[name])) for one in days]
        if column is not None and column.rule is ColumnRule.CHOICE:
            found = [value for value, word in column.words if cell in (value, word)]
            if not found:
                raise WrongCell("unknown-choice", column.label, cell)
            return found[0]
        return cell

    def _cell(self, name: str, value: JsonValue) -> str:
        if value is None:
            return ""
        column = self.ledger.column(name)
        if column is not None:
            return column.shown(value)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
