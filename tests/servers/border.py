"""A relay that delivers to a Dovecot mailbox and notes on the way what a border host would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from .dovecot import Dovecot
from .smtp import SmtpRelay

Stamp = Callable[[str | None, bytes], str]
"""Envelope sender and mail → the value of an Authentication-Results header; `""` for none."""


class Border(SmtpRelay):
    """See the module. `drops` takes forged results of its own name out, as RFC 8601 5 asks."""

    def __init__(
        self, log: Path, mailbox: Dovecot, host: str, stamp: Stamp, peer: str, drops: bool = True
    ) -> None:
        super().__init__(log)
        self.mailbox, self.host, self.stamp, self.peer, self.drops = mailbox, host, stamp, peer, drops

    def _accept_message(self, envelope: object, raw: bytes) -> bytes:
        """Accept as ever, then deliver with what was noted on top."""
        sender = getattr(envelope, "sender", None)
        answer = super()._accept_message(envelope, raw)  # type: ignore[arg-type]
        results = self.stamp(sender, raw)
        lines = [
            f"Return-Path: <{sender or ''}>",
            f"Authentication-Results: {self.host}; {results}" if results else "",
            f"Received: from {self.peer} by {self.host} with ESMTP; {format_datetime(datetime.now(UTC))}",
        ]
        top = "".join(f"{line}\r\n" for line in lines if line).encode()
        self.mailbox.deliver(top + (self._cleaned(raw) if self.drops else raw))
        return answer

    def _cleaned(self, raw: bytes) -> bytes:
        mark = f"authentication-results: {self.host}".encode()
        head, blank, body = raw.partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(mark)]
        return b"\r\n".join(kept) + blank + body
