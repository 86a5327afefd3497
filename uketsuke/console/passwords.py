"""Passwords of local accounts: argon2id, and the same work for a sign-in nobody has."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# The hash of a password that was thrown away: unknown sign-ins cost as much time as known ones.
_NOBODY = _hasher.hash("nobody knows this one")

_ROOM = threading.BoundedSemaphore(4)
"""Each hash takes 64 MiB: a flood of sign-ins waits here and takes no more."""


def hash_password(password: str) -> str:
    """What is stored of a password: argon2id with its salt and parameters (RFC 9106)."""
    with _ROOM:
        return _hasher.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password fits; None (no such account) takes as long and is always False."""
    try:
        with _ROOM:
            _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
