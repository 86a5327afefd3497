"""A table against a register: a verdict for every row, and then all of it or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from uketsuke.cli.cells import WrongCell
from uketsuke.cli.headings import cells_of, columns_of
from uketsuke.cli.registers import Cells, Register, Rows, reason_of
from uketsuke.cli.words import say
from uketsuke.domain.sheet import Sheet, SheetRow
from uketsuke.errors import UketsukeError
from uketsuke.store.transaction import Transaction

_BROKEN_BY_EXCEL = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)|#{3,}", re.ASCII)
_AS_A_NUMBER = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII)


class Verdict(StrEnum):
    """What an import does with a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    LEFT = "left"
    REFUSED = "refused"


FEW = 5
"""So many may leave at once however small the register is."""


class TooManyLeft(UketsukeError):
    """A list that calls itself complete leaves out more rows than anybody said; nothing was written."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} rows are missing from the list")


WRITTEN = frozenset({Verdict.ADDED, Verdict.CHANGED, Verdict.LEFT})


@dataclass(frozen=True)
class Way:
    """How a file is imported."""

    dry_run: bool = False
    skip_errors: bool = False
    complete: bool = False
    """Who is not named has left."""
    leavers: int | None = None
    """How many are expected to have left; without it a tenth of the register at most."""
    other_columns: bool = False
    """Columns that we do not know are passed over."""


@dataclass(frozen=True)
class Judged:
    """One row, and what is done with it; `line` is None for who is not in the file."""

    line: int | None
    key: str
    verdict: Verdict
    reason: str = ""
    changes: tuple[str, ...] = ()
    """Headings of the columns that change."""
    whole: Cells | None = None

    def facts(self) -> dict[str, Any]:
        """As data."""
        return {
            "line": self.line,
            "key": self.key,
            "verdict": self.verdict.value,
            "reason": self.reason or None,
            "changes": list(self.changes),
        }

    def text(self) -> str:
        """For people."""
        word = say(f"row.{self.verdict.value}", columns="、".join(self.changes))
        where = say("row.line", line=self.line) if self.line else say("row.no-line")
        return say("row.told", where=where, key=self.key, verdict=word, reason=self.reason).rstrip()


def bring_in(tx: Transaction, register: Register, sheet: Sheet, reason: str, way: Way) -> list[Judged]:
    """Judge every row; then write what differs, unless this is a dry run or a row is refused."""
    judged = judge(tx, register, sheet, way)
    counts = Counter(one.verdict for one in judged)
    refused, left = counts[Verdict.REFUSED], counts[Verdict.LEFT]
    expected = max(FEW, len(judged) // 10) if way.leavers is None else way.leavers
    if left > expected and not way.dry_run:
        raise TooManyLeft(left)
    if not way.dry_run and (way.skip_errors or not refused):
        for one in judged:
            if one.verdict in WRITTEN and one.whole is not None:
                register.put(tx, one.whole, one.verdict is Verdict.ADDED, reason)
    return judged


def judge(tx: Transaction, register: Register, sheet: Sheet, way: Way) -> list[Judged]:
    """What each row of the file is, and who a complete list no longer names; nothing is written."""
    columns = columns_of(register, sheet, others=way.other_columns)
    rows, judged, seen = register.current(tx), list[Judged](), set[str]()
    back = {"active": say("row.active")} if way.complete and "active" in register.columns else {}
    for row in sheet.rows:
        cells = back | cells_of(row, columns)
        key = register.key(cells)
        one = _judge(register, row, cells, register.before(key, rows), key in seen)
        if one.verdict is not Verdict.REFUSED:
            one = replace(one, reason=register.remark(tx, one.whole or {}))
        seen.add(key)
        judged.append(one)
    return [*judged, *_left(register, rows, frozenset(seen))] if way.complete else judged


def _judge(register: Register, row: SheetRow, cells: Cells, before: Cells | None, twice: bool) -> Judged:
    key = register.key(cells)
    blank = dict.fromkeys(register.columns, "")
    whole = {**blank, **(before or {}), **cells}
    missing = [register.columns[name] for name in register.required if not whole[name]]
    if missing or row.surplus or twice:
        code = "missing" if missing else "surplus" if row.surplus else "twice"
        return Judged(row.line, key, Verdict.REFUSED, say(f"row.{code}", column="、".join(missing), cell=""))
    try:
        _check(register, cells)
        kept = register.kept(whole, before)
    except (WrongCell, ValidationError) as error:
        return Judged(row.line, key, Verdict.REFUSED, reason_of(error))
    changes = tuple(
        label for name, label in register.columns.items() if kept.get(name) != (before or {}).get(name)
    )
    if before is None:
        return Judged(row.line, key, Verdict.ADDED, whole=kept)
    return Judged(row.line, key, Verdict.CHANGED if changes else Verdict.SAME, changes=changes, whole=kept)


def _check(register: Register, cells: Cells) -> None:
    """Raises `WrongCell` for what a spreadsheet made of a value."""
    for name, cell in cells.items():
        if _BROKEN_BY_EXCEL.fullmatch(cell):
            raise WrongCell("broken-by-excel", register.columns[name], cell)
        if name in register.required and _AS_A_NUMBER.fullmatch(cell):
            raise WrongCell("as-a-number", register.columns[name], cell)


def _left(register: Register, rows: Rows, named: frozenset[str]) -> Iterator[Judged]:
    for key, whole in sorted(register.left(rows, named).items()):
        yield Judged(None, key, Verdict.LEFT, whole=whole)
