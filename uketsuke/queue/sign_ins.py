"""Roles and screens of those who sign in: changed with a reason, by somebody else, audited (DESIGN 10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from uketsuke.app import Actor, App
from uketsuke.domain.states import Role
from uketsuke.errors import Incomplete, NotAllowed, NotFound
from uketsuke.store.transaction import Transaction
from uketsuke.store.users import User

GIVEN = (Role.STAFF, Role.OPERATOR, Role.LEAD, Role.OFFICER, Role.ADMIN)
"""What a sign-in can be given, in the order of the form."""
SHORTEST = 12
"""Characters a password must have (NIST SP 800-63B asks for length, not for variety)."""
OVERSEERS = frozenset({Role.LEAD, Role.ADMIN})


def change(app: App, actor: Actor, login: str, roles: Collection[Role], is_active: bool, reason: str) -> None:
    """Give these roles, or let the sign-in rest; either closes its open screens.

    Raises `Incomplete` (no reason), `NotAllowed` (why: see `hindrance`), `NotFound`.
    """
    if not reason.strip():
        raise Incomplete({"reason": "missing"})
    wanted = tuple(role for role in GIVEN if role in roles)
    with app.database.transaction("sign-in") as tx:
        tx.users.lock()
        before = _known(tx, login)
        after = before.model_copy(update={"roles": wanted, "active": is_active})
        why = hindrance(tx, actor, before) or _too_high(tx, actor, before, after)
        if why:
            raise NotAllowed("roles", login, why)
        if after == before:
            return
        tx.users.put(after)
        tx.sessions.close_all(login)
        facts = {"before": _facts(before), "after": _facts(after)}
        tx.audit.append(
            at=tx.now,
            actor=actor.login,
            action="user-roles",
            subject=f"user:{login}",
            reason=reason,
            facts={**facts},
        )


def close_screens(app: App, actor: Actor, login: str, reason: str) -> None:
    """End every session of a sign-in, one's own too; raises `Incomplete`, `NotFound`."""
    if not reason.strip():
        raise Incomplete({"reason": "missing"})
    with app.database.transaction("sign-in") as tx:
        _known(tx, login)
        tx.sessions.close_all(login)
        tx.audit.append(
            at=tx.now, actor=actor.login, action="user-sessions", subject=f"user:{login}", reason=reason
        )


def end_others(app: App, actor: Actor, own: str) -> int:
    """End the actor's sessions except that of one token's hash; gives how many."""
    with app.database.transaction("sign-in") as tx:
        count = tx.sessions.close_all(actor.login, but=own)
        if count:
            tx.audit.append(
                at=tx.now,
                actor=actor.login,
                action="user-sessions",
                subject=f"user:{actor.login}",
                facts={"ended": count},
            )
    return count


def may_sign_in(tx: Transaction, user: User, today: date) -> bool:
    """Whether the sign-in is in use, and its person, where the directory knows them, in office."""
    person = tx.people.get(user.employee_number) if user.employee_number else None
    return user.active and (person is None or person.is_active(today))


def would_leave_no_admin(tx: Transaction, after: User) -> bool:
    """Whether nobody could be an admin any more once this sign-in is so; ask under `users.lock`."""
    others = [one for one in tx.users.all() if one.login != after.login]
    was = tx.users.get(after.login)
    return (
        was is not None
        and _is_admin(was)
        and not _is_admin(after)
        and not any(_is_admin(one) for one in others)
    )


def _is_admin(user: User) -> bool:
    return user.active and Role.ADMIN in user.roles


def hindrance(tx: Transaction, actor: Actor, user: User) -> str | None:
    """Why this actor may not change that sign-in at all: `role`, `oneself`, `admin`; None where they may.

    As only an admin changes admins, and nobody oneself, the last one stays.
    """
    own = tx.users.get(actor.login)
    roles = frozenset(own.roles) if own and own.active else frozenset[Role]()
    if not roles & OVERSEERS:
        return "role"
    same = user.employee_number is not None and user.employee_number == (own.employee_number if own else None)
    if user.login == actor.login or same:
        return "oneself"
    return "admin" if Role.ADMIN in user.roles and Role.ADMIN not in roles else None


def _too_high(tx: Transaction, actor: Actor, before: User, after: User) -> str | None:
    own = tx.users.get(actor.login)
    is_admin = own is not None and Role.ADMIN in own.roles
    return "admin" if Role.ADMIN in set(after.roles) - set(before.roles) and not is_admin else None


def _known(tx: Transaction, login: str) -> User:
    user = tx.users.get(login)
    if user is None:
        raise NotFound("user", login)
    return user


def _facts(user: User) -> str:
    roles = " ".join(role.value for role in user.roles)
    return roles if user.active else f"{roles} (inactive)".strip()
