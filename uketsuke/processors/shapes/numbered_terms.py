"""What an application for numbered accounts, and its service, declare to the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from uketsuke.domain.deadline import AfterBusinessDays, AtEvent
from uketsuke.domain.people import Person
from uketsuke.domain.plan import Values

WORK_DAYS = AfterBusinessDays(event="applied", business_days=2)
"""Numbers and registrations: within two business days of applying (000:11, 000:12)."""
TELL_DAYS = AfterBusinessDays(event="dept_check_passed", business_days=2)
"""The letters: within two business days of the department's check."""
AT_ONCE = AtEvent(event="done")
Deed = Literal["create", "change"]


@dataclass(frozen=True)
class Holder:
    """One account of the request: of whom, and in a change which one and how."""

    name: str
    """As people are told apart: the name, or the account where nobody is named."""
    mail: str = ""
    person: Person | None = None
    """Who it is by the directory, where name and address agree with it."""
    account_id: str = ""
    """In a change: the account that exists."""
    change: str = ""
    version: int = 0
    """In a change: the version of its row in the ledger."""
    row: Values = field(default_factory=dict)
    """What the ledger says of a new account besides what it says of all of them."""


@dataclass(frozen=True)
class Environment:
    """One system in which the accounts are registered by hand."""

    step: int
    system: str
    day: str
    """The ledger's column for the day, and the result that records it."""
    label: str


@dataclass(frozen=True)
class NumberedTerms:
    """What a service declares about its accounts; steps are those of the catalogue's service."""

    template: Callable[[str], str]
    ledger: str
    section_series: str
    account_series: str
    section_label: str
    account_label: str
    environments: tuple[Environment, ...]
    begin: int
    """Showing on the application's record that it has begun, and `end` that it is done."""
    allocate: int
    mail: int
    check: int
    tell: int
    owners: int | None
    """Telling everybody their own account; None where accounts belong to nobody in particular."""
    end: int
    office: str
    """The department that checks."""
    booked: tuple[str, ...]
    """Columns of the ledger that are written after the check, of those that are known then."""
    states: dict[Deed, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Application:
    """What is asked for."""

    deed: Deed
    department: str
    holders: tuple[Holder, ...]
    requester: str
    section_id: str = ""
    """In a change: the department's number that exists."""
    row: Values = field(default_factory=dict)
    """What the ledger says of all new accounts."""
    facts: Values = field(default_factory=dict)
    """What the letters say besides."""
