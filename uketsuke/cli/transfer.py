"""`import` and `export`: tables in, with a verdict for every row, and out without loss."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from uketsuke.app import App
from uketsuke.cli.cells import WrongCell
from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.directory_registers import DepartmentsRegister, PeopleRegister
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.ledger_register import LedgerRegister
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, show
from uketsuke.cli.registers import ACTOR, Cells, Register, reason_of
from uketsuke.cli.words import say
from uketsuke.domain.calendar import JST
from uketsuke.domain.sheet import Sheet, SheetRow, UnreadableSheet, read_sheet, write_sheet
from uketsuke.domain.text import key as text_key
from uketsuke.store.transaction import Transaction

FileArgument = Annotated[
    Path, typer.Argument(help=say("option.csv"), exists=True, dir_okay=False, metavar="FILE.csv")
]
NameArgument = Annotated[str, typer.Argument(help=say("option.ledger"), metavar="NAME")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=say("option.dry-run"))]

Make = Callable[[App, Transaction], Register]
"""Gives the register that a command works on, once the app is open."""


class Verdict(StrEnum):
    """What an import does with a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class Judged:
    """One row of the file, and what is done with it."""

    line: int
    key: str
    verdict: Verdict
    reason: str = ""

    def facts(self) -> dict[str, Any]:
        """As data."""
        return {
            "line": self.line,
            "key": self.key,
            "verdict": self.verdict.value,
            "reason": self.reason or None,
        }

    def text(self) -> str:
        """For people."""
        word = say(f"row.{self.verdict.value}")
        return say("row.line", line=self.line, key=self.key, verdict=word, reason=self.reason).rstrip()


