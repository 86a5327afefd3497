"""The directory: people, departments, shared mailboxes, accounts (DESIGN 10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select

from uketsuke.domain.calendar import local_day
from uketsuke.domain.people import Account, Department, Person, SharedMailbox
from uketsuke.domain.text import fold, person_key
from uketsuke.domain.text import key as text_key
from uketsuke.domain.world import match_departments
from uketsuke.store.likeness import nearest
from uketsuke.store.registers import accounts, departments, people, shared_mailboxes
from uketsuke.store.repository import Repository

_PERSON = tuple(people.c[name] for name in Person.model_fields)
_DEPARTMENT = tuple(departments.c[name] for name in Department.model_fields)


class People(Repository):
    """Persons as they are today; who wants active ones checks `Person.is_active` for the day that counts.

    What a list says ahead of its day (発令日) is there already and counts from that day on.
    """

    def known(self) -> bool:
        """Whether there is a directory at all; without one, rules that need it are skipped."""
        return self._connection.execute(select(people.c.employee_number).limit(1)).scalar() is not None

    def put(self, person: Person) -> None:
        """Add a person as from `valid_from` on, or replace what was known of that person from that day on."""
        words = (person.employee_number, person.name, person.kana, person.phone, person.mail)
        keys = {
            "mail_key": person.mail.casefold() if person.mail else None,
            "name_key": person_key(person.name),
            "search": " ".join([*(text_key(word) for word in words if word), person_key(person.name)]),
        }
        self._replace(people, {**dict(person), **keys, "since": since(person)})

    def take(self, person: Person) -> None:
        """Forget what is known of a person as from `valid_from` on."""
        mine = (people.c.employee_number == person.employee_number) & (people.c.since == since(person))
        self._connection.execute(delete(people).where(mine))

    def import_rows(self, rows: Iterable[Person]) -> int:
        """Put many; gives how many."""
        persons = list(rows)
        for person in persons:
            self.put(person)
        return len(persons)

    def export_rows(self) -> list[Person]:
        """Everybody as they are today and will be, by employee number and day."""
        mine = select(*_PERSON).where(people.c.since >= self._standing())
        return self._all(Person, mine.order_by(people.c.employee_number, people.c.since))

    def everybody(self) -> list[Person]:
        """Everybody as they are today, by employee number."""
        return self._all(Person, self._today().order_by(people.c.employee_number))

    def history(self, employee_number: str) -> list[Person]:
        """What was, is and will be known of a person, oldest first."""
        mine = select(*_PERSON).where(people.c.employee_number == employee_number)
        return self._all(Person, mine.order_by(people.c.since))

    def get(self, employee_number: str) -> Person | None:
        """The person of that number."""
        return self._one(Person, self._today().where(people.c.employee_number == employee_number))

    def by_mail(self, mail: str) -> list[Person]:
        """Who has that address; several mean that nobody is proven."""
        mine = self._today().where(people.c.mail_key == mail.casefold())
        return self._all(Person, mine.order_by(people.c.employee_number))

    def named(self, name: str) -> list[Person]:
        """Who has that name, old and variant characters taken as the same."""
        mine = self._today().where(people.c.name_key == person_key(name))
        return self._all(Person, mine.order_by(people.c.employee_number))

    def of_department(self, department: str) -> list[Person]:
        """Who sits there."""
        mine = self._today().where(people.c.department == department)
        return self._all(Person, mine.order_by(people.c.kana, people.c.employee_number))

    def search(self, words: str, limit: int = 20) -> list[Person]:
        """People in whose number, name, kana, extension or address every word occurs (UX AP-82)."""
        found = [
            people.c.search.contains(text_key(word), autoescape=True)
            | people.c.search.contains(person_key(word), autoescape=True)
            for word in words.split()
        ]
        statement = self._today().where(people.c.active, *found).order_by(people.c.kana)
        return self._all(Person, statement.limit(limit))

    def like(self, name: str, on: date) -> Person | None:
        """Who has nearly that name or reading, in office on that day; None where nobody stands out."""
        persons = {one.employee_number: one for one in self.everybody() if one.is_active(on)}
        found = nearest(name, {number: (one.name, one.kana) for number, one in persons.items()})
        return persons[found] if found else None

    def _today(self) -> Select[Any]:
        return select(*_PERSON).where(people.c.since == self._standing())

    def _standing(self) -> ColumnElement[date]:
        """The day since when the row stands that counts today; the first row of who is yet to come."""
        row = people.alias()
        mine = select(func.max(row.c.since)).where(row.c.employee_number == people.c.employee_number)
        begun = mine.where(row.c.since <= local_day(self._at())).scalar_subquery()
        first = select(func.min(row.c.since)).where(row.c.employee_number == people.c.employee_number)
        return func.coalesce(begun, first.scalar_subquery())


def since(person: Person) -> date:
    """The day from which on the row counts."""
    return person.valid_from or date.min


class Departments(Repository):
    """Departments and the mailboxes they share."""

    def known(self) -> bool:
        """Whether departments are known at all."""
        return self._connection.execute(select(departments.c.code).limit(1)).scalar() is not None

    def put(self, department: Department) -> None:
        """Add a department, or replace the one with that code."""
        self._replace(departments, dict(department))

    def all(self) -> list[Department]:
        """Every department, by code."""
        return self._all(Department, select(*_DEPARTMENT).order_by(departments.c.code))

    def matching(self, words: str) -> list[Department]:
        """Departments of that name or code, else of that alias, folded (FR-03)."""
        return match_departments(self.all(), words)

    def put_mailbox(self, mailbox: SharedMailbox) -> None:
        """Add a shared mailbox, or move it to another department."""
        self._replace(shared_mailboxes, {"mail": mailbox.mail.casefold(), "department": mailbox.department})

    def take_mailbox(self, mail: str) -> None:
        """Nobody shares that mailbox any more."""
        self._connection.execute(delete(shared_mailboxes).where(shared_mailboxes.c.mail == mail.casefold()))

    def mailbox(self, mail: str) -> SharedMailbox | None:
        """The shared mailbox of that address."""
        mine = select(shared_mailboxes).where(shared_mailboxes.c.mail == mail.casefold())
        return self._one(SharedMailbox, mine)

    def mailboxes(self) -> list[SharedMailbox]:
        """Every shared mailbox."""
        return self._all(SharedMailbox, select(shared_mailboxes).order_by(shared_mailboxes.c.mail))

    def address_of(self, department: str) -> str | None:
        """Where letters to a department go: its mailbox, else its general-affairs list."""
        box = select(func.min(shared_mailboxes.c.mail)).where(shared_mailboxes.c.department == department)
        affairs = select(func.min(departments.c.general_affairs_list)).where(departments.c.name == department)
        return self._connection.execute(box).scalar() or self._connection.execute(affairs).scalar()


class Accounts(Repository):
    """Accounts of named systems."""

    def put(self, account: Account) -> None:
        """Add an account, or replace the one with that id."""
        self._replace(accounts, account.model_dump(exclude={"locked"}))

    def get(self, system: str, account_id: str) -> Account | None:
        """The account of that id in that system, compared without regard to case and width.

        Where several are left, the one that is written exactly so, else none: nobody guesses whose it is.
        """
        same = func.lower(accounts.c.id) == fold(account_id).casefold()
        found = self._all(Account, select(accounts).where(accounts.c.system == system, same).limit(9))
        exact = [one for one in found if one.id == account_id] or found
        return exact[0] if len(exact) == 1 else None

    def all(self) -> list[Account]:
        """Every account, by system and id."""
        return self._all(Account, select(accounts).order_by(accounts.c.system, accounts.c.id))

    def of_person(self, employee_number: str) -> list[Account]:
        """All accounts of a person."""
        mine = select(accounts).where(accounts.c.employee_number == employee_number)
        return self._all(Account, mine.order_by(accounts.c.system, accounts.c.id))
