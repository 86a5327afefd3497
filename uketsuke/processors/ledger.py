"""How a city declares its ledgers: what a row has, which column is its key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from uketsuke.domain.numbering import NumberSeries
from uketsuke.domain.text import asset_key, fold


class ColumnRule(StrEnum):
    """How the values of a column are shown, compared and imported."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    DATES = "dates"
    """Several days in their order."""


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
        if isinstance(value, list):
            return "、".join(map(str, value))
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
    keeps_case: bool = False
    """Whether keys are kept as they are written (account ids), not in capitals (asset numbers)."""
    series: tuple[NumberSeries, ...] = ()
    """The numbers that are given out for it."""

    def series_of(self, name: str) -> NumberSeries:
        """The series of that id; raises `KeyError`."""
        return {one.id: one for one in self.series}[name]

    def key_of(self, text: str) -> str:
        """The key that a text names, in the ledger's own spelling."""
        return "".join(fold(text).split()) if self.keeps_case else asset_key(text)

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
