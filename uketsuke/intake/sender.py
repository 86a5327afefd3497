"""Who a mail says it is from, by our own strict grammar (FAULTS 3, "exactly one From").

The standard parsers can be talked into showing another address than the one
a mail server checked, so anything unusual has no address here: `defect` says
why, and the evidence is weak.
"""

from __future__ import annotations

import re

from uketsuke.domain.content import FromFacts
from uketsuke.intake.headers import Headers
from uketsuke.intake.parameters import split_unquoted
from uketsuke.intake.problems import Findings
from uketsuke.intake.words import decode_words

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})*)\Z")
_QUOTED = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*"')
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f]")
_FORBIDDEN_IN_DISPLAY = re.compile(rb'[@<>,:;"\\]')


def judge_from(headers: Headers, findings: Findings) -> FromFacts:
    """The From header as `addr-spec` or `display <addr-spec>`; anything else has no address.

    `Sender`, display names and comments never count. The domain is lower case.
    """
    values = headers.values("from")
    display = _display(headers, findings)
    if len(values) > 1:
        return FromFacts(address=None, display=display, defect="several")
    if not values or not values[0].strip():
        return FromFacts(address=None, display=display, defect="malformed" if values else "missing")
    address, defect = _read_mailbox(values[0])
    if headers.cut:
        address, defect = None, "malformed"
    return FromFacts(address=address, display=display, defect=defect)


def _read_mailbox(value: bytes) -> tuple[str | None, str | None]:
    """The one address of a From value, or the defect."""
    if _CONTROL.search(value):
        return None, "malformed"
    value = value.strip()
    if not value.endswith(b">"):
        return _read_address(value)
    display, _, spec = value[:-1].partition(b"<") if value.count(b"<") == 1 else _cut_quoted(value)
    if len(split_unquoted(display, b",")) > 1:
        return None, "several"
    # Outlook writes the address again where it knows no name: the same bytes deceive nobody.
    if display.strip() != b'"' + spec + b'"' and not _is_display(display):
        return None, "malformed"
    return _read_address(spec)


def _cut_quoted(value: bytes) -> tuple[bytes, bytes, bytes]:
    """Cuts at the bracket after a quoted display name that holds brackets itself."""
    match = _QUOTED.match(value)
    rest = value[match.end() :] if match else b""
    if rest.count(b"<") != 1 or rest.split(b"<")[0].strip():
        return b"<", b"", b""
    return value[: match.end()] if match else b"<", b"<", rest.split(b"<")[1][:-1]


def _is_display(display: bytes) -> bool:
    """A phrase without any second address in it, also when decoded (an encoded `@` deceives people)."""
    if "@" in decode_words(display).text:
        return False
    return not _FORBIDDEN_IN_DISPLAY.search(_QUOTED.sub(b"", display))


def _read_address(spec: bytes) -> tuple[str | None, str | None]:
    try:
        text = spec.decode("ascii")
    except UnicodeDecodeError:
        _local, _, domain = spec.rpartition(b"@")
        return None, "malformed" if domain.isascii() else "not-ascii-domain"
    match = _ADDR_SPEC.match(text)
    if match is None or len(text) > 254:
        return None, "several" if text.count("@") > 1 and "," in text else "malformed"
    return f"{match[1]}@{match[2].lower()}", None


def _display(headers: Headers, findings: Findings) -> str:
    """What people are shown; for a sender without a usable address the whole value."""
    text = headers.text("from", findings)
    name, bracket, _ = text.partition("<")
    name = name.strip().strip('"').strip()
    return (name if bracket and name else "" if bracket else text if "@" not in text else "")[:200]


def read_addresses(values: tuple[bytes, ...]) -> tuple[str, ...]:
    """The addresses in To, Cc or Reply-To values; loosely, since nothing is decided by them but warnings."""
    found: list[str] = []
    for value in values:
        for piece in split_unquoted(value, b","):
            text = piece.decode("ascii", "replace").strip().rstrip(";>").rpartition("<")[2]
            match = _ADDR_SPEC.match(text.rpartition(":")[2].strip())
            if match:
                found.append(f"{match[1]}@{match[2].lower()}")
    return tuple(dict.fromkeys(found))
