"""自分のサインイン: where one is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.store.users import Session


@dataclass(frozen=True)
class SessionRow:
    """One browser in which somebody is signed in."""

    browser: str
    address: str
    since: str
    used: str
    until: str
    is_own: bool


def session_rows(sessions: Sequence[Session], own: str, naming: Naming) -> tuple[SessionRow, ...]:
    """The browsers, that with the hash `own` first."""
    ordered = sorted(sessions, key=lambda one: one.token_hash != own)
    return tuple(
        SessionRow(
            one.browser or "―",
            one.address or "―",
            naming.at(one.created_at),
            naming.words("own.now") if one.token_hash == own else naming.at(one.seen_at),
            naming.at(one.expires_at),
            one.token_hash == own,
        )
        for one in ordered
    )
