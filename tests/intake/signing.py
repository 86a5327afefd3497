"""DKIM for tests: keys that are made on the spot, and mails signed with them as a mail server does."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from unittest import mock

import dkim

HEADERS = (b"from", b"to", b"subject", b"date")


@dataclass(frozen=True)
class Key:
    """One RSA key under a name in the DNS, which nobody asks."""

    selector: str
    domain: str
    pem: bytes
    record: str

    @property
    def entry(self) -> tuple[str, str]:
        """As the settings name it."""
        return f"{self.selector}._domainkey.{self.domain}", self.record

    def sign(
        self,
        raw: bytes,
        at: datetime,
        *,
        headers: tuple[bytes, ...] = HEADERS,
        is_partial: bool = False,
        body: bytes = b"relaxed",
    ) -> bytes:
        """The mail with a signature made at that moment on top."""
        with mock.patch("dkim.time.time", at.timestamp):
            line = dkim.DKIM(raw).sign(
                self.selector.encode(),
                self.domain.encode(),
                self.pem,
                include_headers=[*headers],
                canonicalize=(b"relaxed", body),
                length=is_partial,
            )
        return bytes(line) + raw


@cache
def make_key(selector: str, domain: str, bits: int = 1024) -> Key:
    """The same key for the same name: strong enough to be taken, weak enough to be made at once."""
    numbers = random.Random(f"{selector}.{domain}.{bits}")
    exponent = 65537
    while True:
        p, q = _prime(numbers, bits // 2), _prime(numbers, bits // 2)
        phi = (p - 1) * (q - 1)
        if p != q and phi % exponent:
            break
    d = pow(exponent, -1, phi)
    private = (0, p * q, exponent, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    body = base64.encodebytes(_sequence(*map(_integer, private)))
    kind = b"RSA PRIVATE KEY"
    pem = b"-----BEGIN " + kind + b"-----\n" + body + b"-----END " + kind + b"-----\n"
    bit_string = b"\x00" + _sequence(_integer(p * q), _integer(exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    public = _sequence(algorithm, _tagged(3, bit_string))
    return Key(selector, domain, pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def _prime(numbers: random.Random, bits: int) -> int:
    while True:
        found = numbers.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(pow(base, found - 1, found) == 1 for base in (2, 3, 5, 7, 11)):
            return found


def _integer(number: int) -> bytes:
    return _tagged(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _tagged(tag: int, value: bytes) -> bytes:
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + value
