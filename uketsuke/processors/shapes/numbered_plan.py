"""The steps of an application for numbered accounts, in their order, from a valid request.

Number, register in every environment, have the department check it, tell. What a plan
cannot know is a reference: the numbers are given when their step runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from uketsuke.domain.checking import CHECKED_BY, CHECKED_ON
from uketsuke.domain.deadline import AtEvent
from uketsuke.domain.gravity import MANY
from uketsuke.domain.people import Person
from uketsuke.domain.plan import (
    AllocateNumber,
    Check,
    Confirm,
    LedgerUpdate,
    ManualTask,
    RecordStatus,
    Ref,
    ResultField,
    SendMail,
    Step,
    TaskPerson,
    Value,
    Values,
)
from uketsuke.domain.world import World
from uketsuke.processors.base import Subject
from uketsuke.processors.shapes.numbered_terms import (
    AT_ONCE,
    TELL_DAYS,
    WORK_DAYS,
    Application,
    Environment,
    Holder,
    NumberedTerms,
)

BEGUN: Values = {"receipt_number": None, "operator": None}
"""What the record shows besides the state when the plan begins; what it is, is known then."""


class NumberedPlan:
    """Builds the steps once."""

    def __init__(self, terms: NumberedTerms, asked: Application, world: World, subject: Subject) -> None:
        self.terms, self.asked, self.world, self.subject = terms, asked, world, subject
        self._numbers = count(1)
        self._section: Value = asked.section_id or None
        self._accounts: int | None = None
        """The step that gives the accounts' numbers."""

    def steps(self) -> tuple[Step, ...]:
        """All steps, numbered from 1."""
        return tuple(self._in_order())

    def _in_order(self) -> Iterator[Step]:
        start: tuple[int, ...] = ()
        if len(self.asked.holders) > MANY and self.subject.person is not None:
            asked_first = self._confirm(self.subject.person)
            yield asked_first
            start = (asked_first.seq,)
        begun = tuple(self._record(self.terms.begin, start, None, state="running", **BEGUN))
        yield from begun
        if self.asked.deed == "create":
            section = self._section_number(start)
            yield section
            accounts = self._account_numbers(section.seq)
            yield accounts
            start = (accounts.seq,)
        tasks = [self._register(place, start) for place in self.terms.environments]
        yield from tasks
        done = tuple(task.seq for task in tasks)
        asking = tuple(self._ask_for_check(done))
        yield from asking
        check = self._check(done, tuple(step.seq for step in asking) or done)
        yield check
        told = tuple(self._tell(check.seq))
        yield from told
        ends = tuple(step.seq for step in (*begun, *told))
        yield from self._record(self.terms.end, ends, AT_ONCE, state="done", done_on=None)
        yield from self._book(tasks, check.seq)

    def _check(self, what: tuple[int, ...], after: tuple[int, ...]) -> Check:
        return Check(
            seq=next(self._numbers),
            of=(self.terms.check,),
            after=after,
            department=self.terms.office,
            what=what,
        )

    def _record(
        self, of: int, after: tuple[int, ...], deadline: AtEvent | None, **shown: Value
    ) -> Iterator[RecordStatus]:
        """What the application's record shows; nothing but its own next change waits for it."""
        record = self.subject.record
        if record is not None:
            yield RecordStatus(
                seq=next(self._numbers),
                of=(of,),
                after=after,
                deadline=deadline,
                app=record.app,
                record=record.id,
                set=shown,
            )

    def _confirm(self, person: Person) -> Confirm:
        """So many at once are R3: who asks says once more that it is meant (FAULTS 3)."""
        return Confirm(
            seq=next(self._numbers), deadline=WORK_DAYS, owner=person.employee_number, to=person.mail
        )

    def _section_number(self, after: tuple[int, ...]) -> AllocateNumber:
        step = AllocateNumber(
            seq=next(self._numbers),
            of=(self.terms.allocate,),
            after=after,
            deadline=WORK_DAYS,
            ledger=self.terms.ledger,
            series=self.terms.section_series,
            department=self.asked.department,
            reuse=True,
        )
        self._section = Ref(step=step.seq, name="numbers.0")
        return step

    def _account_numbers(self, section: int) -> AllocateNumber:
        shared: Values = {
            self.terms.section_series: self._section,
            "department": self.asked.department,
            "receipt_number": self.subject.receipt_number,
            **self.asked.row,
        }
        step = AllocateNumber(
            seq=next(self._numbers),
            of=(self.terms.allocate,),
            after=(section,),
            deadline=WORK_DAYS,
            ledger=self.terms.ledger,
            series=self.terms.account_series,
            count=len(self.asked.holders),
            department=self.asked.department,
            row=shared,
            rows=tuple(holder.row for holder in self.asked.holders),
        )
        self._accounts = step.seq
        return step

    def _account(self, place: int) -> Value:
        """The number of the holder at that place."""
        if self._accounts is None:
            return self.asked.holders[place].account_id
        return Ref(step=self._accounts, name=f"numbers.{place}")

    def _register(self, environment: Environment, after: tuple[int, ...]) -> ManualTask:
        shared: tuple[tuple[str, Value], ...] = (
            (self.terms.section_label, self._section),
            ("所属", self.asked.department),
        )
        return ManualTask(
            seq=next(self._numbers),
            of=(environment.step,),
            after=after,
            deadline=WORK_DAYS,
            task=f"account-{self.asked.deed}",
            role="operator",
            system=environment.system,
            does=(self.asked.deed,),
            values=tuple((label, value) for label, value in shared if value is not None),
            persons=tuple(self._typed(place, one) for place, one in enumerate(self.asked.holders)),
            results=(
                ResultField(name=environment.day, label=environment.label, rule="date", required=False),
            ),
        )

    def _typed(self, place: int, holder: Holder) -> TaskPerson:
        account = self._account(place)
        typed: tuple[tuple[str, Value], ...] = ((self.terms.account_label, account),)
        if holder.mail:
            typed = (("氏名", holder.name), ("メールアドレス", holder.mail), *typed)
        if self.asked.deed == "change":
            typed = (*typed, ("変更内容", holder.change))
        owner = holder.person.employee_number if holder.person else None
        return TaskPerson(label=holder.name, values=typed, account=account, owner=owner)

    def _ask_for_check(self, after: tuple[int, ...]) -> Iterator[SendMail]:
        to = self.world.address_of(self.terms.office)
        if to is not None:
            yield SendMail(
                seq=next(self._numbers),
                of=(self.terms.mail,),
                after=after,
                deadline=AT_ONCE,
                template=self.terms.template("check-request"),
                to=to,
                recipient=self.terms.office,
                facts=self._facts(),
            )

    def _facts(self) -> Values:
        """What the letters about the whole application say."""
        accounts: Value = [one.account_id for one in self.asked.holders]
        if self._accounts:
            accounts = Ref(step=self._accounts, name="numbers")
        return {
            "receipt_number": self.subject.receipt_number,
            "deed": self.asked.deed,
            "department": self.asked.department,
            "requester": self.asked.requester,
            "names": [one.name for one in self.asked.holders],
            "changes": [one.change for one in self.asked.holders],
            "department_id": self._section,
            "account_ids": accounts,
            **self.asked.facts,
        }

    def _tell(self, check: int) -> Iterator[SendMail]:
        """Who applied gets everything, everybody else what is theirs, at directory addresses only."""
        told = "created" if self.asked.deed == "create" else "changed"
        yield SendMail(
            seq=next(self._numbers),
            of=(self.terms.tell,),
            after=(check,),
            deadline=TELL_DAYS,
            template=self.terms.template(told),
            to=str(self.subject.to),
            recipient=self.subject.recipient,
            facts=self._facts(),
        )
        for place, holder in enumerate(self.asked.holders):
            person = holder.person
            if self.terms.owners is None or person is None or not person.mail:
                continue
            if person != self.subject.person and person.mail != self.subject.to:
                yield self._tell_owner(self.terms.owners, place, holder, person, check)

    def _tell_owner(self, of: int, place: int, holder: Holder, person: Person, check: int) -> SendMail:
        facts: Values = {
            "receipt_number": self.subject.receipt_number,
            "deed": self.asked.deed,
            "requester": self.asked.requester,
            "user_name": person.name,
            "change": holder.change,
            "department_id": self._section,
            "account_id": self._account(place),
            **self.asked.facts,
        }
        return SendMail(
            seq=next(self._numbers),
            of=(of,),
            after=(check,),
            deadline=TELL_DAYS,
            template=self.terms.template("owner"),
            to=str(person.mail),
            recipient=person.name,
            facts=facts,
        )

    def _book(self, tasks: list[ManualTask], check: int) -> Iterator[LedgerUpdate]:
        """The days of the registrations and of the check, in the ledger's columns."""
        days: Values = {
            place.day: Ref(step=task.seq, name=place.day)
            for place, task in zip(self.terms.environments, tasks, strict=True)
        }
        days |= {name: Ref(step=check, name=name) for name in (CHECKED_BY, CHECKED_ON)}
        left: Values = {name: value for name, value in days.items() if name in self.terms.booked}
        if self.asked.deed in self.terms.states:
            left["state"] = self.terms.states[self.asked.deed]
        known = [one for one in self.asked.holders if one.version]
        accounts = self._accounts
        if not (accounts or known):
            return
        yield LedgerUpdate(
            seq=next(self._numbers),
            after=(check,),
            ledger=self.terms.ledger,
            key=Ref(step=accounts, name="numbers") if accounts else [one.account_id for one in known],
            expects=Ref(step=accounts, name="version") if accounts else [one.version for one in known],
            set=left,
        )
