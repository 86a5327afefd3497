"""Directory and ledgers as tables of text: what all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from uketsuke.cli.cells import WrongCell
from uketsuke.cli.words import say
from uketsuke.store.transaction import Transaction

ACTOR = "cli"
Cells = dict[str, str]
Rows = dict[str, Cells]
"""Rows by key."""


class Register(Protocol):
    """One table that can be imported and exported."""

    name: str
    columns: Mapping[str, str]
    """Column id → heading; headings and ids are both read."""
    required: Sequence[str]

    def key(self, cells: Cells) -> str:
        """What names the row; empty where it is missing."""

    def current(self, tx: Transaction, as_of: datetime | None = None) -> Rows:
        """Every row as cells, by key."""

    def kept(self, cells: Cells, before: Cells | None) -> Cells:
        """The whole row as it would be kept and shown again; raises `WrongCell` or `ValidationError`."""

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """Write the whole row."""

    def before(self, key: str, rows: Rows) -> Cells | None:
        """What the row would change."""
        return rows.get(key)

    def remark(self, tx: Transaction, cells: Cells) -> str:
        """What somebody should look at though the row is right; empty where there is nothing."""
        return ""

    def left(self, rows: Rows, named: frozenset[str]) -> Rows:
        """Rows that a complete list no longer names, as they will be; none where nobody ever leaves."""
        return {}


def reason_of(error: WrongCell | ValidationError) -> str:
    """Why a row is refused, in words."""
    if isinstance(error, WrongCell):
        return say(f"row.{error.reason}", column=error.column, cell=error.cell)
    found = error.errors()[0]
    return say("row.invalid", column=".".join(map(str, found["loc"])), cell=found["msg"])
