"""台帳: rows on any day, one asset's history, and a CSV that spreadsheets open safely (UX 5.6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from uketsuke.console.views.changes import Change, ledger_value
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import title_of
from uketsuke.domain.world import LedgerRow
from uketsuke.processors.ledger import Ledger
from uketsuke.store.ledgers import LedgerVersion
from uketsuke.store.requests import RequestRow

SIZE = 100
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


@dataclass(frozen=True)
class LedgerLink:
    """One ledger of the list of ledgers."""

    id: str
    title: str
    count: int


@dataclass(frozen=True)
class LedgerRowView:
    """One row of a ledger."""

    key: str
    href: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class LedgerPage:
    """One ledger, searched, on some day."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[LedgerRowView, ...]
    text: str
    as_of: str
    as_of_word: str
    problem: str
    total: int
    page: int
    size: int
    url: str
    query: str


@dataclass(frozen=True)
class Entry:
    """One version of an asset: when, who, for which request, what changed."""

    at: str
    who: str
    request: str
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class OpenOne:
    """An open request about the asset."""

    number: str
    title: str
    state: str


@dataclass(frozen=True)
class AssetPage:
    """One asset."""

    ledger_id: str
    ledger: str
    key: str
    state: str
    gone: bool
    values: tuple[tuple[str, str], ...]
    history: tuple[Entry, ...]
    open: tuple[OpenOne, ...]


@dataclass(frozen=True)
class Asked:
    """What was asked of a ledger: words, a day as it was typed and as it is understood."""

    text: str = ""
    as_of: str = ""
    as_of_word: str = ""
    problem: str = ""
    page: int = 1


def ledger_page(ledger: Ledger, rows: Sequence[LedgerRow], asked: Asked, naming: Naming) -> LedgerPage:
    """Build the page from every row that was found."""
    query = urlencode({name: value for name, value in (("q", asked.text), ("on", asked.as_of)) if value})
    address = f"/ledgers/{quote(ledger.id)}"
    shown = rows[(asked.page - 1) * SIZE : asked.page * SIZE]
    columns = [column for column in ledger.columns if column.id != ledger.key]
    return LedgerPage(
        id=ledger.id,
        title=ledger.title,
        columns=(_key_label(ledger), *(column.label for column in columns)),
        rows=tuple(
            LedgerRowView(
                row.key,
                f"{address}/{quote(row.key, safe='')}",
                tuple(
                    ledger_value(ledger, column.id, row.values.get(column.id), naming) for column in columns
                ),
            )
            for row in shown
        ),
        text=asked.text,
        as_of=asked.as_of,
        as_of_word=asked.as_of_word,
        problem=asked.problem,
        total=len(rows),
        page=asked.page,
        size=SIZE,
        url=f"{address}?{query}&" if query else f"{address}?",
        query=f"?{query}" if query else "",
    )


def asset_page(
    ledger: Ledger,
    history: Sequence[LedgerVersion],
    numbers: Mapping[int, str],
    open_requests: Sequence[RequestRow],
    naming: Naming,
) -> AssetPage:
    """Build the page of one row from all its versions, oldest first; `numbers` are requests by id."""
    last = history[-1]
    entries = []
    for before, version in zip((None, *history), history, strict=False):
        entries.append(
            Entry(
                naming.at(version.valid_from),
                naming.actor(version.actor),
                (number := numbers.get(version.request_id or 0, "")),
                "" if version.reason == number else version.reason or "",
                _changes(ledger, before.values if before else {}, version.values, naming),
            )
        )
    return AssetPage(
        ledger_id=ledger.id,
        ledger=ledger.title,
        key=last.key,
        state=ledger_value(ledger, "status", last.values.get("status"), naming),
        gone=last.valid_to is not None,
        values=tuple(
            (column.label, ledger_value(ledger, column.id, last.values.get(column.id), naming))
            for column in ledger.columns
        ),
        history=tuple(reversed(entries)),
        open=tuple(
            OpenOne(row.number, title_of(row, naming), naming.wordbook.request_state(row.state))
            for row in open_requests
        ),
    )


def _changes(
    ledger: Ledger, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], naming: Naming
) -> tuple[Change, ...]:
    found = []
    for column in ledger.columns:
        was, becomes = before.get(column.id), after.get(column.id)
        if was != becomes:
            shown = ledger_value(ledger, column.id, was, naming) if was is not None else None
            found.append(Change(column.label, shown, ledger_value(ledger, column.id, becomes, naming)))
    return tuple(found)


def _key_label(ledger: Ledger) -> str:
    column = ledger.column(ledger.key)
    return column.label if column else ledger.key


def as_csv(ledger: Ledger, rows: Iterable[LedgerRow]) -> bytes:
    """UTF-8 with BOM and CRLF (RFC 4180); no cell can be taken for a formula (AP-46)."""
    head = [[column.label for column in ledger.columns]]
    return table(
        head + [[column.shown(row.values.get(column.id)) for column in ledger.columns] for row in rows]
    )


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as Japanese Excel opens them: UTF-8 with BOM, CRLF (RFC 4180), cells that are never executed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([[neutral(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def neutral(text: str) -> str:
    """A cell's text that a spreadsheet shows and never executes."""
    return f"'{text}" if text.startswith(_FORMULA) else text
