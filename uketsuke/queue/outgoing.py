"""A letter as a mail: the bytes that leave, always the same for the same letter.

Headers mark it as ours and automatic, so that no robot answers it (RFC 3834) and
we know it when it comes back; nothing from outside reaches a header unencoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from uketsuke.domain.calendar import local
from uketsuke.domain.letter import Envelope

OWN_HEADER = "X-Uketsuke"


@dataclass(frozen=True)
class Sheet:
    """What goes into a mail."""

    sender: str
    sender_name: str
    to: str
    cc: tuple[str, ...]
    subject: str
    body: str
    message_id: str
    """Like `in_reply_to` and `references`: without angle brackets."""
    written_at: datetime
    in_reply_to: str | None
    references: tuple[str, ...]
    token: str
    answers_mail: bool
    """Sent because a mail came in (auto-replied), or of our own accord (auto-generated)."""


def seal(sheet: Sheet) -> Envelope:
    """Make the mail; raises `ValueError` for an address or header that cannot be one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sheet.sender_name, addr_spec=sheet.sender)
    mail["To"] = Address(addr_spec=sheet.to)
    if sheet.cc:
        mail["Cc"] = tuple(Address(addr_spec=address) for address in sheet.cc)
    mail["Subject"] = sheet.subject
    mail["Date"] = format_datetime(local(sheet.written_at))
    mail["Message-ID"] = f"<{sheet.message_id}>"
    if sheet.in_reply_to:
        mail["In-Reply-To"] = f"<{sheet.in_reply_to}>"
    if sheet.references:
        mail["References"] = " ".join(f"<{one}>" for one in sheet.references)
    mail["Auto-Submitted"] = "auto-replied" if sheet.answers_mail else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[OWN_HEADER] = sheet.token
    mail.set_content(sheet.body, charset="utf-8", cte="base64")
    return Envelope(sheet.sender, (sheet.to, *sheet.cc), sheet.message_id, mail.as_bytes())
