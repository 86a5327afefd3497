"""`init` and `check-config`: a place to work in, and whether its settings make sense."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from uketsuke.cli.app_settings import check_apps
from uketsuke.cli.configuration import (
    FILE_NAME,
    ConfigOption,
    configuration_file,
    cover,
    flatten,
    settings_of,
)
from uketsuke.cli.connections import try_all
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.lease_settings import check_leases
from uketsuke.cli.opening import built
from uketsuke.cli.output import Format, FormatOption, columns, show, tell
from uketsuke.cli.words import say
from uketsuke.errors import ConfigurationError
from uketsuke.settings import Settings, load
from uketsuke.store.database import Database


def init(
    folder: Annotated[Path, typer.Argument(help=say("option.init-folder"), metavar="DIR", file_okay=False)],
    form: FormatOption = Format.TEXT,
) -> None:
    """Make the folder, its commented settings, the database and the secret."""
    file = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(_commented_settings(folder.resolve()))
    except FileExistsError as error:
        raise Failure("exists", file=file) from error
    except OSError as error:
        raise Failure("unwritable", file=file, reason=error.strerror) from error
    settings = load(file)
    make_tables(settings)
    commands = [
        f"uketsuke {words} --config {file}" for words in ("check-config", "user add operator01", "run")
    ]
    text = [say("init.done", file=file), say("init.next"), *(f"  {command}" for command in commands)]
    show(form, {"config": str(file), "data_dir": str(settings.data_dir), "next": commands}, text)


def upgrade(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Make the tables, or bring them to this version: all of it, or nothing."""
    settings = settings_of(config)
    make_tables(settings)
    show(form, {"database": "ready"}, [say("upgrade.done")])


def make_tables(settings: Settings) -> None:
    """Tables, data folder and secret."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url())
    database.upgrade()
    database.close()
    built(settings).close()


def check_config(
    config: ConfigOption = None,
    connect: Annotated[bool, typer.Option("--connect", help=say("option.connect"))] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show the effective settings with secrets covered, or every problem at once."""
    file = configuration_file(config)
    try:
        settings = settings_of(config)
        check_apps(settings)
        check_leases(settings)
    except ConfigurationError as error:
        if form is not Format.TEXT:
            show(form, {"file": _name(file), "ok": False, "problems": list(error.problems)})
        raise
    shown = cover(settings)
    attempts = try_all(settings) if connect else []
    failed = [attempt for attempt in attempts if attempt.error is not None]
    facts = {
        "file": _name(file),
        "ok": not failed,
        "problems": [],
        "settings": shown,
        "connections": [attempt.facts() for attempt in attempts],
    }
    text = [*columns(flatten(shown)), *(attempt.line() for attempt in attempts)]
    show(form, facts, text)
    if failed:
        names = ", ".join(attempt.name for attempt in failed)
        raise Failure("connections", Code.UNREACHABLE, names=names)
    tell(say("check.good", file=file or say("check.no-file")))


def _commented_settings(folder: Path) -> str:
    source = files("uketsuke.templates").joinpath("config", FILE_NAME)
    return source.read_text("utf-8").replace("@FOLDER@", folder.as_posix())


def _name(file: Path | None) -> str | None:
    return None if file is None else str(file)
