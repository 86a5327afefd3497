"""How a city declares its ledgers: what a row has, which column is its key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnRule(StrEnum):
    """How the values of a column are shown, compared and imported."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column; its id is the catalogue's, its label what people read."""

    id: str
    label: str
    rule: ColumnRule = ColumnRule.TEXT
    words: tuple[tuple[str, str], ...] = ()
    """Value → shown word, for a CHOICE."""

    def shown(self, value: object) -> str:
        """The value in the words that people use; empty where there is none."""
        return "" if value is None else dict(self.words).get(str(value), str(value))


@dataclass(frozen=True)
class Ledger:
    """One ledger of a city (catalogue `ledgers`)."""

    id: str
    title: str
    key: str
    """The column that names a row, written as `domain.text.asset_key` gives it."""
    columns: tuple[Column, ...]
    key_pattern: str | None = None
    """Form of a key, as a regular expression over the folded text; finds keys in sentences."""

    def column(self, name: str) -> Column | None:
        """The column of that id."""
        return next((column for column in self.columns if column.id == name), None)


DEVICE_STATUS = (
    ("in_stock", "在庫"),
    ("reserved", "払出予定"),
    ("handed_out", "払出済"),
    ("awaiting_return", "返却待ち"),
    ("in_repair", "修理中"),
    ("lost", "紛失"),
    ("retired", "廃棄"),
)
"""The states of a device, with the words of the catalogue's vocabulary."""
