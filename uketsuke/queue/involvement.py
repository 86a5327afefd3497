"""Who had which part in a request, as plans, values, checks and the audit log say: one place for all rules.

Persons are compared, never sign-ins (see `uketsuke.queue.persons`). Somebody who had a part and
whom nobody knows as a person may be anybody, and stands here as None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from uketsuke.app import SYSTEM, Actor
from uketsuke.domain.consent import owners_of
from uketsuke.domain.parts import BARRED, EDITS, MOVES, Part
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import SourceKind
from uketsuke.intake.note import believed
from uketsuke.queue.persons import person_of, require_other
from uketsuke.store.audit import Entry
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction

Parts = Mapping[Part, frozenset[str | None]]
IDENTITY_CHECK = "identity-check"
"""Key under which an operator's identity check stands among the overrides."""
NOT_SIGNED_IN = frozenset({SYSTEM.login, "requester", "owner"})
"""Actors that stand for no sign-in, where nobody has signed in under that name: they are known otherwise."""


def require_apart(
    tx: Transaction, actor: Actor, action: str, where: str, request: RequestRow, steps: Iterable[Step]
) -> str:
    """The person behind the actor, who has none of the parts that bar from this; raises `SamePerson`."""
    return require_other(actor, action, where, barred(parts_in(tx, request, steps), action))


def barred(parts: Parts, action: str) -> frozenset[str | None]:
    """Everybody who may not; None among them where somebody is not known."""
    return frozenset().union(*(parts[part] for part in BARRED[action]))


def parts_in(tx: Transaction, request: RequestRow, steps: Iterable[Step]) -> Parts:
    """Who has which part, up to now; it is about the accounts of all its plans, and of `steps`."""
    plans = tx.plans.versions(request.id)
    entries = tx.audit.of_request(request.id)
    return {
        Part.REQUESTER: frozenset({request.authority.person if request.authority else None}),
        # A plan made anew has only what is left, and may name nobody any more.
        Part.OWNER: owners_of([*steps, *(step for one in plans for step in one.plan().steps)]),
        Part.MAKER: _makers(tx, [one.created_by for one in plans]),
        Part.EDITOR: _persons(tx, _editors(tx, request, entries)),
        Part.CHECKER: _persons(tx, _checkers(request, entries)),
        Part.MOVER: _persons(tx, (one.actor for one in entries if one.action in MOVES)),
        Part.DOER: _persons(tx, (one.actor for one in entries if one.action.startswith("step-"))),
    }


def _makers(tx: Transaction, logins: Sequence[str]) -> frozenset[str | None]:
    """Of all versions; what made the newest is a person, or nobody knows who it was."""
    newest = {person_of(tx, logins[-1])} if logins else set()
    return _persons(tx, logins[:-1]) | newest


def _editors(tx: Transaction, request: RequestRow, entries: Iterable[Entry]) -> Iterator[str]:
    receipt = tx.receipts.get(request.receipt_id)
    note = believed(receipt.content, receipt.channel, receipt.source) if receipt.content else None
    if note is not None and note.entered_by:
        yield note.entered_by
    for value in (one for found in request.reading.values.values() for one in found):
        if value.source.kind is SourceKind.OPERATOR and value.source.who:
            yield value.source.who
    yield from (one.actor for one in entries if one.action in EDITS)


def _checkers(request: RequestRow, entries: Iterable[Entry]) -> Iterator[str]:
    if check := request.overrides.get(IDENTITY_CHECK):
        yield check.by
    for entry in entries:
        if entry.action == "attest":
            yield entry.actor
        elif entry.action == "step-confirm":
            yield str(entry.facts.get("by") or entry.actor)


def _persons(tx: Transaction, logins: Iterable[str]) -> frozenset[str | None]:
    known = {login: tx.users.get(login) for login in logins}
    return frozenset(
        user.employee_number or None if user else None
        for login, user in known.items()
        if user is not None or login not in NOT_SIGNED_IN
    )
