"""Rights and places in kintone itself: what the three services of kintone's administration share.

Applications are records of kintone; the record shows how far we are. Where kintone's own notice tells the
applicant, we write no letter (setting `automatic_mail_by`). What is R3 is agreed by who asks, by a link or
before an operator, and approved by a second person first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

from uketsuke.domain.authority import Action, Risk, Target
from uketsuke.domain.content import Content
from uketsuke.domain.deadline import AfterBusinessDays
from uketsuke.domain.people import Account, Asker, Person
from uketsuke.domain.plan import Confirm, RecordStatus, SendMail, Step, Value
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.world import World
from uketsuke.processors.base import Deadline, Processor, Subject
from uketsuke.processors.sender import KINTONE, creator_of

TWO_DAYS = AfterBusinessDays(event="applied", business_days=2)
ACT, SHOW_DONE, TELL = 3, 4, 5
"""Steps of the catalogue's services; 2 shows 処理中."""
DEVELOPERS = "アプリ開発者"
"""The group whose members may build apps, whatever its code is."""
DEVELOPER_LIST = "kintone-developer-list"
UKETSUKE = "uketsuke"


@dataclass(frozen=True)
class Deeds:
    """What is done in kintone and booked, made with the numbers it gets, and what the letter tells."""

    steps: tuple[Step, ...]
    facts: dict[str, Value]


class KintoneRight(Processor):
    """Base of the services of kintone's administration."""

    action = Action.GRANT
    systems: ClassVar = {KINTONE: "kintone"}
    deadlines = tuple(Deadline(step, TWO_DAYS) for step in (ACT, SHOW_DONE, TELL))

    def risk(self, request: ServiceRequest | None) -> Risk:
        """An ordinary right; what is more says so in `risk_in`."""
        return Risk.R2

    def deeds(self, request: ServiceRequest, world: World, first: int, after: tuple[int, ...]) -> Deeds:
        """What is done, numbered from `first`, its first step after these."""
        raise NotImplementedError

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Agree to what is grave, show 処理中, do it, show 完了, and tell where kintone does not."""
        return tuple(self._steps(request, world, subject))

    def _steps(self, request: ServiceRequest, world: World, subject: Subject) -> Iterator[Step]:
        numbers = count(1)
        agreed: tuple[int, ...] = ()
        if self.risk_in(request, world) is Risk.R3:
            if subject.person is None:
                return
            agreed = (next(numbers),)
            yield _agreement(agreed[0], subject.person)
        begun = tuple(_shown(numbers, subject, agreed, "running"))
        yield from begun
        deeds = self.deeds(request, world, next(numbers), agreed)
        yield from deeds.steps
        last = deeds.steps[-1].seq
        numbers = count(last + 1)
        yield from _shown(numbers, subject, (*(one.seq for one in begun), last), "done")
        if subject.record is None or world.choice("automatic_mail_by") == UKETSUKE:
            yield SendMail(
                seq=next(numbers),
                of=(TELL,),
                after=(last,),
                deadline=TWO_DAYS,
                template=self.template(self.letters[0].name),
                to=subject.to or "",
                recipient=subject.recipient,
                facts={"receipt_number": subject.receipt_number, **deeds.facts},
            )


def _agreement(seq: int, person: Person) -> Confirm:
    by = ("confirm-link", "call-back", "counter") if person.mail else ("call-back", "counter")
    return Confirm(
        seq=seq,
        of=(ACT,),
        after=(),
        deadline=TWO_DAYS,
        owner=person.employee_number,
        to=person.mail,
        by=by,  # type: ignore[arg-type]
    )


def _shown(
    numbers: Iterator[int], subject: Subject, after: tuple[int, ...], state: str
) -> Iterator[RecordStatus]:
    """What the record shows; nothing but its own next change waits for it."""
    if subject.record is None:
        return
    known: dict[str, Value] = {"receipt_number": None, "operator": None}
    if state == "done":
        known = {"done_on": None}
    yield RecordStatus(
        seq=next(numbers),
        of=(SHOW_DONE if state == "done" else 2,),
        after=after,
        deadline=TWO_DAYS if state == "done" else None,
        app=subject.record.app,
        record=subject.record.id,
        set={"state": state, **known},
    )


def asker_in(content: Content, world: World) -> Person | None:
    """Who asks: who made the record, or the one person of the sender's address."""
    found = creator_of(content, world)
    address = content.sender.address
    listed = (world.people(mail=address) or []) if found is None and address else []
    return found or (listed[0] if len(listed) == 1 else None)


def holder(login: str, world: World) -> tuple[Account | None, Person | None]:
    """The kintone user of a login name, and whose it is; neither where it is unknown or stopped."""
    account = world.account(KINTONE, login)
    if account is None or not account.active:
        return None, None
    return account, world.person(account.employee_number or "")


def reached(logins: Iterable[str], asker: Asker, world: World) -> Target:
    """Whose thing it is that these users get: one's own, of the section's people, or somebody else's."""
    people = [holder(login, world)[1] for login in logins]
    if people and all(one is not None and one == asker.person for one in people):
        return Target.OWN
    sections = {one.department if one else None for one in people}
    own = {asker.person.department} if asker.person else set[str | None]()
    return Target.SECTION if people and sections <= own else Target.OTHER


def is_developer(person: Person | None, world: World) -> bool:
    """Whether one of the logins in the list of developers is theirs."""
    rows = world.rows(DEVELOPER_LIST, {})
    return person is not None and any(holder(row.key, world)[1] == person for row in rows)


def texts(values: Plain, name: str) -> tuple[str, ...]:
    """A list of codes among the plain values."""
    found = values.get(name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()
