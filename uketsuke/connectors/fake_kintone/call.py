"""One call of an API: who calls, with which parameters, when; and the questions that every endpoint asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, malformed, say
from uketsuke.connectors.fake_kintone.state import ADMINISTRATOR, App, Domain, Record, Right, User

Answer = dict[str, Any]
Emit = Callable[[App, str, dict[str, Any]], None]
"""Tells an app's webhooks of an event: app, event, payload."""


@dataclass(frozen=True)
class Caller:
    """Who calls: a user with a password, API tokens of apps, or a token of cybozu.com."""

    user: User | None = None
    tokens: tuple[str, ...] = ()
    user_api: bool = False
    dangerous: bool = False

    @property
    def code(self) -> str:
        """In whose name things happen; a token's name is Administrator."""
        return self.user.code if self.user else ADMINISTRATOR


@dataclass(frozen=True)
class Call:
    """What an endpoint is given."""

    domain: Domain
    caller: Caller
    now: datetime
    params: Mapping[str, Any]
    emit: Emit = field(default=lambda app, event, payload: None)
    single: bool = True
    """Whether the call tells webhooks: those for many records at once do not."""
    cursors: dict[str, Any] = field(default_factory=dict)

    def number(self, name: str, *, least: int = 1) -> int:
        """A whole number that must be given, as a number or as text."""
        found = self.optional_number(name, least=least)
        if found is None:
            raise lacking(name)
        return found

    def optional_number(self, name: str, *, least: int = 0) -> int | None:
        """A whole number, or None where none was given."""
        return whole(self.params.get(name), name, least)

    def app(self, right: Right, name: str = "app") -> App:
        """The app that is named, if the caller has that right on it."""
        number = self.number(name)
        app = self.domain.apps.get(number)
        if app is None:
            raise Problem(404, "GAIA_AP01", "no-app", id=number)
        require(self.caller, app, right)
        return app

    def record(self, app: App, name: str = "id") -> Record:
        """The record that is named."""
        return found_record(app, self.number(name))


def whole(value: object, name: str, least: int) -> int | None:
    """A number given as number or text; None where nothing was given."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise malformed()
    try:
        found = int(value)
    except ValueError:
        raise malformed() from None
    if found < least:
        raise invalid({name: [say("at-least-1")] if least == 1 else [say("between", low=least, high="…")]})
    return found


def found_record(app: App, number: int) -> Record:
    """A record by its id."""
    record = app.records.get(number)
    if record is None:
        raise Problem(404, "GAIA_RE01", "no-record", id=number)
    return record


def require(caller: Caller, app: App, right: Right) -> None:
    """Refuse whoever lacks a right on an app; a token is good for its own app only."""
    if caller.user is not None:
        if not _permits(caller.user, app, right):
            raise Problem(403, "CB_NO02", "may-not")
        return
    own = [token for token in app.tokens if token.token in caller.tokens]
    if not own:
        raise Problem(400, "GAIA_IA02", "wrong-token")
    if not any(right in token.rights for token in own):
        raise Problem(403, "GAIA_NO01", "token-may-not")


def require_password(call: Call) -> User:
    """The user behind the call; API tokens cannot do what needs a user."""
    if call.caller.user is None:
        raise Problem(403, "GAIA_NO01", "token-may-not")
    return call.caller.user


def _permits(user: User, app: App, right: Right) -> bool:
    if user.administrator:
        return True
    if not app.permissions:
        return right != "manage"
    return right in app.permissions.get(user.code, ())


def listed(params: Mapping[str, Any], name: str) -> list[Any]:
    """A parameter that is a list; empty where it was not given."""
    found = params.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise malformed()
    return found


def shaped(value: object) -> dict[str, Any]:
    """A parameter that is an object."""
    if not isinstance(value, dict):
        raise malformed()
    return value


def truth(value: object) -> bool:
    """A truth value given as such or as text."""
    return value is True or value == "true"
