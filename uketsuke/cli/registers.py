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


class Register(Protocol):
    """One table that can be imported and exported."""

    name: str
    columns: Mapping[str, str]
    """Column id → heading; headings and ids are both read."""
    required: Sequence[str]

    def key(self, cells: Cells) -> str:
        """What names the row; empty where it is missing."""

    def current(self, tx: Transaction, as_of: datetime | None = None) -> dict[str, Cells]:
        """Every row as cells, by key."""

    def check(self, cells: Cells) -> None:
        """Raises `WrongCell`."""

    def put(self, tx: Transaction, cells: Cells, is_new: bool, reason: str) -> None:
        """Write the whole row."""


def reason_of(error: WrongCell | ValidationError) -> str:
    """Why a row is refused, in words."""
    if isinstance(error, WrongCell):
        return say(f"row.{error.reason}", column=error.column, cell=error.cell)
    found = error.errors()[0]
    return say("row.invalid", column=".".join(map(str, found["loc"])), cell=found["msg"])
