"""DKIM-Signature headers (RFC 6376), checked here with the keys of the settings; nothing is asked outside.

dkimpy does the canonical form and the arithmetic. The header is read by our own
strict rules first: dkimpy would ask the machine's clock, which is not ours to ask.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from datetime import UTC, datetime

from uketsuke.domain.content import Signature
from uketsuke.intake.headers import Headers
from uketsuke.intake.limits import Limits

_TAG = re.compile(rb"\s*([A-Za-z][A-Za-z0-9_]*)\s*=(.*)\Z", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}\Z")
_BLANKS = re.compile(rb"[ \t]+")
_DENSE = 4096
"""Bytes of a signature header; an RSA key of 4096 bits needs less than a quarter."""
CHECKED = 2
"""Signatures of one mail that are worth the arithmetic."""
_ALGORITHM = b"rsa-sha256"
"""The others are forbidden (RFC 8301) or need a library that we do not carry."""


def read_signatures(raw: bytes, headers: Headers, limits: Limits) -> tuple[Signature, ...]:
    """The mail's signatures, topmost first; one that is no signature at all is left out. Never raises."""
    keys = {name.lower().rstrip("."): record for name, record in limits.dkim_keys}
    found: list[Signature] = []
    checked = 0
    for index, value in enumerate(headers.values("dkim-signature")[: limits.signatures]):
        tags = _read_tags(value)
        signature = _describe(tags) if tags else None
        if tags is None or signature is None:
            continue
        key = keys.get(f"{signature.selector}._domainkey.{signature.domain}")
        if key is not None and not headers.cut and checked < CHECKED:
            checked += 1
            signature = signature.model_copy(update={"verified": _verify(raw, index, tags, key, limits)})
        found.append(signature)
    return tuple(found)


def _read_tags(value: bytes) -> dict[bytes, bytes] | None:
    """`v=1; a=rsa-sha256; …` (RFC 6376 3.2); None when a tag is malformed or comes twice."""
    if len(value) > _DENSE:
        return None
    tags: dict[bytes, bytes] = {}
    for spec in value.rstrip(b"; \t\r\n").split(b";"):
        match = _TAG.match(spec)
        if match is None or match[1] in tags:
            return None
        tags[match[1]] = match[2].strip()
    return tags


def _describe(tags: dict[bytes, bytes]) -> Signature | None:
    """What the header claims; None where something that it must have is missing or malformed."""
    domain, selector = (tags.get(name, b"").decode("ascii", "replace").lower() for name in (b"d", b"s"))
    value = b"".join(tags.get(b"b", b"").split())
    named = tags.get(b"i", b"").decode("ascii", "replace").lower().rpartition("@")[2]
    astray = bool(named) and named != domain and not named.endswith(f".{domain}")
    if not (_NAME.match(domain) and _NAME.match(selector) and _BASE64.match(value)) or astray:
        return None
    names = tags.get(b"h", b"").decode("ascii", "replace").lower().split(":")
    return Signature(
        domain=domain[:255],
        selector=selector[:255],
        signed=tuple(name.strip()[:80] for name in names[:100]),
        partial=b"l" in tags,
        signed_at=_moment(tags.get(b"t")),
        expires_at=_moment(tags.get(b"x")),
        digest=hashlib.sha256(value).hexdigest(),
    )


def _moment(value: bytes | None) -> datetime | None:
    """Seconds since 1970, of up to eleven digits."""
    text = (value or b"").decode("ascii", "replace")
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"[0-9]{1,11}", text) else None


def _verify(raw: bytes, index: int, tags: dict[bytes, bytes], key: str, limits: Limits) -> bool | None:
    """Whether body and headers are those that were signed; None for a mail that costs too much to check."""
    if len(raw) > limits.signed:
        return None
    import dkim  # with its resolver it takes longer to load than most commands run, and few cities give keys

    if tags.get(b"v") != b"1" or tags.get(b"a") != _ALGORITHM or b"bh" not in tags or b"h" not in tags:
        return False
    if not re.fullmatch(rb"[0-9]{1,20}", tags.get(b"l", b"0")):
        return False
    try:
        checker = dkim.DKIM(raw)
        if tags.get(b"c", b"").endswith(b"/relaxed"):
            # Said in advance, since dkimpy looks at a run of blanks once for every blank in it.
            checker.body = _BLANKS.sub(b" ", checker.body).replace(b" \r\n", b"\r\n")
        lines = [line for line in checker.headers if line[0].lower() == b"dkim-signature"]
        signed = [name.strip().lower() for name in tags[b"h"].split(b":")]
        return bool(checker.verify_sig(tags, signed, lines[index], lambda name, timeout: key))
    except (dkim.DKIMException, binascii.Error, ValueError, IndexError, KeyError, AssertionError):
        return False
