"""What a plan may look at: a read-only view of ledgers, people and calendar.

`World` is what processors see; `snapshot.SnapshotWorld` is one of plain values,
`store.world.StoredWorld` one over the database. A list that is absent means
unknown: rules that need it are skipped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from pydantic import JsonValue

from uketsuke.domain.authority import Action, SecondPerson
from uketsuke.domain.calendar import Calendar
from uketsuke.domain.content import Frozen
from uketsuke.domain.people import Account, Department, Person, Post, RegisteredForm, SharedMailbox
from uketsuke.domain.text import key as text_key
from uketsuke.domain.text import person_key


class LedgerRow(Frozen):
    """One row as it stands, with the version a change must name."""

    ledger: str
    key: str
    version: int
    values: dict[str, JsonValue]


class OpenRequest(Frozen):
    """An open or recently ended request, for the duplicate rule (FR-06)."""

    number: str
    service: str
    department: str | None
    values: dict[str, JsonValue]
    at: datetime


class World(Protocol):
    """The read-only view that processors are given."""

    @property
    def today(self) -> date:
        """The business day it is, Japan time."""

    @property
    def calendar(self) -> Calendar:
        """Which days count."""

    @property
    def staff_domains(self) -> frozenset[str] | None:
        """Mail domains of the city's own people; None = unknown."""

    @property
    def trusted_authserv_ids(self) -> frozenset[str] | None:
        """Whose Authentication-Results count; None = unknown."""

    @property
    def border_hosts(self) -> frozenset[str]:
        """Hosts whose Received header tells when the city had the mail."""

    @property
    def networks(self) -> frozenset[str]:
        """Networks of the city's own mail hosts, as `10.0.0.0/8`."""

    def people(self, *, mail: str | None = None, name: str | None = None) -> list[Person] | None:
        """Active people with that address or that name; None = directory unknown."""

    def departments(self, text: str) -> list[Department] | None:
        """Departments of that name, alias or code; None = unknown."""

    def like_department(self, text: str) -> str | None:
        """The department that the text nearly names, for asking only; None where none stands out."""

    def mailbox(self, mail: str) -> SharedMailbox | None:
        """The shared mailbox of that address."""

    def address_of(self, department: str) -> str | None:
        """Where letters to a department go: its mailbox, else its general-affairs list."""

    def row(self, ledger: str, key: str) -> LedgerRow | None:
        """The ledger row of that key."""

    def rows(self, ledger: str, criteria: Mapping[str, JsonValue]) -> list[LedgerRow]:
        """Rows whose values equal the criteria."""

    def knows_ledger(self, ledger: str) -> bool:
        """Whether the ledger's rows are known at all."""

    def account(self, system: str, account_id: str) -> Account | None:
        """The account of that id, compared without regard to case and width."""

    def form(self, relay: str, form_id: str) -> RegisteredForm | None:
        """The registered form behind a machine's mail (path `cms-survey`)."""

    def person(self, employee_number: str) -> Person | None:
        """The active person of that number."""

    def posts(self, employee_number: str) -> tuple[Post, ...]:
        """The posts of that person which are held today and say for whom else they may ask."""

    def second_person(
        self, service: str, action: Action, *, persons: Collection[str] = (), effects: int = 1
    ) -> SecondPerson:
        """The city's policy for that service and action, lifted while too much is happening (FAULTS 3).

        `persons` are the employee numbers of who asks and whose account it is: too much may be of one
        person; `effects` is how many accounts it would change.
        """

    def choice(self, setting: str) -> str | None:
        """What the city has chosen for a setting of the catalogue (`initial_password`); None = nothing."""

    def similar(self, service: str, department: str, field: str, value: str) -> list[OpenRequest]:
        """Open or recently closed requests of the same service, department and key field (FR-06)."""


def match_departments(departments: Iterable[Department], text: str) -> list[Department]:
    """Exact name or code first, then alias, each compared by its key, old characters as new ones (FR-03)."""
    wanted = person_key(text)
    known = list(departments)
    exact = [found for found in known if wanted in (person_key(found.name), text_key(found.code))]
    return exact or [found for found in known if wanted in {person_key(alias) for alias in found.aliases}]


def find_form(forms: Iterable[RegisteredForm], relay: str, form_id: str) -> RegisteredForm | None:
    """The form of that relay and id; the address is compared without regard to case."""
    return next(
        (one for one in forms if one.relay.casefold() == relay.casefold() and one.form_id == form_id), None
    )
