"""The one module that knows ldap3: a signed-in session with a directory, over verified TLS.

ldap3 has had no release since 2021; whatever replaces it replaces this file. What the
directory answered is told by codes and its own words, never by a password. What may come right by
itself (`TryLater`) begins with the code of what is in the way, where there is one: see `LATER`.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from ldap3 import BASE, MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from uketsuke.boundary import outside
from uketsuke.errors import Refused, TryLater
from uketsuke.systems import System

Deed = Literal["add", "delete", "replace"]
Changes = Mapping[str, Sequence[tuple[Deed, Sequence[str | bytes]]]]
"""Attribute → what happens to its values; an empty replacement removes it."""

_DEEDS = {"add": MODIFY_ADD, "delete": MODIFY_DELETE, "replace": MODIFY_REPLACE}
SUCCESS, MORE = 0, 4
"""success; sizeLimitExceeded: there are more entries than were asked for."""
ALREADY_THERE, NOT_THERE = (20, 68), (16,)
"""attributeOrValueExists, for which Active Directory says entryAlreadyExists; noSuchAttribute."""
CERTIFICATE, SIGN_IN, BUSY = "certificate", "sign-in", "busy"
LATER = (CERTIFICATE, SIGN_IN, BUSY)
"""Not to be verified; we are not let in; it says not now. Everything else: it cannot be reached."""
_AWAY = {51, 52}
_LATER = {1, 3, 8, 11, 13, 51, 52, 80}
"""operationsError, timeLimit, strongerAuth, adminLimit, confidentialityRequired, busy, unavailable, other."""
_NO = {
    10: "not-served-here",
    19: "constraint",
    32: "no-such-entry",
    50: "not-permitted",
    53: "unwilling",
}
"""referral, constraintViolation, noSuchObject, insufficientAccessRights, unwillingToPerform (RFC 4511 A)."""


@dataclass(frozen=True)
class Entry:
    """One entry: its name, and the values of the attributes that were asked for (lower-case names)."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]]

    def first(self, attribute: str) -> str | None:
        """The first value as text; None where there is none, or we may not read it."""
        found = self.values.get(attribute.lower(), ())
        return found[0].decode("utf-8", "replace") if found else None


class VerifiedTls(Tls):  # type: ignore[misc]
    """TLS as Python's own `ssl` verifies it, host name included; ldap3's comparison knows no addresses."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Both ldaps and StartTLS come through here."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


class Session:
    """A connection that is signed in; every answer is judged here."""

    def __init__(self, peer: str, connection: Any) -> None:
        self._peer, self._connection = peer, connection

    def find(
        self, base: str, condition: str, attributes: Sequence[str], *, below: bool = True
    ) -> list[Entry]:
        """At most two entries: whoever needs exactly one must see that there are more."""
        with _translated(self._peer), outside("directory.search"):
            self._connection.search(
                base, condition, SUBTREE if below else BASE, attributes=list(attributes), size_limit=2
            )
        if self._connection.result["result"] not in (
            SUCCESS,
            4,
        ):  # sizeLimitExceeded: there are more than two
            self._judge()
        found = (one for one in self._connection.response or () if one["type"] == "searchResEntry")
        return [
            Entry(one["dn"], {name.lower(): tuple(values) for name, values in one["raw_attributes"].items()})
            for one in found
        ]

    def change(self, dn: str, changes: Changes, *, harmless: Sequence[int] = ()) -> None:
        """Change one entry, all or nothing; result codes in `harmless` mean that it is so already."""
        plain = {
            name: [(_DEEDS[deed], list(values)) for deed, values in deeds] for name, deeds in changes.items()
        }
        with _translated(self._peer), outside("directory.modify"):
            self._connection.modify(dn, plain)
        if self._connection.result["result"] not in harmless:
            self._judge()

    def _judge(self) -> None:
        result = self._connection.result
        code, words = result["result"], f"{result['description']} {result['message']}".strip()
        if code == SUCCESS:
            return
        if code in _LATER:
            raise TryLater(self._peer, f"{BUSY}: {words}")
        raise Refused(self._peer, _NO.get(code, "refused"), words)


class DirectoryPort:
    """One directory of the settings; a session for every use, so that none is left hanging."""

    def __init__(self, name: str, system: System) -> None:
        self.name, self.system = name, system
        self._url = urlsplit(str(system.url))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Signed in as the service account; raises `TryLater`, also where we are not let in."""
        connection = self._client(self.system.bind, self.system.password.get_secret_value())
        try:
            self._sign_in(connection)
            result = connection.result
            if result["result"] != SUCCESS:
                code = BUSY if result["result"] in _AWAY else SIGN_IN
                raise TryLater(self.name, f"{code}: {result['description']} {result['message']}".strip())
            yield Session(self.name, connection)
        finally:
            _hang_up(connection)

    def admits(self, dn: str, password: str) -> tuple[bool, str]:
        """Whether that entry can sign in with that password, and the directory's words; tried once."""
        connection = self._client(dn, password)
        try:
            self._sign_in(connection)
            return connection.result["result"] == SUCCESS, str(connection.result["message"])
        finally:
            _hang_up(connection)

    def _sign_in(self, connection: Any) -> None:
        with _translated(self.name), outside("directory.connect"):
            connection.open(read_server_info=False)
            if self.system.starttls:
                connection.start_tls(read_server_info=False)
        with _translated(self.name), outside("directory.bind"):
            connection.bind(read_server_info=False)

    def _client(self, user: str, password: str) -> Any:
        tls = self._url.scheme == "ldaps"
        seconds = self.system.timeout_seconds
        server = Server(
            self._url.hostname,
            port=self._url.port or (636 if tls else 389),
            use_ssl=tls,
            tls=VerifiedTls(self._context()),
            get_info=NONE,
            connect_timeout=seconds,
        )
        return Connection(
            server,
            user=user,
            password=password,
            authentication="SIMPLE",
            auto_referrals=False,  # it would sign in, with our password, wherever the answer points
            check_names=False,
            receive_timeout=math.ceil(seconds),
        )

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.system.ca_file)
        except (OSError, ssl.SSLError) as error:
            why = f"ca_file {self.system.ca_file}: {error.strerror or error}"
            raise TryLater(self.name, f"{CERTIFICATE}: {why}") from None


def escaped(text: str) -> str:
    """Text as a value in a filter: nothing in it can be anything else (RFC 4515 3)."""
    return str(escape_filter_chars(text))


@contextmanager
def _translated(peer: str) -> Iterator[None]:
    """Whatever breaks underneath a call can be tried again after a look."""
    try:
        yield
    except (LDAPException, OSError, ssl.SSLError) as error:
        code = f"{CERTIFICATE}: " if "certificate verify failed" in str(error) else ""
        raise TryLater(peer, f"{code}{type(error).__name__}: {error}") from None


def _hang_up(connection: Any) -> None:
    with suppress(LDAPException, OSError), outside("directory.unbind"):
        connection.unbind()
