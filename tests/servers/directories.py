"""What tests ask of a directory, whichever server it is: people, locked and unlocked, seen from outside.

Everything here is done as the server's administrator, never as the account that the product uses.
"""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ldap3 import MODIFY_REPLACE, NONE, Connection, Server, Tls

from uketsuke.systems import System

from .programs import HOST

PASSWORD = "Sakura#2026-tsubaki"
WRONG_TRIES = 3
"""After so many wrong passwords an account is locked."""


@dataclass(frozen=True)
class Clerk:
    """An account that nobody used before."""

    id: str
    dn: str
    password: str = PASSWORD


class TestDirectory(ABC):
    """A running directory."""

    __test__ = False
    port: int
    ca_file: Path
    administrator: tuple[str, str]
    base: str
    lock_attribute: str

    def __init__(self) -> None:
        self._numbers = count(1)

    @abstractmethod
    def system(self, **changes: Any) -> System:
        """The directory as the settings name it."""

    @abstractmethod
    def add(self, account: str) -> Clerk:
        """Make an account of that id."""

    @abstractmethod
    def add_group(self, name: str) -> str:
        """Make a group; gives its DN."""

    @abstractmethod
    def disable(self, clerk: Clerk) -> None:
        """As an administrator does it by hand."""

    @abstractmethod
    def must_change(self, clerk: Clerk, password: str) -> bool:
        """Whether that password is right, and must be changed at once."""

    @abstractmethod
    def connection(self, user: str, password: str) -> Any:
        """A connection that is not signed in yet."""

    def clerk(self) -> Clerk:
        """A new account."""
        return self.add(f"tanaka{next(self._numbers):03}")

    def group(self) -> str:
        """The name of a new group."""
        name = f"hanei{next(self._numbers):03}"
        self.add_group(name)
        return name

    def signs_in(self, clerk: Clerk, password: str | None = None) -> bool:
        """Whether the account gets in with its password, or with another."""
        connection = self.connection(clerk.dn, password or clerk.password)
        try:
            return bool(connection.bind(read_server_info=False))
        finally:
            connection.unbind()

    def lock(self, clerk: Clerk) -> Clerk:
        """By wrong passwords, as people do it."""
        for _ in range(WRONG_TRIES):
            assert not self.signs_in(clerk, "wrong")
        assert not self.signs_in(clerk)
        return clerk

    def locked(self) -> Clerk:
        """A new account, locked."""
        return self.lock(self.clerk())

    def unlock_by_hand(self, clerk: Clerk) -> None:
        """As an administrator does it."""
        with self.administering() as admin:
            self._unlock(admin, clerk)
        assert self.signs_in(clerk)

    @abstractmethod
    def _unlock(self, admin: Any, clerk: Clerk) -> None: ...

    def members(self, group: str) -> set[str]:
        """DNs, lower case."""
        return {dn.casefold() for dn in self.values(group, "member")}

    def values(self, name: str, attribute: str) -> list[str]:
        """The values of an attribute of the one entry whose cn is this."""
        with self.administering() as admin:
            admin.search(self.base, f"(cn={name})", attributes=[attribute])
            (entry,) = [one for one in admin.response if one["type"] == "searchResEntry"]
            raw = {key.casefold(): found for key, found in entry["raw_attributes"].items()}
            return [value.decode() for value in raw.get(attribute.casefold(), [])]

    def change(self, dn: str, **values: list[str]) -> None:
        """Replace attributes as the administrator."""
        with self.administering() as admin:
            assert admin.modify(dn, {name: [(MODIFY_REPLACE, new)] for name, new in values.items()}), (
                admin.result
            )

    @contextmanager
    def administering(self) -> Iterator[Any]:
        """Signed in as the administrator."""
        connection = self.connection(*self.administrator)
        assert connection.bind(read_server_info=False), connection.result
        try:
            yield connection
        finally:
            connection.unbind()


def connection_to(port: int, ca_file: Path, user: str, password: str) -> Any:
    """Over TLS, where the certificate is of that authority; host names are the product's own business."""
    server = Server(
        HOST,
        port=port,
        use_ssl=True,
        get_info=NONE,
        connect_timeout=5,
        tls=Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(ca_file), valid_names=["localhost"]),
    )
    return Connection(server, user=user, password=password, check_names=False, receive_timeout=10)
