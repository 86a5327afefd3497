"""Tables as CSV files that Japanese Excel opens and saves without loss (UX AP-46).

Written as UTF-8 with a byte order mark. A cell that a spreadsheet would run as a
formula gets an apostrophe in front; a long number, or one with leading zeros, is
written `="0012"`, which Excel keeps as text. `read_sheet` takes both back, so
that what was exported imports as it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uketsuke.errors import UketsukeError

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
_DIGITS_AS_TEXT = re.compile(r"0[0-9]+|[0-9]{12,}", re.ASCII)
_QUOTED_DIGITS = re.compile(r'="([0-9]+)"', re.ASCII)


class UnreadableSheet(UketsukeError):
    """The bytes are no table; `reason` is a code: `encoding`, `empty`, `twice`, `nul`, `csv` …"""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} {detail}".strip())


@dataclass(frozen=True)
class SheetRow:
    """One row: the line it begins on, and its cells by heading."""

    line: int
    cells: dict[str, str]
    surplus: int = 0
    """Cells beyond the last heading."""


@dataclass(frozen=True)
class Sheet:
    """A table as it was read."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    encoding: str


def read_sheet(raw: bytes) -> Sheet:
    """Read a CSV or tab-separated file in UTF-8, UTF-16 or Shift_JIS; raises `UnreadableSheet`."""
    text, encoding = _decode(raw)
    if "\0" in text:
        raise UnreadableSheet("nul")
    first = text.partition("\n")[0]
    dialect = "excel-tab" if "\t" in first and "," not in first else "excel"
    lines = csv.reader(io.StringIO(text, newline=""), dialect, strict=True)
    try:
        headings = tuple(cell.strip() for cell in next(lines, []))
        _check(headings)
        rows = tuple(_rows(lines, headings))
    except csv.Error as error:
        raise UnreadableSheet("csv", f"{lines.line_num}: {error}") from None
    return Sheet(headings, rows, encoding)


def sheet_of(rows: Iterable[tuple[int, Sequence[str]]], encoding: str) -> Sheet:
    """A table of numbered rows of cells, such as a workbook's; raises `UnreadableSheet`.

    Titles above the table (a row with a single cell) are passed over.
    """
    filled = [(line, [cell.strip() for cell in cells]) for line, cells in rows if any(map(str.strip, cells))]
    wide = next((n for n, (_, cells) in enumerate(filled) if sum(map(bool, cells)) > 1), 0)
    headings = tuple(filled[wide][1]) if filled else ()
    _check(headings)
    return Sheet(headings, tuple(_row(line, cells, headings) for line, cells in filled[wide + 1 :]), encoding)


def write_sheet(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as bytes: UTF-8 with BOM, CRLF, cells made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in (headings, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet runs it, nor takes its zeros away."""
    if _DIGITS_AS_TEXT.fullmatch(cell):
        return f'="{cell}"'
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """The other direction of `harmless`."""
    digits = _QUOTED_DIGITS.fullmatch(cell)
    if digits:
        return digits[1]
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _decode(raw: bytes) -> tuple[str, str]:
    """UTF-8 before Shift_JIS: Japanese text in Shift_JIS is practically never valid UTF-8."""
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet("encoding")


def _check(headings: tuple[str, ...]) -> None:
    if not any(headings):
        raise UnreadableSheet("empty")
    twice = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if twice:
        raise UnreadableSheet("twice", ", ".join(twice))


def _rows(lines: Iterable[list[str]], headings: tuple[str, ...]) -> Iterable[SheetRow]:
    ended = 1
    for cells in lines:
        begun, ended = ended + 1, getattr(lines, "line_num", ended + 1)
        if any(cell.strip() for cell in cells):
            yield _row(begun, [as_meant(cell) for cell in cells], headings)


def _row(line: int, cells: Sequence[str], headings: tuple[str, ...]) -> SheetRow:
    named = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}
    unnamed = sum(bool(cell.strip()) for cell in cells[len(headings) :])
    return SheetRow(line, named, unnamed)
