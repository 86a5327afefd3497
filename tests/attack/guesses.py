"""Tokens as somebody would guess them who has seen a real one, or our source, or the database (FAULTS S4)."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import random
from collections.abc import Iterable, Iterator
from urllib.parse import quote

_HEX = "0123456789abcdef"
_FULL_WIDTH = str.maketrans(_HEX, "０１２３４５６７８９ａｂｃｄｅｆ")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PURPOSES = ("status", "confirm", "letter", "message-id", "probe", "session", "")
_SECRETS = (b"", b"secret", b"uketsuke", b"changeme", b"only for test", b"only for tests\n", b"\0" * 32)


def written_otherwise(token: str) -> Iterator[str]:
    """The token itself in another writing: nothing of it is read kindly."""
    yield from (token.upper(), token.title(), token.translate(_FULL_WIDTH), token.translate(_ARABIC))
    yield from (token[::-1], token * 2, f"0x{token}", f"{token}=", f"{token}==", f"{token}.", f"-{token}")
    for blank in (
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\u200b",
        "\u3000",
        "\ufeff",
        "%00",
        "%0a",
        "/",
        "#",
        "?",
        ";",
    ):
        yield from (token + blank, blank + token)
    yield from ("".join(f"%{ord(one):02X}" for one in token), quote(token.upper(), safe=""))
    yield from (f"{purpose}:{token}" for purpose in _PURPOSES)
    yield hashlib.sha256(token.encode()).hexdigest()
    yield from (
        f"{token}' OR '1'='1",
        "' OR 1=1 --",
        "%",
        "_" * len(token),
        "*",
        f"{token[:-1]}%",
        "null",
        "None",
    )


def shortened(token: str) -> Iterator[str]:
    """Every beginning, every end, and one character more or less anywhere."""
    for place in range(len(token)):
        yield from (token[:place], token[place + 1 :], token[:place] + token[place + 1 :])
        yield from (token[:place] + one + token[place:] for one in _HEX)
    yield from (token + one for one in _HEX)


def flipped(token: str) -> Iterator[str]:
    """One bit of each character, then one and two characters replaced: every way there is."""
    for place, bit in itertools.product(range(len(token)), range(7)):
        yield token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
    for first in range(len(token)):
        for one in _HEX.replace(token[first], "", 1) if token[first] in _HEX else _HEX:
            begun = token[:first] + one
            yield begun + token[first + 1 :]
            for second in range(first + 1, len(token)):
                middle, end = token[first + 1 : second], token[second + 1 :]
                yield from (begun + middle + two + end for two in _HEX if two != token[second])


def signed(subjects: Iterable[str], secrets: Iterable[bytes] = _SECRETS) -> Iterator[str]:
    """What our source would make of those subjects under a secret that somebody guesses."""
    for secret, purpose, subject in itertools.product(secrets, _PURPOSES, subjects):
        whole = hmac.new(secret, f"{purpose}\0{subject}".encode(), hashlib.sha256).hexdigest()
        yield from (whole[:40], whole, whole[24:])


def blind(seed: int) -> Iterator[str]:
    """Right in length and alphabet, and nothing else; without end."""
    chance = random.Random(seed)
    yield from (f"{place:040x}" for place in range(10_000))
    while True:
        yield chance.randbytes(20).hex()


def guesses(tokens: Iterable[str], subjects: Iterable[str], count: int, seed: int) -> list[str]:
    """That many different guesses, none of which is one of the tokens."""
    known, real = set[str](), set(tokens)
    sources = [source(token) for token in real for source in (written_otherwise, shortened, flipped)]
    for guess in itertools.chain(*sources, signed(subjects), blind(seed)):
        if len(known) == count:
            break
        if guess not in real:
            known.add(guess)
    return list(known)
