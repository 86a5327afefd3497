"""Content-Transfer-Encoding (RFC 2045 6), tolerant of what gateways do to it."""

from __future__ import annotations

import binascii
import re

from uketsuke.intake.problems import ProblemCode

_BASE64_CHUNK = re.compile(rb"[A-Za-z0-9+/]+")
_BLANK = re.compile(rb"[\s\x00]+")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]+")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_IDENTITY = ("", "7bit", "8bit", "binary")


def decode_transfer(body: bytes, encoding: str) -> tuple[bytes, ProblemCode | None]:
    """The bytes that were transferred, and what was wrong with the encoding."""
    if encoding in _IDENTITY:
        return body, None
    if encoding == "base64":
        return _decode_base64(body)
    if encoding == "quoted-printable":
        wrong = ProblemCode.BROKEN_QUOTED_PRINTABLE if _BAD_ESCAPE.search(body) else None
        return binascii.a2b_qp(body), wrong
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        return _decode_uu(body)
    return body, ProblemCode.UNKNOWN_TRANSFER_ENCODING


def _decode_base64(body: bytes) -> tuple[bytes, ProblemCode | None]:
    """Base64 with any line length; text that a gateway put after the padding is dropped and told."""
    packed = _BLANK.sub(b"", body)
    text, padding, rest = packed.partition(b"=")
    rest = rest.lstrip(b"=")
    letters = _FOREIGN.sub(b"", text)
    wrong = bool(rest) or len(letters) != len(text) or (len(letters) % 4 != 0 and not padding)
    chunks = [letters, *_padded_chunks(rest)]
    decoded = b"".join(_decode_group(chunk) for chunk in chunks)
    return decoded, ProblemCode.BROKEN_BASE64 if wrong else None


def _padded_chunks(rest: bytes) -> list[bytes]:
    """Further base64 texts that were simply put one after the other, each with its padding."""
    if not rest or _FOREIGN.search(rest):
        return []
    return _BASE64_CHUNK.findall(rest)


def _decode_group(letters: bytes) -> bytes:
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _decode_uu(body: bytes) -> tuple[bytes, ProblemCode | None]:
    lines = body.splitlines()
    begin = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    decoded = bytearray()
    for line in lines[begin + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            return bytes(decoded), None
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            return bytes(decoded), ProblemCode.UNKNOWN_TRANSFER_ENCODING
    return bytes(decoded), None
