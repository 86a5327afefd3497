"""`export`: tables out without loss, as `import` reads them."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.directory_registers import AccountsRegister, DepartmentsRegister, MailboxesRegister
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, show
from uketsuke.cli.people_register import PeopleRegister
from uketsuke.cli.posts_register import PostsRegister
from uketsuke.cli.transfer import Make, NameArgument, ledger_register
from uketsuke.cli.words import say
from uketsuke.domain.calendar import JST
from uketsuke.domain.sheet import write_sheet


def export_people(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """The directory of persons."""
    _export(lambda app, tx: PeopleRegister(app.today()), None, config, form)


def export_posts(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """For whom people may ask beside themselves."""
    _export(lambda app, tx: PostsRegister(app.today()), None, config, form)


def export_departments(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """The departments."""
    _export(lambda app, tx: DepartmentsRegister(), None, config, form)


def export_mailboxes(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """The mailboxes that sections share."""
    _export(lambda app, tx: MailboxesRegister(), None, config, form)


def export_accounts(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Accounts of named systems."""
    _export(lambda app, tx: AccountsRegister(), None, config, form)


def export_ledger(
    name: NameArgument,
    as_of: Annotated[str | None, typer.Option("--as-of", help=say("option.as-of"), metavar="DATE")] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """One ledger, now or as it stood at the end of a day."""
    _export(lambda app, tx: ledger_register(app, tx, name), _end_of(as_of), config, form)


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
