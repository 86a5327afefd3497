"""Sending marked mails over the real route and finding them again, for `doctor --mail-path`.

Reads without changing anything: the folders are opened read-only and no flag is set.
"""

from __future__ import annotations

import imaplib
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from uketsuke.boundary import outside
from uketsuke.errors import TryLater
from uketsuke.queue.probe import HEADER
from uketsuke.settings import Mailbox, Smtp

SECONDS = 20
"""How long a peer may take to answer."""
PAUSE = 0.5
"""Between two looks into the mailbox."""


def post(smtp: Smtp, to: str, mails: dict[str, tuple[str, bytes]]) -> dict[str, str]:
    """Hand each mail (name → envelope sender and bytes) to the relay; gives the refused ones with the answer.

    Raises `TryLater` when the relay cannot be reached.
    """
    refused: dict[str, str] = {}
    for name, (sender, raw) in mails.items():
        with _relay(smtp) as client:
            try:
                with outside("doctor.send"):
                    client.sendmail(sender, [to], raw)
            except smtplib.SMTPResponseException as error:
                refused[name] = f"{error.smtp_code}"
            except smtplib.SMTPRecipientsRefused as error:
                refused[name] = f"{next(iter(error.recipients.values()))[0]}"
    return refused


def await_arrival(box: Mailbox, message_ids: set[str], seconds: float) -> dict[str, bytes]:
    """The mails that came, by Message-ID, in the mailbox or where the intake has moved them to."""
    until = time.monotonic() + seconds
    found: dict[str, bytes] = {}
    while True:
        found |= _look(box, message_ids - found.keys())
        if len(found) == len(message_ids) or time.monotonic() >= until:
            return found
        time.sleep(PAUSE)


@contextmanager
def _relay(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(smtp.url.get_secret_value())
    tls = parts.scheme == "smtps"
    kind = smtplib.SMTP_SSL if tls else smtplib.SMTP
    try:
        with outside("doctor.smtp"):
            client = kind(parts.hostname or "localhost", parts.port or (465 if tls else 25), timeout=SECONDS)
            client.ehlo_or_helo_if_needed()
            if smtp.starttls != "never" and not tls and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
            if parts.username:
                client.login(unquote(parts.username), unquote(parts.password or ""))
        yield client
        with outside("doctor.quit"):
            client.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater("smtp", str(error) or type(error).__name__) from error


def _look(box: Mailbox, wanted: set[str]) -> dict[str, bytes]:
    parts = urlsplit(box.url.get_secret_value())
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    folders = [unquote(parts.path.lstrip("/")) or "INBOX", *([box.move_to] if box.move_to else [])]
    found: dict[str, bytes] = {}
    try:
        with outside("doctor.imap"), kind(parts.hostname or "localhost", port, timeout=SECONDS) as client:
            client.login(unquote(parts.username or ""), unquote(parts.password or ""))
            for folder in folders:
                found |= _find(client, folder, wanted)
    except (OSError, imaplib.IMAP4.error) as error:
        raise TryLater("imap", str(error) or type(error).__name__) from error
    return found


def _find(client: imaplib.IMAP4, folder: str, wanted: set[str]) -> dict[str, bytes]:
    """Of one folder, which may not exist yet."""
    status, _ = client.select(f'"{folder}"', readonly=True)
    if status != "OK":
        return {}
    _, answer = client.search(None, "HEADER", HEADER, '""')
    found: dict[str, bytes] = {}
    for number in (answer[0] or b"").split():
        _, parts = client.fetch(number.decode("ascii"), "(BODY.PEEK[])")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        found |= {one: raw for one in wanted if f"<{one}>".encode() in raw[:65_536]}
    return found
