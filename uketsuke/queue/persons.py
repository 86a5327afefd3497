"""Rules compare persons, not sign-ins: one person may have two (DESIGN 10, FAULTS S13).

Who is not known may be anybody: what another person must do, a sign-in without a
person never does, and nobody does it where the first person is not known.
"""

from __future__ import annotations

from collections.abc import Iterable

from uketsuke.app import Actor
from uketsuke.errors import SamePerson
from uketsuke.store.transaction import Transaction


def person_of(tx: Transaction, login: str | None) -> str | None:
    """The person behind a sign-in; None where nobody knows."""
    user = tx.users.get(login) if login else None
    return user.employee_number if user else None


def require_person(actor: Actor, action: str, where: str) -> str:
    """The person behind the actor; raises `SamePerson` where nobody knows who that is."""
    if not actor.person:
        raise SamePerson(action, where, "no person stands behind this sign-in")
    return actor.person


def require_other(actor: Actor, action: str, where: str, involved: Iterable[str | None]) -> str:
    """The person behind the actor, who is none of those involved; raises `SamePerson`."""
    person = require_person(actor, action, where)
    for other in involved:
        if not other:
            raise SamePerson(action, where, "not everybody involved is known")
        if other == person:
            raise SamePerson(action, where, "it is for another person to do")
    return person
