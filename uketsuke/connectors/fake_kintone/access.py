"""Who calls: password authentication, API tokens of apps, tokens of cybozu.com; checked in that order."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from uketsuke.connectors.fake_kintone.call import Caller
from uketsuke.connectors.fake_kintone.problem import Problem
from uketsuke.connectors.fake_kintone.state import Domain

MOST_TOKENS = 9


def identify(domain: Domain, path: str, headers: Mapping[str, str]) -> Caller:
    """The caller; header names in lower case. Raises `Problem`."""
    if "x-cybozu-authorization" in headers:
        return _by_password(domain, headers["x-cybozu-authorization"])
    if path.startswith("/v1/"):
        return _by_user_token(domain, headers.get("authorization", ""))
    if "x-cybozu-api-token" in headers:
        return _by_token(headers["x-cybozu-api-token"])
    raise Problem(401, "CB_AU01", "sign-in")


def _by_password(domain: Domain, header: str) -> Caller:
    try:
        code, _, password = base64.b64decode(header, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Problem(401, "CB_WA01", "wrong-password") from None
    user = domain.users.get(code)
    known = user is not None and user.valid and bool(user.password)
    if user is None or not known or not secrets.compare_digest(user.password.encode(), password.encode()):
        raise Problem(401, "CB_WA01", "wrong-password")
    return Caller(user=user)


def _by_token(header: str) -> Caller:
    tokens = tuple(token.strip() for token in header.split(",") if token.strip())
    if len(tokens) > MOST_TOKENS:
        raise Problem(400, "GAIA_IA02", "many-tokens")
    return Caller(tokens=tokens)


def _by_user_token(domain: Domain, header: str) -> Caller:
    kind, _, given = header.partition(" ")
    for known in domain.user_tokens:
        if kind == "Bearer" and secrets.compare_digest(known.token.encode(), given.encode()):
            return Caller(user_api=True, dangerous=known.dangerous)
    raise Problem(401, "CB_AU01", "sign-in")
