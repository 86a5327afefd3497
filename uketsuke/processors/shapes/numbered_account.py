"""Accounts with a number of their department's range: what the services that give them share.

They are numbered in our ledger, registered by hand in each environment, checked by a
department and announced (000:11, 000:12). An application is for one's own section.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import JsonValue

from uketsuke.domain.authority import Action, Risk, Target
from uketsuke.domain.gravity import MANY
from uketsuke.domain.numbering import NoStem
from uketsuke.domain.people import Asker, Person
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import Concern
from uketsuke.domain.request import Plain, Rule, ServiceRequest, Widget, field
from uketsuke.domain.text import person_key
from uketsuke.domain.world import LedgerRow, World
from uketsuke.processors.base import Block, Deadline, Processor, Subject
from uketsuke.processors.common_fields import RequesterFields, remarks_field
from uketsuke.processors.ledger import Ledger
from uketsuke.processors.shapes.numbered_plan import NumberedPlan
from uketsuke.processors.shapes.numbered_terms import TELL_DAYS, WORK_DAYS, Application, NumberedTerms

CREATE, CHANGE = "create", "change"
TOLD = frozenset(
    {
        "receipt_number",
        "deed",
        "department",
        "requester",
        "names",
        "changes",
        "department_id",
        "account_ids",
    }
)
"""What the letters about the whole application may say."""
OWN = frozenset({"receipt_number", "deed", "requester", "user_name", "change", "department_id", "account_id"})
"""What the letter to somebody else says: what is theirs."""


def is_change(values: Plain) -> bool:
    """Whether an existing account is to be changed."""
    return values.get("kind") == CHANGE


class NumberedRequest(RequesterFields):
    """The fields that these services have besides their own."""

    department_code: str | None = field(
        "所属コード",
        aliases=("課コード", "組織コード", "所属CD"),
        rule=Rule.CODE,
        pattern=r"[0-9]{4,10}",
    )
    remarks: str | None = remarks_field()


def kind_field(create: tuple[str, ...], change: tuple[str, ...]) -> Any:
    """申請区分, with the words for a new account and for a change."""
    return field(
        "申請区分",
        aliases=("区分", "新規・変更", "種別"),
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words={CREATE: create, CHANGE: change},
        required=True,
    )


class NumberedAccount(Processor):
    """Base of these services; a service adds its fields, words, ledger and steps."""

    key_field = "department"
    action = Action.BULK
    book: ClassVar[Ledger]
    """The ledger in which the numbers stand."""
    account_series: ClassVar[str] = ""
    section_series: ClassVar[str] = ""
    exhausted_rule: ClassVar[str] = ""
    """The catalogue's rule for a range that has no number left."""

    def count(self, values: Plain) -> int:
        """How many accounts are asked for."""
        raise NotImplementedError

    def risk(self, request: ServiceRequest | None) -> Risk:
        """Accounts; many at once are somebody's mistake that nobody takes back one by one."""
        many = request is not None and self.count(request.model_dump(mode="json")) > MANY
        return Risk.R3 if many else Risk.R2

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """One's own section's numbers, for people who are known to be of it."""
        if values.get("department") not in asker.sections or not self.count(values):
            return Target.OTHER
        people = list(self.people(values, world))
        if all(one is not None and one == asker.person for one in people) and people:
            return Target.OWN
        theirs = all(_is_of(one, asker) for one in people)
        return Target.SECTION if theirs else Target.OTHER

    def people(self, values: Plain, world: World) -> Iterator[Person | None]:
        """Whose accounts they would be or are; None for somebody who is not known."""
        return iter(())

    def is_same(self, values: Plain, other: Plain) -> bool:
        """The same person asks for the same kind again; a department may well ask twice in a month."""
        return all(values.get(name) == other.get(name) for name in ("kind", "requester_email"))

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Number, register, have it checked, tell."""
        values = request.model_dump(mode="json")
        return NumberedPlan(self.terms(), self.application(values, world, subject), world, subject).steps()

    def terms(self) -> NumberedTerms:
        """What the plan needs to know of the service."""
        raise NotImplementedError

    def application(self, values: Plain, world: World, subject: Subject) -> Application:
        """What is asked for, as the plan takes it."""
        raise NotImplementedError

    def section_doubts(self, values: Plain, world: World) -> Iterator[Concern]:
        """A department's code that is another's; a range that has no number left."""
        name, code = str(values.get("department") or ""), values.get("department_code")
        known, meant = world.departments(name) or [], world.departments(str(code)) if code else None
        if known and meant is not None and {one.name for one in meant} != {known[0].name}:
            facts: dict[str, JsonValue] = {"value": code, "department": name}
            yield Concern(
                code="other-section-code", rule="FR-03", field="department_code", hard=False, facts=facts
            )
        if values.get("kind") == CREATE and len(known) == 1:
            yield from self._exhausted(self.count(values), known[0].code, name, world)

    def _exhausted(self, wanted: int, code: str, department: str, world: World) -> Iterator[Concern]:
        series = self.book.series_of(self.account_series)
        try:
            stem = series.stem(code)
        except NoStem:
            yield Concern(code="no-section-code", rule="FR-03", field="department", facts={"value": code})
            return
        criteria = {"department": department} if series.department_digits else {}
        keys = (row.key for row in world.rows(self.book.id, criteria))
        highest = max((series.count(stem, key) or 0 for key in keys), default=series.first - 1)
        if highest + wanted > series.end:
            last = series.number(stem, series.end)
            facts: dict[str, JsonValue] = {"value": last, "wanted": wanted, "left": series.end - highest}
            yield Concern(code="numbers-exhausted", rule=self.exhausted_rule, field="department", facts=facts)


def numbered_deadlines(
    allocate: int, register: tuple[int, ...], tell: tuple[int, ...]
) -> tuple[Deadline, ...]:
    """Numbers and registrations from applying, letters from the department's check."""
    return (
        Deadline(allocate, WORK_DAYS, frozenset({CREATE})),
        *(Deadline(step, WORK_DAYS) for step in register),
        *(Deadline(step, TELL_DAYS) for step in tell),
    )


def one_of(world: World, mail: str) -> Person | None:
    """The only active person with that address."""
    found = (world.people(mail=mail) if mail else None) or []
    return found[0] if len(found) == 1 else None


def is_called(person: Person, name: str) -> bool:
    """Whether the directory's name is the one written."""
    return person_key(person.name) == person_key(name)


def stands(row: LedgerRow) -> bool:
    """Whether the account of a row is still somebody's."""
    return row.values.get("state") != "deleted"


def letters_of(*, owners: bool, more: frozenset[str] = frozenset()) -> tuple[Block, ...]:
    """The letters of such a service."""
    told = TOLD | more
    own = (Block("owner", OWN | more),) if owners else ()
    return (Block("check-request", told), Block("created", told), Block("changed", told), *own)


def _is_of(person: Person | None, asker: Asker) -> bool:
    if person is None:
        return False
    known = {asker.person.employee_number} if asker.person else set()
    return person.department in asker.sections or person.employee_number in known | asker.persons
