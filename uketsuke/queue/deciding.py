"""One decision about a request in its transaction: the version that was seen, the change, its audit entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.domain.states import Decision, RequestState, follow
from uketsuke.errors import StaleVersion
from uketsuke.store.requests import Changes, RequestRow
from uketsuke.store.transaction import Transaction


@dataclass
class Deciding:
    """One decision in its transaction."""

    app: App
    tx: Transaction
    actor: Actor
    request: RequestRow
    told: dict[str, JsonValue] = field(default_factory=dict)
    """Personal details of the change, for the audit log."""

    def follow(self, decision: Decision, end: RequestState | None = None) -> RequestState:
        """The state that the decision leads to, for this kind and role; raises `NotAllowed`."""
        return follow(self.request.state, decision, self.actor.role, end, self.request.kind)

    def change(
        self, action: str, reason: str | None, facts: Mapping[str, Any] | None, changes: Changes
    ) -> int:
        """Write the change and its audit entry; gives the new version.

        The entry says which version it made and what was before: 取り消す goes back to that.
        `reason` is a person's words: like corrected values it can be erased from the
        audit log without breaking its chain.
        """
        told = [name for name in changes if name in _TOLD]
        before = {name: _plain(getattr(self.request, name)) for name in told}
        after = {name: _plain(changes.get(name)) for name in told}
        version = self.tx.requests.update(self.request.id, self.request.version, **changes)
        self.tx.audit.note(
            self.request,
            self.actor.login,
            action,
            facts={"before": before, "after": after, "version": version, **(facts or {})},
            personal={"reason": reason, **self.told} if reason or self.told else None,
        )
        self.request = self.tx.requests.get(self.request.id)
        return version


_TOLD = frozenset({"state", "service", "assignee", "held_until", "due_at", "due_what", "merged_into"})
"""Columns whose change the audit log shows; personal values stand in the reading."""


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@contextmanager
def deciding(
    app: App, actor: Actor, request_id: int, version: int, name: str, beside: int | None = None
) -> Iterator[Deciding]:
    """A transaction over the request as the actor saw it, and over another one `beside` it."""
    with app.database.transaction(name) as tx:
        # In one order for all: two opposite merges would wait for each other for ever (AP-6).
        locked = {one: tx.requests.get_locked(one) for one in sorted({request_id, beside or request_id})}
        request = locked[request_id]
        if request.version != version:
            raise StaleVersion("request", version, request.version)
        yield Deciding(app, tx, actor, request)
