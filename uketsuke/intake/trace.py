"""What mail servers wrote on the way: Received and Authentication-Results; and dates.

Tolerant to folding and comments; everything here is linear in the length of a
header. Whether a server is believed is decided elsewhere, by its name.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from uketsuke.domain.content import AuthResult, Received
from uketsuke.intake.headers import Headers
from uketsuke.intake.parameters import split_unquoted

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]{0,6}[ -](\d{4}|\d{2}) (\d{1,2}):(\d{2})(?::(\d{2}))?"
    r" ?([+-]\d{4}|[A-Za-z]{1,5})"
)
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5}
_ZONES |= {"mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_PEER = re.compile(
    r"\s*from\s+(\S{1,300})\s*(?:\(([^()]{0,400}(?:\([^()]{0,100}\))?[^()]{0,100})\))?", re.IGNORECASE
)
_IP = re.compile(
    r"(?:^|[\[\s])((?:IPv6:)?(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}))(?=$|[\]\s])",
    re.IGNORECASE,
)
_LOOKED_UP = re.compile(r"\s*([A-Za-z0-9._-]{1,255})\s*\[")
_METHOD = re.compile(r"([a-z0-9-]+)(?:/\d+)?=([a-z0-9]+)\Z")
_DOMAIN_OF = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
    "arc": ("header.d", "smtp.remote-ip"),
    "auth": ("smtp.auth", "smtp.mailfrom"),
}


def read_date(text: str) -> datetime | None:
    """A date of RFC 5322 3.3 (obsolete zones too), aware; None when it is not one or has no zone."""
    match = _DATE.search(" ".join(strip_comments(text[:300]).replace(",", ", ").split()))
    if match is None or match[2].lower() not in _MONTHS:
        return None
    year = int(match[3])
    if len(match[3]) == 2:
        year += 2000 if year < 50 else 1900
    zone = _read_zone(match[7])
    if zone is None:
        return None
    month, second = _MONTHS.index(match[2].lower()) + 1, min(int(match[6] or 0), 59)
    try:
        return datetime(year, month, int(match[1]), int(match[4]), int(match[5]), second, tzinfo=zone)
    except ValueError:
        return None


def _read_zone(text: str) -> timezone | None:
    if text[0] in "+-":
        minutes = int(text[1:3]) * 60 + int(text[3:])
        if int(text[3:]) > 59 or minutes >= 24 * 60 or minutes == 0:
            return UTC if minutes == 0 else None
        return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
    hours = _ZONES.get(text.lower())
    return None if hours is None else timezone(timedelta(hours=hours))


def read_received(headers: Headers) -> tuple[Received, ...]:
    """Every Received header, topmost first: the host after `by`, and the time after the last `;`."""
    return tuple(_read_received(value.decode("ascii", "replace")) for value in headers.values("received"))


def _read_received(value: str) -> Received:
    trace, _, date = strip_comments(value).rpartition(";")
    words = trace.split()
    lowered = [word.lower() for word in words]
    by = words[lowered.index("by") + 1] if "by" in lowered[:-1] else ""
    peer, ip = _read_peer(value) if lowered[:1] == ["from"] else (None, "")
    return Received(by=by.lower().rstrip(".;")[:255], at=read_date(date), peer=peer, ip=ip)


def _read_peer(value: str) -> tuple[str, str]:
    """Name and address of the host in `from name (looked.up [address])`.

    The name before the bracket is what the peer calls itself, and counts only where no address is noted.
    """
    match = _PEER.match(value[:1000])
    if match is None:
        return "", ""
    said, noted = match[1].lower().rstrip("."), match[2] or ""
    address = _IP.search(noted) or _IP.search(said)
    if address is None:
        return said[:255], ""
    looked_up = _LOOKED_UP.match(noted)
    believed = looked_up is not None and "may be forged" not in noted
    name = looked_up[1].lower().rstrip(".") if looked_up and believed else ""
    return ("" if name == "unknown" else name)[:255], address[1].lower().removeprefix("ipv6:")


def read_auth_results(headers: Headers) -> tuple[AuthResult, ...]:
    """Every Authentication-Results header (RFC 8601 2.2), topmost first.

    A header that is not closed properly (quotes, comments) keeps its name and loses its results.
    """
    found: list[AuthResult] = []
    depth = 0
    for header in headers.fields:
        depth += header.name == "received"
        if header.name == "authentication-results":
            found.append(_read_auth_result(header.value, depth))
    return tuple(found)


def _read_auth_result(value: bytes, depth: int) -> AuthResult:
    text = strip_comments(value.decode("ascii", "replace"))
    segments = [
        piece.decode("ascii", "replace") for piece in split_unquoted(text.encode("ascii", "replace"), b";")
    ]
    head = segments[0].split()
    # Exchange Online leaves the authserv-id out and begins with a result.
    nameless = "=" in segments[0]
    authserv_id = "" if nameless or not head else head[0].strip('"').lower()[:255]
    if text.count('"') % 2 or _is_unclosed(value):
        return AuthResult(authserv_id=authserv_id, results=(), depth=depth)
    results = (_read_result(segment) for segment in segments[0 if nameless else 1 :])
    return AuthResult(
        authserv_id=authserv_id, results=tuple(result for result in results if result), depth=depth
    )


def _is_unclosed(value: bytes) -> bool:
    depth = quoted = 0
    for byte in value.replace(b'\\"', b"").replace(b"\\(", b"").replace(b"\\)", b""):
        if byte == 0x22 and not depth:
            quoted = 1 - quoted
        elif not quoted:
            depth += (byte == 0x28) - (byte == 0x29)
    return depth > 0 or bool(quoted)


def _read_result(segment: str) -> tuple[str, str, str] | None:
    """`dkim=pass reason="…" header.d=example` as (method, result, domain)."""
    words = re.sub(r" ?= ?", "=", " ".join(segment.split())).split(" ")
    match = _METHOD.match(words[0].lower())
    if match is None:
        return None
    properties: dict[str, str] = {}
    for word in words[1:]:
        name, _, value = word.partition("=")
        properties.setdefault(name.lower(), value.strip('"'))
    wanted = _DOMAIN_OF.get(match[1], ())
    found = next((properties[name] for name in wanted if properties.get(name)), "")
    return match[1], match[2], found.rpartition("@")[2].lower().rstrip(".")[:255]


def strip_comments(text: str) -> str:
    """Text without `(comments)`, nested ones too, leaving quoted strings alone (RFC 5322 3.2.2)."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif not quoted and character == "(":
            depth += 1
        elif not quoted and character == ")" and depth:
            depth -= 1
            character = " "
        if not depth:
            kept.append(character)
    return "".join(kept)
