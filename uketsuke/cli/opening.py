"""The parts a command works with, made from its settings and let go of afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uketsuke import bootstrap
from uketsuke.app import App
from uketsuke.cli.app_settings import check_apps
from uketsuke.cli.configuration import settings_of
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.lease_settings import check_leases
from uketsuke.errors import ConfigurationError
from uketsuke.processors.catalogue import DeclaredTwice, UnknownCity
from uketsuke.settings import Settings
from uketsuke.store.database import Database


@contextmanager
def app_of(config: Path | None) -> Iterator[App]:
    """The app of these settings; raises `ConfigurationError` or `Failure` when it cannot be made."""
    with opened(settings_of(config)) as app:
        yield app


@contextmanager
def opened(settings: Settings) -> Iterator[App]:
    """The app of settings that were loaded already."""
    app = built(settings)
    try:
        yield app
    finally:
        app.close()


def built(settings: Settings) -> App:
    """The app, for the caller to close."""
    check_place(settings)
    check_apps(settings)
    if settings.mode == "production":
        check_leases(settings)
    try:
        return bootstrap.build(settings)
    except UnknownCity as error:
        raise ConfigurationError((f"city: {error}",)) from error
    except DeclaredTwice as error:
        raise ConfigurationError((f"services_folder: {error}",)) from error


def check_database(settings: Settings) -> None:
    """Fail here, with a message for people, rather than in several processes at once."""
    check_place(settings)
    database = Database(settings.database_url())
    try:
        database.check_revision()
    finally:
        database.close()


def check_place(settings: Settings) -> None:
    """SQLite cannot say that its folder is missing; this does."""
    file = settings.database_url().removeprefix("sqlite:///")
    if file != settings.database_url() and not Path(file).parent.is_dir():
        raise Failure("no-data", Code.CONFIGURATION, folder=Path(file).parent)
