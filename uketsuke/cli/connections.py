"""Whether what the settings name answers: tried by `check-config --connect`, changing nothing."""

from __future__ import annotations

import imaplib
import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from uketsuke.bootstrap import connectors
from uketsuke.boundary import outside
from uketsuke.cli.words import say
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.errors import ConfigurationError, Refused, TryLater
from uketsuke.settings import Mailbox, Settings, Smtp
from uketsuke.store.database import Database
from uketsuke.systems import KintoneApp

SECONDS = 10
"""How long a peer may take to answer."""


@dataclass(frozen=True)
class Attempt:
    """One peer that was tried."""

    name: str
    error: str | None

    def facts(self) -> dict[str, object]:
        """As data."""
        return {"name": self.name, "ok": self.error is None, "error": self.error}

    def line(self) -> str:
        """For people."""
        return say("check.reached" if self.error is None else "check.not-reached", **self.facts())


def try_all(settings: Settings) -> list[Attempt]:
    """Try the database, every mailbox, the mail server, every directory and every app of kintone."""
    return [
        _attempt("database", lambda: _database(settings)),
        *(_attempt(f"mailbox {box.name}", _mailbox(box)) for box in settings.mailbox),
        _attempt("smtp", lambda: _smtp(settings, settings.smtp)),
        *_systems(settings),
        *(_attempt(f"kintone {one.id}", _app(settings, one.id)) for one in apps_of(settings)),
    ]


def _systems(settings: Settings) -> list[Attempt]:
    """Directories, and the administration of kintone."""
    if settings.kintone is None:
        return [_attempt(f"system {name}", one.check) for name, one in connectors(settings, None).items()]
    with KintonePort(settings.kintone) as port:
        return [_attempt(f"system {name}", one.check) for name, one in connectors(settings, port).items()]


def _attempt(name: str, ask: Callable[[], None]) -> Attempt:
    try:
        ask()
    except ConfigurationError as error:
        return Attempt(name, "; ".join(error.problems))
    except (TryLater, Refused) as error:
        return Attempt(name, error.reason)
    except (OSError, ssl.SSLError, imaplib.IMAP4.error, smtplib.SMTPException) as error:
        return Attempt(name, str(error) or type(error).__name__)
    return Attempt(name, None)


def _database(settings: Settings) -> None:
    database = Database(settings.database_url())
    try:
        database.check_revision()
    finally:
        database.close()


def _mailbox(box: Mailbox) -> Callable[[], None]:
    def ask() -> None:
        parts = urlsplit(box.url.get_secret_value())
        if parts.scheme == "folder":
            _writable(Path(unquote(parts.path)))
            return
        with outside("check.imap"):
            client = (
                imaplib.IMAP4_SSL(parts.hostname or "localhost", parts.port or 993, timeout=SECONDS)
                if parts.scheme == "imaps"
                else imaplib.IMAP4(parts.hostname or "localhost", parts.port or 143, timeout=SECONDS)
            )
            with client:
                client.login(unquote(parts.username or ""), unquote(parts.password or ""))
                folder = unquote(parts.path.lstrip("/")) or "INBOX"
                status, _ = client.select(f'"{folder}"', readonly=True)
                if status != "OK":
                    raise OSError(f"no folder {folder}")

    return ask


def _smtp(settings: Settings, smtp: Smtp) -> None:
    url = smtp.url.get_secret_value()
    if url.startswith("maildir:"):
        _writable(settings.path(url.removeprefix("maildir:").replace("///", "/")))
        return
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    default = 465 if parts.scheme == "smtps" else 25
    with (
        outside("check.smtp"),
        kind(parts.hostname or "localhost", parts.port or default, timeout=SECONDS) as client,
    ):
        client.ehlo_or_helo_if_needed()
        if smtp.starttls != "never" and client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))


def apps_of(settings: Settings) -> tuple[KintoneApp, ...]:
    """The apps whose records are taken in."""
    return settings.kintone.app if settings.kintone else ()


def _app(settings: Settings, app: int) -> Callable[[], None]:
    """Whether its form may be read: then its token is right."""

    def ask() -> None:
        assert settings.kintone is not None  # noqa: S101 - only asked for apps of the settings
        with KintonePort(settings.kintone) as port:
            KintoneClient(port).form(app)

    return ask


def _writable(folder: Path) -> None:
    """The nearest folder that exists must let us write."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK):
        raise OSError(f"{there} cannot be written")
