"""Accounts in a directory (Active Directory, OpenLDAP): looked at before they are changed.

| deed | so already, when | repeating |
|---|---|---|
| unlock | it is not locked | safe |
| disable, enable | the directory says so | safe |
| grant, revoke | the group does (not) name it | safe |
| reset-password | the derived password is right (tried once, only after we had begun) | sets the same one |

The marker is our own, committed before the first change: what is so already without it was done by
somebody else. One change is one LDAP modification, which a directory does whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from uketsuke.connectors.active_directory import ActiveDirectory
from uketsuke.connectors.base import Found, Outward
from uketsuke.connectors.directory_port import (
    ALREADY_THERE,
    NOT_THERE,
    Changes,
    DirectoryPort,
    Entry,
    Session,
    escaped,
)
from uketsuke.connectors.openldap import OpenLdap
from uketsuke.domain.text import fold
from uketsuke.errors import Refused, TryLater
from uketsuke.systems import System

DEEDS = frozenset({"unlock", "reset-password", "disable", "enable", "grant", "revoke"})
"""What a directory is asked to do here; new accounts and deletions stay work of a person."""
QUESTIONS = 7
"""The most that a directory is asked one after the other in one `look` or `act`.

Connect, TLS, sign in and account; then group, member and change, or connect, TLS and sign in anew.
"""
_OF_ENABLED = frozenset({"unlock", "reset-password"})


class Dialect(Protocol):
    """What differs between directories."""

    id: str
    attributes: tuple[str, ...]
    person: str
    group: str

    def is_locked(self, entry: Entry) -> bool | None:
        """By too many wrong passwords; None where that cannot be seen."""

    def is_disabled(self, entry: Entry) -> bool | None:
        """By an administrator; None where that cannot be seen."""

    def unlock(self) -> Changes:
        """The change that unlocks."""

    def disable(self, entry: Entry, disabled: bool) -> Changes:
        """The change that takes an account out of use, or into it."""

    def reset(self, password: str) -> Changes:
        """The change that sets a password to be changed at once."""

    def was_right(self, words: str) -> bool:
        """Whether a refused sign-in says that the password was right."""


DIALECTS: dict[str, type[Dialect]] = {"active-directory": ActiveDirectory, "openldap": OpenLdap}


class DirectoryConnector:
    """One directory of the settings."""

    name = "directory"

    def __init__(self, system_name: str, system: System) -> None:
        self._port = DirectoryPort(system_name, system)
        self._dialect = DIALECTS[system.kind]()
        self._base = system.base

    def look(self, effect: Outward) -> Found:
        """See `ExternalConnector`."""
        if effect.do not in DEEDS:
            raise Refused(effect.system, "not-a-deed-here")
        with self._port.session() as session:
            entry = self._account(session, effect)
            so_already = self._is_so(session, entry, effect)
        if so_already is None:
            return Found.UNKNOWN
        if not so_already:
            return Found.ABSENT
        return Found.OURS if effect.begun else Found.OTHER

    def act(self, effect: Outward) -> Mapping[str, Any]:
        """See `ExternalConnector`."""
        with self._port.session() as session:
            entry = self._account(session, effect)
            try:
                if effect.do == "reset-password" or not self._is_so(session, entry, effect):
                    self._change(session, entry, effect)
            except Refused as no:
                reset = effect.do == "reset-password" and no.reason == "constraint"
                raise Refused(no.peer, "password-policy" if reset else no.reason, no.said) from None
        return {"system": effect.system, "do": effect.do}

    def check(self) -> None:
        """See `ExternalConnector`."""
        with self._port.session() as session:
            try:
                session.find(self._base, "(objectClass=*)", ("objectClass",), below=False)
            except Refused as no:
                raise TryLater(no.peer, f"{self._base}: {no.said}") from None

    def _account(self, session: Session, effect: Outward) -> Entry:
        """Exactly one entry; an account that is out of use is not unlocked or given a password."""
        dialect = self._dialect
        condition = f"(&{dialect.person}({dialect.id}={escaped(fold(effect.account))}))"
        found = session.find(self._base, condition, (*dialect.attributes, dialect.id))
        found = [one for one in found if fold(one.first(dialect.id) or "").casefold() == _key(effect)]
        if len(found) != 1:
            raise Refused(effect.system, "several-accounts" if found else "no-such-account")
        if effect.do in _OF_ENABLED and dialect.is_disabled(found[0]):
            raise Refused(effect.system, "account-disabled")
        return found[0]

    def _group(self, session: Session, effect: Outward) -> str:
        name = str(effect.values.get("group") or "")
        found = session.find(self._base, f"(&{self._dialect.group}(cn={escaped(name)}))", ("cn",))
        if not name or len(found) != 1:
            raise Refused(effect.system, "several-groups" if len(found) > 1 else "no-such-group")
        return found[0].dn

    def _is_so(self, session: Session, entry: Entry, effect: Outward) -> bool | None:
        """Whether it is as wanted; None where that cannot be told."""
        match effect.do:
            case "unlock":
                locked = self._dialect.is_locked(entry)
                return None if locked is None else not locked
            case "disable" | "enable":
                disabled = self._dialect.is_disabled(entry)
                return None if disabled is None else disabled is (effect.do == "disable")
            case "grant" | "revoke":
                group = self._group(session, effect)
                named = session.find(group, f"(member={escaped(entry.dn)})", ("cn",), below=False)
                return bool(named) is (effect.do == "grant")
        return effect.begun and self._has(entry, effect.password)

    def _has(self, entry: Entry, password: str) -> bool:
        admitted, words = self._port.admits(entry.dn, password)
        return admitted or self._dialect.was_right(words)

    def _change(self, session: Session, entry: Entry, effect: Outward) -> None:
        match effect.do:
            case "unlock":
                session.change(entry.dn, self._dialect.unlock(), harmless=NOT_THERE)
            case "disable" | "enable":
                session.change(entry.dn, self._dialect.disable(entry, effect.do == "disable"))
            case "grant":
                group = self._group(session, effect)
                session.change(group, {"member": [("add", [entry.dn])]}, harmless=ALREADY_THERE)
            case "revoke":
                group = self._group(session, effect)
                session.change(group, {"member": [("delete", [entry.dn])]}, harmless=NOT_THERE)
            case "reset-password":
                session.change(entry.dn, self._dialect.reset(effect.password))
            case _:
                raise Refused(effect.system, "not-a-deed-here")


def _key(effect: Outward) -> str:
    return fold(effect.account).casefold()
