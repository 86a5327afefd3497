"""What a plan may look at, over the database: `domain.world.World` on one open transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from pydantic import JsonValue

from uketsuke.domain.authority import R3_PER_DAY, R3_PER_HOUR, Action, SecondPerson, policy_of
from uketsuke.domain.calendar import JST, Calendar
from uketsuke.domain.people import Account, Department, Person, Post, RegisteredForm, SharedMailbox, speaks
from uketsuke.domain.text import person_key
from uketsuke.domain.world import LedgerRow, OpenRequest, find_form
from uketsuke.store.likeness import nearest
from uketsuke.store.transaction import Transaction

RECENT = timedelta(days=30)
"""How long an ended request still counts as a possible duplicate (catalogue FR-06)."""

HOUR = timedelta(hours=1)


class StoredWorld:
    """Read-only; valid while the transaction is open."""

    def __init__(
        self,
        tx: Transaction,
        today: date,
        calendar: Calendar,
        staff_domains: Collection[str] | None = None,
        trusted_authserv_ids: Collection[str] | None = None,
        border_hosts: Collection[str] = (),
        networks: Collection[str] = (),
        forms: Collection[RegisteredForm] = (),
        policy: Mapping[str, SecondPerson] | None = None,
        choices: Mapping[str, str] | None = None,
    ) -> None:
        self._tx, self.today, self.calendar = tx, today, calendar
        self.staff_domains = _folded(staff_domains)
        self.trusted_authserv_ids = _folded(trusted_authserv_ids)
        self.border_hosts = _folded(border_hosts) or frozenset()
        self.networks = frozenset(networks)
        self._forms, self._policy = tuple(forms), dict(policy or {})
        self._choices = dict(choices or {})

    def people(self, *, mail: str | None = None, name: str | None = None) -> list[Person] | None:
        """See `World`."""
        if not self._tx.people.known():
            return None
        if mail is not None:
            found = self._tx.people.by_mail(mail)
        else:
            found = self._tx.people.everybody() if name is None else self._tx.people.named(name)
        return [
            person
            for person in found
            if person.is_active(self.today) and (name is None or person_key(person.name) == person_key(name))
        ]

    def departments(self, text: str) -> list[Department] | None:
        """See `World`."""
        if not self._tx.departments.known():
            return None
        return [one for one in self._tx.departments.matching(text) if one.is_valid(self.today)]

    def like_department(self, text: str) -> str | None:
        """See `World`."""
        return nearest(
            text,
            {
                one.name: (one.name, *one.aliases)
                for one in self._tx.departments.all()
                if one.is_valid(self.today)
            },
        )

    def mailbox(self, mail: str) -> SharedMailbox | None:
        """See `World`."""
        return self._tx.departments.mailbox(mail)

    def address_of(self, department: str) -> str | None:
        """See `World`."""
        return self._tx.departments.address_of(department)

    def knows_ledger(self, ledger: str) -> bool:
        """See `World`."""
        return self._tx.ledgers.knows(ledger)

    def row(self, ledger: str, key: str) -> LedgerRow | None:
        """See `World`."""
        return self._tx.ledgers.row(ledger, key)

    def rows(self, ledger: str, criteria: Mapping[str, JsonValue]) -> list[LedgerRow]:
        """See `World`."""
        return self._tx.ledgers.rows(ledger, criteria)

    def account(self, system: str, account_id: str) -> Account | None:
        """See `World`."""
        return self._tx.accounts.get(system, account_id)

    def form(self, relay: str, form_id: str) -> RegisteredForm | None:
        """See `World`."""
        return find_form(self._forms, relay, form_id)

    def person(self, employee_number: str) -> Person | None:
        """See `World`."""
        found = self._tx.people.get(employee_number)
        return found if found is not None and found.is_active(self.today) else None

    def posts(self, employee_number: str) -> tuple[Post, ...]:
        """See `World`."""
        found = self._tx.people.get(employee_number)
        held = [*(found.posts if found else ()), *self._tx.posts.of_person(employee_number)]
        return tuple(one for one in held if speaks(one, self.today))

    def second_person(
        self, service: str, action: Action, *, persons: Collection[str] = (), effects: int = 1
    ) -> SecondPerson:
        """See `World`."""
        lifted = self.too_much(persons, effects)
        return SecondPerson.BEFORE if lifted else policy_of(self._policy, service, action)

    def too_much(self, persons: Collection[str] = (), effects: int = 1) -> bool:
        """Whether so many R3 effects more are too many for one of them today, or in an hour of everybody."""
        today = datetime.combine(self.today, time(), JST)
        counts = self._tx.oversight.released_of(persons, today).values() if persons else ()
        lately = self._tx.oversight.released_since(self._tx.now - HOUR)
        return lately + effects > R3_PER_HOUR or any(count + effects > R3_PER_DAY for count in counts)

    def choice(self, setting: str) -> str | None:
        """See `World`."""
        return self._choices.get(setting)

    def similar(self, service: str, department: str, field: str, value: str) -> list[OpenRequest]:
        """See `World`."""
        since = datetime.combine(self.today, time(), JST) - RECENT
        return [
            OpenRequest(
                number=row.number,
                service=service,
                department=row.department,
                values=row.reading.plain(),
                at=row.applied_at,
            )
            for row in self._tx.requests.similar(service, department, value, since)
        ]


def _folded(values: Collection[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(value.casefold() for value in values)
