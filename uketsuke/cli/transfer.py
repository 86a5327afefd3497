"""`import`: tables in, with a verdict for every row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from uketsuke.app import App
from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.directory_registers import AccountsRegister, DepartmentsRegister, MailboxesRegister
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.importing import WRITTEN, Judged, TooManyLeft, Verdict, Way, bring_in
from uketsuke.cli.ledger_register import LedgerRegister
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, show
from uketsuke.cli.people_register import PeopleRegister
from uketsuke.cli.posts_register import PostsRegister
from uketsuke.cli.registers import ACTOR, Register
from uketsuke.cli.words import say
from uketsuke.domain.sheet import Sheet, UnreadableSheet, read_sheet
from uketsuke.intake.workbook import is_workbook, read_workbook
from uketsuke.store.transaction import Transaction

FileArgument = Annotated[
    Path, typer.Argument(help=say("option.csv"), exists=True, dir_okay=False, metavar="FILE")
]
NameArgument = Annotated[str, typer.Argument(help=say("option.ledger"), metavar="NAME")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help=say("option.dry-run"))]

SkipErrorsOption = Annotated[bool, typer.Option("--skip-errors", help=say("option.skip-errors"))]
CompleteOption = Annotated[bool, typer.Option("--complete", help=say("option.complete"))]
LeaversOption = Annotated[int | None, typer.Option("--leavers", help=say("option.leavers"), min=0)]
OtherColumnsOption = Annotated[bool, typer.Option("--other-columns", help=say("option.other-columns"))]
SheetOption = Annotated[str | None, typer.Option("--sheet", help=say("option.sheet"), metavar="NAME")]

Make = Callable[[App, Transaction], Register]
"""Gives the register that a command works on, once the app is open."""


@dataclass(frozen=True)
class Source:
    """The file that is imported, and which of its sheets."""

    file: Path
    sheet: str | None = None

    def read(self) -> Sheet:
        """Raises `UnreadableSheet`."""
        raw = self.file.read_bytes()
        return read_workbook(raw, self.sheet) if is_workbook(raw) else read_sheet(raw)

    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


def import_people(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    complete: CompleteOption = False,
    leavers: LeaversOption = None,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """The directory of persons."""
    way = Way(dry_run, skip_errors, complete, leavers, other_columns)
    _import(lambda app, tx: PeopleRegister(app.today()), Source(file, sheet), way, config, form)


def import_posts(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    complete: CompleteOption = False,
    leavers: LeaversOption = None,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """For whom people may ask beside themselves."""
    way = Way(dry_run, skip_errors, complete, leavers, other_columns)
    _import(lambda app, tx: PostsRegister(app.today()), Source(file, sheet), way, config, form)


def import_departments(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """The departments."""
    way = Way(dry_run, skip_errors, other_columns=other_columns)
    _import(lambda app, tx: DepartmentsRegister(), Source(file, sheet), way, config, form)


def import_mailboxes(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """The mailboxes that sections share."""
    way = Way(dry_run, skip_errors, other_columns=other_columns)
    _import(lambda app, tx: MailboxesRegister(), Source(file, sheet), way, config, form)


def import_accounts(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    complete: CompleteOption = False,
    leavers: LeaversOption = None,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Accounts of named systems."""
    way = Way(dry_run, skip_errors, complete, leavers, other_columns)
    _import(lambda app, tx: AccountsRegister(), Source(file, sheet), way, config, form)


def import_ledger(
    name: NameArgument,
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_errors: SkipErrorsOption = False,
    other_columns: OtherColumnsOption = False,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """One ledger."""
    way = Way(dry_run, skip_errors, other_columns=other_columns)
    _import(lambda app, tx: ledger_register(app, tx, name), Source(file, sheet), way, config, form)


def ledger_register(app: App, tx: Transaction, name: str) -> LedgerRegister:
    """The ledger of that name, with every column its rows have; raises `Failure`."""
    ledger = app.catalogue.ledgers.get(name)
    if ledger is None:
        raise Failure("no-ledger", Code.USAGE, ledger=name, ledgers=", ".join(sorted(app.catalogue.ledgers)))
    declared = {column.id for column in ledger.columns}
    found = {value for row in tx.ledgers.export_rows(name) for value in row.values}
    return LedgerRegister(ledger, tuple(sorted(found - declared)))


def _import(make: Make, source: Source, way: Way, config: Path | None, form: Format) -> None:
    if way.complete and way.skip_errors:
        raise Failure("complete-skips", Code.USAGE)
    try:
        sheet = source.read()
        with app_of(config) as app:
            name, judged = _bring(app, make, sheet, source, way)
    except UnreadableSheet as error:
        reason = say(f"sheet.{error.reason}", detail=error.detail)
        raise Failure("bad-sheet", file=source.file, reason=reason) from error
    except TooManyLeft as error:
        raise Failure("too-many-left", Code.PERSON, count=error.count) from error
    _tell(name, source, sheet, judged, way, form)


def _bring(app: App, make: Make, sheet: Sheet, source: Source, way: Way) -> tuple[str, list[Judged]]:
    """All rows in one transaction; a dry run only reads."""
    opened = app.database.reading if way.dry_run else partial(app.database.transaction, "import")
    with opened() as tx:
        register = make(app, tx)
        judged = bring_in(tx, register, sheet, source.file.name, way)
        if not way.dry_run:
            _note(tx, register, judged, source, way)
        return register.name, judged


def _note(tx: Transaction, register: Register, judged: list[Judged], source: Source, way: Way) -> None:
    """One audit entry for what was written; the rows of a ledger carry their own history."""
    counts = Counter(one.verdict for one in judged)
    if counts[Verdict.REFUSED] and not way.skip_errors:
        return
    tx.marks.set(f"import:{register.name}", {"rows": len(judged)})
    if not any(counts[verdict] for verdict in WRITTEN):
        return
    named = {verdict: [one for one in judged if one.verdict is verdict and one.whole] for verdict in WRITTEN}
    personal: dict[str, JsonValue] = {
        verdict.value: [f"{one.key} {(one.whole or {}).get('name', '')}".strip() for one in found]
        for verdict, found in named.items()
        if found
    }
    tx.audit.append(
        at=tx.now,
        actor=ACTOR,
        action="import",
        subject=f"register:{register.name}",
        reason=source.file.name,
        facts={**{verdict.value: counts[verdict] for verdict in counts}, "sha256": source.digest()},
        personal=None if isinstance(register, LedgerRegister) else personal,
    )


def _tell(name: str, source: Source, sheet: Sheet, judged: list[Judged], way: Way, form: Format) -> None:
    counts = Counter(one.verdict for one in judged)
    totals = {verdict.value: counts[verdict] for verdict in Verdict} | {"all": len(judged)}
    facts = {
        "register": name,
        "file": str(source.file),
        "encoding": sheet.encoding,
        "dry_run": way.dry_run,
        "written": not way.dry_run and (way.skip_errors or not counts[Verdict.REFUSED]),
        "rows": [one.facts() for one in judged],
        "totals": totals,
    }
    summary = say("row.totals-dry" if way.dry_run else "row.totals", **totals)
    show(form, facts, [*(one.text() for one in judged), summary], rows="rows")
    if counts[Verdict.REFUSED]:
        done = "skipping" if way.skip_errors else "nothing"
        said = say(f"row.would-be-{done}" if way.dry_run else f"row.was-{done}")
        raise Failure("rows-refused", Code.PERSON, count=counts[Verdict.REFUSED], done=said)
