"""Whether a machine sent it: such mail never opens a request and never gets an answer.

One table of headers, tested from the most to the least telling (RFC 3834,
RFC 3464, and what Exchange, Exim, qmail and mailing lists add).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from uketsuke.domain.content import Kind
from uketsuke.intake.headers import Headers
from uketsuke.intake.parameters import Parameterized

OWN_HEADER = "X-Uketsuke"
"""Set on every letter of ours, with whatever value."""

_DAEMON = re.compile(
    rb"(?i)(?:^|[<\s\"])(?:mailer-daemon|mail-daemon|postmaster)@|^mailer-daemon\b|<mailer-daemon>"
)
_FAILED = re.compile(
    r"(?i)undeliver|delivery (?:status|failure|has failed)|returned mail|mail delivery failed|failure notice"
    r"|配信不能|配信できません|配信されませんでした|配送できません"
)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9]")
_RECIPIENT_LINE = re.compile(
    r"(?im)^(?:final|original)-recipient:[ \t]*[a-z0-9-]{1,20}[ \t]*;[ \t]*(\S{1,320})"
)


@dataclass(frozen=True)
class Envelope:
    """What the rules look at: headers, the top part's type, the decoded subject."""

    headers: Headers
    media: Parameterized
    subject: str

    def has(self, name: str) -> bool:
        """Whether a header is there and not empty."""
        return bool((self.headers.first(name) or b"").strip())

    def word(self, name: str) -> str:
        """The first word of a header, lower case, without parameters and comments."""
        return self.headers.plain(name).lower().split(";")[0].split("(")[0].strip()

    def report(self, kind: str) -> bool:
        """Whether it is a multipart/report of a kind (RFC 6522)."""
        claimed = self.media.parameters.get("report-type", b"").lower()
        return self.media.value == "multipart/report" and claimed == kind.encode()

    @property
    def null_sender(self) -> bool:
        """Return-Path `<>` (RFC 5321 4.5.5)."""
        return self.headers.plain("return-path").replace(" ", "") == "<>"


_RULES: tuple[tuple[str, Kind, Callable[[Envelope], bool]], ...] = (
    ("own", Kind.OWN, lambda mail: mail.headers.first(OWN_HEADER.lower()) is not None),
    ("delivery-report", Kind.BOUNCE, lambda mail: mail.report("delivery-status")),
    ("failed-recipients", Kind.BOUNCE, lambda mail: mail.has("x-failed-recipients")),
    ("mailer-daemon", Kind.BOUNCE, lambda mail: bool(_DAEMON.search(mail.headers.first("from") or b""))),
    ("null-sender", Kind.BOUNCE, lambda mail: mail.null_sender and bool(_FAILED.search(mail.subject))),
    ("read-receipt", Kind.AUTOMATIC, lambda mail: mail.report("disposition-notification")),
    ("report", Kind.AUTOMATIC, lambda mail: mail.media.value == "multipart/report"),
    ("auto-submitted", Kind.AUTOMATIC, lambda mail: mail.word("auto-submitted") not in ("", "no")),
    (
        "auto-reply",
        Kind.AUTOMATIC,
        lambda mail: any(map(mail.has, ("x-autoreply", "x-autorespond", "x-autoresponder"))),
    ),
    ("auto-reply", Kind.AUTOMATIC, lambda mail: mail.word("precedence") in ("auto_reply", "auto-reply")),
    (
        "list-id",
        Kind.LIST,
        lambda mail: mail.has("list-id") or mail.has("list-post") or mail.has("x-ml-name"),
    ),
    ("precedence", Kind.LIST, lambda mail: mail.word("precedence") == "list"),
    ("precedence", Kind.AUTOMATIC, lambda mail: mail.word("precedence") in ("bulk", "junk")),
    ("null-sender", Kind.AUTOMATIC, lambda mail: mail.null_sender),
)


def judge_automatic(mail: Envelope) -> tuple[str, Kind] | tuple[None, None]:
    """The first rule that holds: its reason and the kind; `(None, None)` for people's mail."""
    for reason, kind, holds in _RULES:
        if holds(mail):
            return reason, kind
    return None, None


def wants_no_answer(mail: Envelope) -> bool:
    """Whether it asks for no automatic answer; people's mail may, so it is no reason to set it aside."""
    return mail.word("x-auto-response-suppress") not in ("", "none")


def read_failed_recipients(mail: Envelope, report: str, text: str) -> tuple[str, ...]:
    """The addresses a bounce is about: its header, its report part (RFC 3464 2.3), or its text.

    `report` is the delivery-status part, `text` what people read.
    """
    header = mail.headers.plain("x-failed-recipients")
    found = _ADDRESS.findall(header[:4000]) or _RECIPIENT_LINE.findall(report[:100_000])
    if not found:
        lines = text[:20_000].splitlines()
        found = [
            address for line in lines if line.startswith("<") for address in _ADDRESS.findall(line[:400])[:1]
        ]
    return tuple(dict.fromkeys(address.strip("<>") for address in found))
