"""Who is looking: session cookies, and what a visitor may do."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from hmac import compare_digest

from starlette.requests import Request

from uketsuke.console.cookies import GUEST, read_cookie
from uketsuke.domain.states import Role

_RANK = (Role.LEAD, Role.OPERATOR, Role.OFFICER, Role.ADMIN, Role.STAFF)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in."""

    login: str
    name: str
    roles: frozenset[Role]
    csrf: str
    person: str | None = None
    """Employee number, where the sign-in belongs to a person of the directory."""

    @property
    def role(self) -> Role:
        """The role in which this visitor decides: the one that may do most at the desk."""
        return next(role for role in _RANK if role in self.roles)


def new_secret() -> str:
    """A secret for a cookie or form: 256 random bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a session's or status page's secret: SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def guest_secret(request: Request) -> str:
    """The secret behind forms of people who are not signed in; a new one where the browser has none."""
    found = read_cookie(request, GUEST)
    return found if len(found) == len(new_secret()) else new_secret()


def same(expected: str, given: str) -> bool:
    """Compare two secrets without telling by the time taken where they differ."""
    return bool(expected) and compare_digest(expected.encode(), given.encode())
