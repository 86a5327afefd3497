"""The one place where the parts meet: production, tests and demo call the same functions."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

from uketsuke.app import App, ContentReader, Sender
from uketsuke.clock import Clock, clock_of
from uketsuke.connectors.base import ExternalConnector
from uketsuke.connectors.directory import DirectoryConnector
from uketsuke.connectors.holidays import japanese_holidays
from uketsuke.connectors.kintone_admin import KintoneAdminConnector
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.domain.calendar import Calendar, local_day
from uketsuke.errors import ConfigurationError
from uketsuke.intake.kintone import AppInlet
from uketsuke.intake.limits import Limits
from uketsuke.intake.polling import Inlet, MailInlet
from uketsuke.intake.reader import Reader
from uketsuke.processors.catalogue import Catalogue, UnknownService
from uketsuke.queue.deliver import SmtpSender
from uketsuke.queue.maildir import MaildirSender
from uketsuke.settings import Settings, Smtp
from uketsuke.store.database import Database
from uketsuke.systems import KintoneApp, KintoneSite
from uketsuke.templates.letters import GENERAL, LetterTemplates
from uketsuke.templates.wordbook import Wordbook

YEARS_AROUND = 5
"""Holidays are known this many years back and ahead."""


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    reader: ContentReader | None = None,
    sender: Sender | None = None,
) -> App:
    """Put the parts together; refuses tables of another version (`ConfigurationError`)."""
    clock = clock or clock_of(settings.clock)
    database = Database(settings.database_url(), clock=clock.now)
    database.check_revision()
    catalogue = Catalogue.load(settings.city, settings.services_folder)
    letters, wordbook = _texts(settings, catalogue)
    kintone = KintonePort(settings.kintone) if settings.kintone else None
    return App(
        settings=settings,
        secret=_secret(settings),
        database=database,
        clock=clock,
        calendar=_calendar(settings, clock),
        catalogue=catalogue,
        letters=letters,
        wordbook=wordbook,
        reader=reader or Reader(Limits(dkim_keys=dkim_keys(settings))),
        sender=sender or make_sender(settings),
        systems=connectors(settings, kintone),
        kintone=kintone,
    )


def dkim_keys(settings: Settings) -> tuple[tuple[str, str], ...]:
    """The key records of the settings, read where they lie in a file."""
    return tuple((name, _record(name, value)) for name, value in settings.trust.dkim_keys.items())


def _record(name: str, value: str) -> str:
    if not value.startswith("file:"):
        return value
    try:
        return Path(value.removeprefix("file:")).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError((f"trust.dkim_keys: the key of {name} cannot be read",)) from None


def _texts(settings: Settings, catalogue: Catalogue) -> tuple[LetterTemplates, Wordbook]:
    """Letters, checked, and words; a city's own folder is read anew for each application."""
    if settings.services_folder is None:
        return _texts_of_the_package(settings.city, settings.language)
    return _read_texts(settings.city, settings.language, settings.services_folder, catalogue)


@cache
def _texts_of_the_package(cities: tuple[str, ...], language: str) -> tuple[LetterTemplates, Wordbook]:
    """Read and checked once in a process: neither changes, nor knows anything of an application."""
    return _read_texts(cities, language, None, Catalogue.load(cities))


def _read_texts(
    cities: tuple[str, ...], language: str, folder: Path | None, catalogue: Catalogue
) -> tuple[LetterTemplates, Wordbook]:
    letters = LetterTemplates.load(cities, folder)
    letters.check({**GENERAL, **_declared(catalogue)})
    return letters, Wordbook.load(language, folder)


def _declared(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Every letter of every service with the variables it may use (UX AP-55)."""
    return {
        service.template(block.name): block.variables
        for service in catalogue.all()
        for block in service.letters
    }


def connectors(settings: Settings, kintone: KintonePort | None = None) -> dict[str, ExternalConnector]:
    """What changes accounts by itself, by the system's name; nothing is contacted."""
    found: dict[str, ExternalConnector] = {}
    for name, system in settings.systems.items():
        if system.connector == "directory":
            found[name] = DirectoryConnector(name, system)
        elif system.connector == "kintone":
            if kintone is None:
                raise ConfigurationError((f"systems.{name}: the connector kintone needs [kintone]",))
            found[name] = KintoneAdminConnector(name, system, kintone)
    return found


def inlets(app: App) -> tuple[Inlet, ...]:
    """Every place of the settings that messages come from; nothing is contacted."""
    mailboxes = (MailInlet(number, box) for number, box in enumerate(app.settings.mailbox))
    return (*mailboxes, *app_inlets(app))


def app_inlets(app: App) -> tuple[AppInlet, ...]:
    """The apps of kintone whose records are applications."""
    site = app.settings.kintone
    if site is None or app.kintone is None:
        return ()
    client = KintoneClient(app.kintone)
    return tuple(_app_inlet(site, one, client, app.catalogue) for one in site.app)


def _app_inlet(site: KintoneSite, app: KintoneApp, client: KintoneClient, catalogue: Catalogue) -> AppInlet:
    """The app with what its service calls its fields; a service that is not there has no names for them."""
    try:
        service = catalogue.service(app.service)
    except UnknownService:
        return AppInlet(app, site.url, client, site.writes_as(app.id))
    specs = service.request.specs()
    labels = {code: specs[name].label for code, name in app.fields.items() if name in specs}
    known = frozenset(service.labels())
    return AppInlet(app, site.url, client, site.writes_as(app.id), labels, known)


def make_sender(settings: Settings) -> Sender:
    """SMTP or Maildir, as the URL says."""
    url = settings.smtp.url.get_secret_value()
    if url.startswith("maildir:"):
        return MaildirSender(_maildir(settings, settings.smtp))
    return SmtpSender(settings.smtp)


def _maildir(settings: Settings, smtp: Smtp) -> Path:
    name = smtp.url.get_secret_value().removeprefix("maildir:")
    absolute = "/" + name.lstrip("/") if name.startswith("/") else None
    return Path(absolute) if absolute else settings.path(name)


def _calendar(settings: Settings, clock: Clock) -> Calendar:
    hours = settings.hours
    year = local_day(clock.now()).year
    holidays = japanese_holidays(range(year - YEARS_AROUND, year + YEARS_AROUND + 1))
    holidays |= dict.fromkeys(hours.closed_days, "閉庁日")
    return Calendar(
        holidays,
        hours.closed_from,
        hours.closed_to,
        hours.opening,
        hours.closing,
        frozenset(hours.open_days),
    )


def _secret(settings: Settings) -> bytes:
    """What signs tokens: from the settings, else a file in the data directory, made once and whole."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    path = settings.path("secret")
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        found = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            (f"data_dir: {settings.data_dir} cannot be used ({error.strerror})",)
        ) from None
    if not found:
        raise ConfigurationError((f"secret: {path} is empty; delete it, and start again",))
    return found


def _make_secret(path: Path) -> None:
    """Under its name only when it is whole and on the disk; whoever comes second keeps the first's."""
    own = path.with_name(f"secret-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()


def poll_lease(settings: Settings) -> timedelta:
    """How long a poller may be silent before another takes over."""
    return timedelta(seconds=settings.queue.lease_seconds)
