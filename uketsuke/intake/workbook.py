"""Excel workbooks (.xlsx) read as tables of text, in the guarded process.

A 200 kB workbook can unfold to hundreds of megabytes (DESIGN 15), so the sizes that its
table of contents declares are looked at first, and what lies is stopped by the kernel.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from multiprocessing.connection import Connection
from typing import Any

from uketsuke.domain.sheet import Sheet, UnreadableSheet, sheet_of
from uketsuke.intake.guard import CRASHED, DONE, MEMORY, serve
from uketsuke.intake.limits import Limits, ProcessLimits
from uketsuke.intake.reader import Child, start_fork_server

ENCODING = "xlsx"
LARGEST, UNPACKED, ENTRIES = 20 * 1024 * 1024, 200 * 1024 * 1024, 2_000
ROWS, WIDTH = 100_000, 200
"""A city has fewer people than that, and a list of them fewer columns."""
PROCESS = ProcessLimits(cpu_seconds=60, wall_seconds=90, mails=1)
_MIDNIGHT = time()
_ZEROS = re.compile("0+")


def is_workbook(raw: bytes) -> bool:
    """Whether these bytes are an Excel file, of any kind: they go to `read_workbook`."""
    return raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def read_workbook(raw: bytes, sheet: str | None = None, process: ProcessLimits = PROCESS) -> Sheet:
    """The sheet of that name, else the only one that is visible and holds something.

    Raises `UnreadableSheet` (`workbook`, `old-workbook`, `too-large`, `sheets`, `no-sheet`, `broken`).
    """
    start_fork_server()
    child = Child(serve_workbooks, process, Limits())
    answer = child.ask(json.dumps(sheet).encode() + b"\n" + raw)
    failed = child.bury(answer)
    if answer is None or not answer.startswith(DONE):
        raise UnreadableSheet("broken", failed.reason)
    found = json.loads(answer[1:])
    if "problem" in found:
        raise UnreadableSheet(found["problem"], found["detail"])
    return sheet_of(((line, cells) for line, cells in found["rows"]), ENCODING)


def serve_workbooks(connection: Connection, process: ProcessLimits, limits: Limits) -> None:
    """What runs in the guarded process."""
    serve(connection, process, limits, _answer)


def _answer(request: bytes, limits: Limits) -> bytes:
    name, _, raw = request.partition(b"\n")
    try:
        _look_at_sizes(raw)
        found: dict[str, Any] = {"rows": list(_rows(raw, json.loads(name)))}
    except UnreadableSheet as error:
        found = {"problem": error.reason, "detail": error.detail}
    except MemoryError:
        return MEMORY
    except Exception as error:  # noqa: BLE001 - boundary of the process: what a workbook breaks is told, by type
        return CRASHED + type(error).__name__.encode()
    return DONE + json.dumps(found).encode()


def _look_at_sizes(raw: bytes) -> None:
    if not raw.startswith(b"PK"):
        raise UnreadableSheet("old-workbook")
    if len(raw) > LARGEST:
        raise UnreadableSheet("too-large")
    try:
        entries = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except zipfile.BadZipFile:
        raise UnreadableSheet("workbook") from None
    if not any(one.filename == "xl/workbook.xml" for one in entries):
        raise UnreadableSheet("workbook")
    if len(entries) > ENTRIES or sum(one.file_size for one in entries) > UNPACKED:
        raise UnreadableSheet("too-large")


def _rows(raw: bytes, name: str | None) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # only here: the guarded process alone needs it

    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    visible = [one for one in book.worksheets if one.sheet_state == "visible"]
    if name is not None and name not in [one.title for one in visible]:
        raise UnreadableSheet("no-sheet", "、".join(one.title for one in visible))
    tables = {one.title: list(_cells(one)) for one in visible if name in (None, one.title)}
    filled = [title for title, rows in tables.items() if rows]
    if len(filled) > 1:
        raise UnreadableSheet("sheets", "、".join(filled))
    yield from (row for title in filled for row in tables[title])


def _cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something; what the file says of its own extent is not believed."""
    sheet.reset_dimensions()
    for line, cells in enumerate(sheet.iter_rows(), 1):
        if line > ROWS or len(cells) > WIDTH:
            raise UnreadableSheet("too-large")
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield line, texts


def _text(cell: Any) -> str:
    """As the person who looks at the sheet reads it: leading zeros by format, days without a time."""
    match cell.value:
        case None:
            return ""
        case datetime() as at:
            return (at.date() if at.time() == _MIDNIGHT else at).isoformat()
        case date() as day:
            return day.isoformat()
        case bool() | str() as plain:
            return str(plain).strip()
        case int() | float() as number if number == int(number):
            digits = str(int(number))
            is_padded = _ZEROS.fullmatch(cell.number_format or "")
            return digits.zfill(len(cell.number_format)) if is_padded else digits
        case other:
            return str(other)
