"""Addresses in the settings, checked as far as can be without asking anybody.

A wrong one is then told by `check-config` with all the others, not by the first process that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr

_IMPOSSIBLE = "names no possible host and port; in a password write / as %2F, # as %23, ? as %3F, [ as %5B"
PRIVATE_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
"""Addresses that nobody outside can have (RFC 1918, RFC 4193)."""
_DKIM_RECORD = re.compile(r"(?:[^;]*;)*\s*p\s*=\s*[A-Za-z0-9+/\s]+={0,2}\s*(?:;.*)?", re.DOTALL)
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


CONSOLE = "console"
"""How our own console names itself where a receipt says where it came from; no mailbox may be called so."""


def _mailbox_name(value: str) -> str:
    if value.strip().casefold() == CONSOLE:
        raise ValueError(f"{CONSOLE} is the name of uketsuke's own console: choose another")
    return value


def _url(says: str, hosted: tuple[str, ...], local: tuple[str, ...] = ()) -> Callable[[str], str]:
    """A check of a URL's scheme, and for `hosted` ones that a host and no impossible port is named."""

    def check(value: str) -> str:
        scheme = value.partition(":")[0].lower()
        if scheme not in (*hosted, *local):
            raise ValueError(says)
        parts = _taken_apart(value)
        if parts.scheme in hosted and not parts.hostname:
            raise ValueError("names no host")
        if parts.scheme in hosted and parts.port == 0:
            raise ValueError(_IMPOSSIBLE)
        return value

    return check


def _taken_apart(value: str) -> SplitResult:
    """The parts; what cannot be taken apart is never quoted.

    A password with `/`, `#` or `?` as they are ends the host's part early, and a piece of it would
    stand in the message as an impossible port.
    """
    try:
        parts = urlsplit(value)
        early = bool(parts.netloc) and "@" not in parts.netloc and "@" in value
        if not early and (parts.port is None or parts.port >= 0):
            return parts
    except ValueError:
        pass
    raise ValueError(_IMPOSSIBLE)


def _secret(check: Callable[[str], str]) -> Callable[[SecretStr], SecretStr]:
    """The same check for a value that may hold a password."""

    def checked(value: SecretStr) -> SecretStr:
        check(value.get_secret_value())
        return value

    return checked


def _mail_address(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise ValueError("must be one mail address without a name")
    return value


def _host_and_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (host and colon and port.isdigit()):
        raise ValueError("must be host:port")
    return value


def _broker(value: str) -> str:
    if value != "database":
        raise ValueError("must be database in this version")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("must be a network, as 10.0.0.0/8") from None


def _dkim_key(value: str) -> str:
    """An RSA key record (RFC 6376 3.6.1), or where it lies."""
    if not value.startswith("file:") and not _DKIM_RECORD.fullmatch(value):
        raise ValueError("must be v=DKIM1; k=rsa; p=… or file:/path of it")
    if re.search(r"(?:^|;)\s*k\s*=\s*(?!rsa\b)", value):
        raise ValueError("must be an RSA key")
    return value


_DATABASE = _url(
    "must start with sqlite:/// or postgresql+psycopg://", (), ("sqlite", "postgresql", "postgresql+psycopg")
)
_MAILBOX = _url("must start with imap://, imaps:// or folder://", ("imap", "imaps"), ("folder",))
_SMTP = _url("must start with smtp://, smtps:// or maildir:", ("smtp", "smtps"), ("maildir",))
_DIRECTORY = _url("must start with ldap:// or ldaps://", ("ldap", "ldaps"))
_WEB = _url("must start with http:// or https://", ("http", "https"))

DatabaseUrl = Annotated[SecretStr, AfterValidator(_secret(_DATABASE))]
MailboxUrl = Annotated[SecretStr, AfterValidator(_secret(_MAILBOX))]
SmtpUrl = Annotated[SecretStr, AfterValidator(_secret(_SMTP))]
Broker = Annotated[SecretStr, AfterValidator(_secret(_broker))]
WebAddress = Annotated[str, AfterValidator(_WEB)]
DirectoryUrl = Annotated[str, AfterValidator(_DIRECTORY)]
Network = Annotated[str, AfterValidator(_network)]
DkimKey = Annotated[str, AfterValidator(_dkim_key)]
MailboxName = Annotated[str, AfterValidator(_mailbox_name)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