def import_people(
    file: FileArgument,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """The directory of persons."""
    _import(lambda app, tx: PeopleRegister(), file, dry_run, config, form)


def import_departments(
    file: FileArgument,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """The departments."""
    _import(lambda app, tx: DepartmentsRegister(), file, dry_run, config, form)


def import_ledger(
    name: NameArgument,
    file: FileArgument,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """One ledger."""
    _import(lambda app, tx: ledger_register(app, tx, name), file, dry_run, config, form)


def export_people(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """The directory of persons."""
    _export(lambda app, tx: PeopleRegister(), None, config, form)


def export_departments(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """The departments."""
    _export(lambda app, tx: DepartmentsRegister(), None, config, form)


def export_ledger(
    name: NameArgument,
    as_of: Annotated[str | None, typer.Option("--as-of", help=say("option.as-of"), metavar="DATE")] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """One ledger, now or as it stood at the end of a day."""
    _export(lambda app, tx: ledger_register(app, tx, name), _end_of(as_of), config, form)


def ledger_register(app: App, tx: Transaction, name: str) -> LedgerRegister:
    """The ledger of that name, with every column its rows have; raises `Failure`."""
    ledger = app.catalogue.ledgers.get(name)
    if ledger is None:
        raise Failure("no-ledger", Code.USAGE, ledger=name, ledgers=", ".join(sorted(app.catalogue.ledgers)))
    declared = {column.id for column in ledger.columns}
    found = {value for row in tx.ledgers.export_rows(name) for value in row.values}
    return LedgerRegister(ledger, tuple(sorted(found - declared)))


def bring_in(tx: Transaction, register: Register, sheet: Sheet, reason: str, *, write: bool) -> list[Judged]:
    """Judge every row and, unless this is a dry run, write what differs."""
    names = _names(register, sheet)
    current, seen = register.current(tx), set[str]()
    judged = []
    for row in sheet.rows:
        cells = {names[heading]: cell.strip() for heading, cell in row.cells.items() if heading in names}
        key = register.key(cells)
        verdict = _judge(register, row, cells, current.get(key), key in seen)
        seen.add(key)
        if write and verdict.verdict in (Verdict.ADDED, Verdict.CHANGED):
            whole = {**dict.fromkeys(register.columns, ""), **current.get(key, {}), **cells}
            register.put(tx, whole, verdict.verdict is Verdict.ADDED, reason)
        judged.append(verdict)
    return judged


def _judge(register: Register, row: SheetRow, cells: Cells, before: Cells | None, twice: bool) -> Judged:
    key = register.key(cells)
    missing = [
        register.columns[name]
        for name in register.required
        if not (cells.get(name) or (before or {}).get(name))
    ]
    if missing or row.surplus or twice:
        code = "missing" if missing else "surplus" if row.surplus else "twice"
        return Judged(row.line, key, Verdict.REFUSED, say(f"row.{code}", column="、".join(missing), cell=""))
    whole = {**dict.fromkeys(register.columns, ""), **(before or {}), **cells}
    try:
        register.check(whole)
    except (WrongCell, ValidationError) as error:
        return Judged(row.line, key, Verdict.REFUSED, reason_of(error))
    if before is None:
        return Judged(row.line, key, Verdict.ADDED)
    return Judged(row.line, key, Verdict.SAME if whole == before else Verdict.CHANGED)


def _names(register: Register, sheet: Sheet) -> dict[str, str]:
    """Heading of the file → column; raises `UnreadableSheet` for headings nobody knows."""
    known = {text_key(word): name for name, label in register.columns.items() for word in (label, name)}
    names = {heading: known[text_key(heading)] for heading in sheet.headings if text_key(heading) in known}
    unknown = [heading for heading in sheet.headings if heading and heading not in names]
    if unknown:
        raise UnreadableSheet("headings", ", ".join(unknown))
    missing = [register.columns[name] for name in register.required[:1] if name not in names.values()]
    if missing:
        raise UnreadableSheet("no-key", ", ".join(missing))
    return names


def _import(make: Make, file: Path, dry_run: bool, config: Path | None, form: Format) -> None:
    raw = file.read_bytes()
    try:
        sheet = read_sheet(raw)
        with app_of(config) as app:
            name, judged = _bring(app, make, sheet, file.name, raw, dry_run)
    except UnreadableSheet as error:
        reason = say(f"sheet.{error.reason}", detail=error.detail)
        raise Failure("bad-sheet", file=file, reason=reason) from error
    _tell(name, file, sheet, judged, dry_run, form)


def _bring(
    app: App, make: Make, sheet: Sheet, file_name: str, raw: bytes, dry_run: bool
) -> tuple[str, list[Judged]]:
    """All rows in one transaction; a dry run only reads."""
    if dry_run:
        with app.database.reading() as tx:
            register = make(app, tx)
            return register.name, bring_in(tx, register, sheet, file_name, write=False)
    with app.database.transaction("import") as tx:
        register = make(app, tx)
        judged = bring_in(tx, register, sheet, file_name, write=True)
        _note(tx, register, judged, file_name, raw)
        return register.name, judged


def _note(tx: Transaction, register: Register, judged: list[Judged], name: str, raw: bytes) -> None:
    """One audit entry for the import; the rows of a ledger carry their own history."""
    counts = Counter(one.verdict.value for one in judged)
    if counts[Verdict.ADDED.value] or counts[Verdict.CHANGED.value]:
        digest = hashlib.sha256(raw).hexdigest()
        tx.audit.append(
            at=tx.now,
            actor=ACTOR,
            action="import",
            subject=f"register:{register.name}",
            reason=name,
            facts={**counts, "sha256": digest},
        )


def _tell(name: str, file: Path, sheet: Sheet, judged: list[Judged], dry_run: bool, form: Format) -> None:
    counts = Counter(one.verdict for one in judged)
    totals = {verdict.value: counts[verdict] for verdict in Verdict} | {"all": len(judged)}
    facts = {
        "register": name,
        "file": str(file),
        "encoding": sheet.encoding,
        "dry_run": dry_run,
        "rows": [one.facts() for one in judged],
        "totals": totals,
    }
    summary = say("row.totals-dry" if dry_run else "row.totals", **totals)
    show(form, facts, [*(one.text() for one in judged), summary], rows="rows")
    if counts[Verdict.REFUSED]:
        done = say("row.would-be" if dry_run else "row.done")
        kept = len(judged) - counts[Verdict.REFUSED]
        raise Failure("rows-refused", Code.PERSON, count=counts[Verdict.REFUSED], kept=kept, done=done)


def _export(make: Make, as_of: datetime | None, config: Path | None, form: Format) -> None:
    with app_of(config) as app, app.database.reading() as tx:
        register = make(app, tx)
        rows = register.current(tx, as_of)
    if form is not Format.TEXT:
        show(form, {"register": register.name, "rows": list(rows.values())}, rows="rows")
        return
    cells = ([row.get(name, "") for name in register.columns] for _, row in sorted(rows.items()))
    _write(write_sheet(list(register.columns.values()), cells))


def _write(raw: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def _end_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Failure("bad-date", Code.USAGE, text=text) from error
    return datetime.combine(day + timedelta(days=1), time(), JST) - timedelta(microseconds=1)
