"""The password that a reset sets: derived, so that it is nowhere kept and a repeat sets the same one."""

from __future__ import annotations

import hashlib
import hmac

LETTERS = "bcdfghjkmnpqrtvwx"
"""No vowels: it never holds a name, which directories refuse. No l, s, z, y: they are misread."""
DIGITS = "34679"
GROUPS = 4


def initial_password(secret: bytes, effect_key: str) -> str:
    """Four groups like `Krt7-wnh4-xpm9-ckd3`: 58 bits, of all four kinds of characters, good to read out."""
    digest = hmac.new(secret, f"initial-password\0{effect_key}".encode(), hashlib.sha512).digest()
    rest = int.from_bytes(digest)
    groups = []
    for _ in range(GROUPS):
        group = ""
        for alphabet in (LETTERS, LETTERS, LETTERS, DIGITS):
            rest, place = divmod(rest, len(alphabet))
            group += alphabet[place]
        groups.append(group)
    return "-".join(groups).capitalize()
