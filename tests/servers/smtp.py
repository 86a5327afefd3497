"""An SMTP relay that remembers durably what it accepted, and fails exactly as told.

A message is written to the log and fsynced before 250 is said, so that the log is the truth about what
was delivered, also when the reply was lost. Runs in a thread (`SmtpRelay`) or as a process of its own:
`python -m tests.servers.smtp --log FILE --port 2525`.

Steps for faults, in order: connect, ehlo, starttls, mail, rcpt, data (before 354), body (within the
message), dot (the final dot; `CUT_AFTER` there is "accepted, but never answered"), quit.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import signal
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .loopback import Connection, Cut, LoopbackServer
from .programs import HOST

NAME = "relay.example.lg.jp"


@dataclass(frozen=True)
class Accepted:
    """One message that the relay took responsibility for."""

    queue_id: str
    when: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def read_accepted(log: Path) -> list[Accepted]:
    """What a log holds, in order of acceptance; a torn last line was never answered with 250."""
    if not log.exists():
        return []
    complete, _, _ = log.read_text(encoding="utf-8").rpartition("\n")
    entries = [json.loads(line) for line in complete.splitlines()]
    return [
        Accepted(
            queue_id=entry["queue_id"],
            when=datetime.fromisoformat(entry["when"]),
            sender=entry["sender"],
            recipients=tuple(entry["recipients"]),
            raw=base64.b64decode(entry["raw"]),
        )
        for entry in entries
    ]


@dataclass
class _Envelope:
    """Of the message being handed over on one connection."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


class SmtpRelay(LoopbackServer):
    """See the module. `extensions` are advertised after EHLO; STARTTLS is only ever refused."""

    def __init__(
        self, log: Path, port: int = 0, extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "PIPELINING")
    ) -> None:
        super().__init__(port)
        self.log = log
        self.extensions = extensions
        self._writing = threading.Lock()

    @property
    def url(self) -> str:
        """As the setting wants it."""
        return f"smtp://{HOST}:{self.port}"

    def accepted(self) -> list[Accepted]:
        """Every message accepted so far, in order."""
        with self._writing:
            return read_accepted(self.log)

    def serve(self, connection: Connection) -> None:
        """One SMTP session (RFC 5321), without TLS and without authentication."""
        if not self.answer(connection, "connect", "", lambda: f"220 {NAME} ESMTP\r\n".encode()):
            raise Cut
        envelope = _Envelope()
        while True:
            line = connection.line().decode("utf-8", "replace").strip()
            verb = line.partition(" ")[0].upper()
            match verb:
                case "EHLO" | "HELO":
                    envelope = _Envelope()
                    self.answer(connection, "ehlo", line, self._greet)
                case "STARTTLS":
                    self.answer(connection, "starttls", line, lambda: b"454 4.7.0 TLS not available\r\n")
                case "MAIL":
                    if self.answer(connection, "mail", line, lambda: b"250 2.1.0 Ok\r\n"):
                        envelope = _Envelope(sender=address(line))
                case "RCPT":
                    self._take_recipient(connection, line, envelope)
                case "DATA":
                    self._take_message(connection, envelope)
                    envelope = _Envelope()
                case "RSET":
                    envelope = _Envelope()
                    connection.send(b"250 2.0.0 Ok\r\n")
                case "NOOP":
                    connection.send(b"250 2.0.0 Ok\r\n")
                case "QUIT":
                    self.answer(connection, "quit", line, lambda: b"221 2.0.0 Bye\r\n")
                    raise Cut
                case _:
                    connection.send(b"502 5.5.2 Not understood\r\n")

    def _greet(self) -> bytes:
        lines = (NAME, *self.extensions)
        marks = ["-"] * (len(lines) - 1) + [" "]
        return "".join(f"250{mark}{line}\r\n" for mark, line in zip(marks, lines, strict=True)).encode()

    def _take_recipient(self, connection: Connection, line: str, envelope: _Envelope) -> None:
        if envelope.sender is None:
            connection.send(b"503 5.5.1 MAIL first\r\n")
        elif self.answer(connection, "rcpt", line, lambda: b"250 2.1.5 Ok\r\n"):
            envelope.recipients += (address(line),)

    def _take_message(self, connection: Connection, envelope: _Envelope) -> None:
        if not envelope.recipients:
            connection.send(b"503 5.5.1 No valid recipients\r\n")
            return
        if self.answer(connection, "data", "", lambda: b"354 End data with <CR><LF>.<CR><LF>\r\n"):
            raw = self._read_body(connection)
            self.answer(connection, "dot", "", lambda: self._accept_message(envelope, raw))

    def _read_body(self, connection: Connection) -> bytes:
        lines: list[bytes] = []
        while (line := connection.line()) != b".\r\n":
            if not lines:
                self.answer(connection, "body", "", lambda: b"")
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _accept_message(self, envelope: _Envelope, raw: bytes) -> bytes:
        queue_id = secrets.token_hex(5).upper()
        entry = {
            "queue_id": queue_id,
            "when": datetime.now(UTC).isoformat(),
            "sender": envelope.sender,
            "recipients": envelope.recipients,
            "raw": base64.b64encode(raw).decode(),
        }
        with self._writing, self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")
            log.flush()
            os.fsync(log.fileno())
        return f"250 2.0.0 Ok: queued as {queue_id}\r\n".encode()


def address(line: str) -> str:
    """What stands between the angle brackets of MAIL or RCPT."""
    return line.partition("<")[2].partition(">")[0]


def main() -> None:
    """Run as a process until SIGTERM; prints the URL once it listens."""
    parser = argparse.ArgumentParser(description="SMTP relay for tests")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    relay = SmtpRelay(options.log, options.port)
    relay.start()
    print(relay.url, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    relay.stop()


if __name__ == "__main__":
    main()
