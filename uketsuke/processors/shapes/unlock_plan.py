"""The steps of an unlock, in their order, from a valid request and the account's owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from pydantic import JsonValue

from uketsuke.domain.calendar import local_day
from uketsuke.domain.consent import DELIVERS
from uketsuke.domain.content import Channel
from uketsuke.domain.deadline import Rule as DeadlineRule
from uketsuke.domain.people import Person
from uketsuke.domain.plan import (
    AccountAction,
    Confirm,
    IdentityCheck,
    LedgerUpdate,
    ManualTask,
    Ref,
    ResultField,
    SendMail,
    Step,
    Value,
)
from uketsuke.domain.world import World
from uketsuke.processors.base import Subject

DAY, OUTCOME, DONE = "done_on", "outcome", "done"
PASSWORD_BY = "password_by"  # noqa: S105 - the name of a result
WAYS = {
    "system_mail": "対象システムの自動メール",
    "phone": "電話",
    "fixed_rule": "決められた規則",
    "one_time_link": "一度だけ開けるリンク",
}
"""How an initial password reaches its person (catalogue, setting `initial_password`)."""
_CHECKS: tuple[IdentityCheck, ...] = ("confirm-link", "call-back", "counter", "staff-card")
_BY_MAIL: tuple[IdentityCheck, ...] = ("confirm-link", "call-back", "counter")
_BY_PHONE: tuple[IdentityCheck, ...] = ("call-back", "counter")


@dataclass(frozen=True)
class UnlockTerms:
    """What a service declares about its unlocks; steps are those of the catalogue's service."""

    template: str
    ledger: str
    system: str
    title: str
    """What people call the system."""
    label: str
    """What people call the account's id."""
    deadline: DeadlineRule
    act: tuple[int, ...]
    mail: int
    deliver: int | None = None
    """Handing the initial password over; None where the password stays as it is."""
    record: int | None = None
    """Writing into the ledger; None where the plan does not."""
    phone: int | None = None
    """Telling somebody who cannot read mail; None where nobody is told so."""


class UnlockPlan:
    """Builds the steps once; everything is known beforehand but when and how it was done."""

    def __init__(
        self,
        terms: UnlockTerms,
        request: Mapping[str, JsonValue],
        owner: Person,
        world: World,
        subject: Subject,
    ) -> None:
        self.terms, self.request, self.owner, self.world, self.subject = terms, request, owner, world, subject
        self.account = str(request["account_id"])
        self._numbers = count(1)

    def steps(self) -> tuple[Step, ...]:
        """All steps, numbered from 1."""
        return tuple(self._in_order())

    def _in_order(self) -> Iterator[Step]:
        yield self._confirm()
        acted = self._reset_and_unlock() if self.terms.deliver else self._unlock()
        yield acted
        way: Value = self.world.choice("initial_password") if self.terms.deliver else None
        if self.terms.deliver and way != "system_mail":
            delivered = self._deliver(self.terms.deliver, way)
            yield delivered
            way = way or Ref(step=delivered.seq, name=PASSWORD_BY)
        if self.terms.record:
            yield self._record(self.terms.record, acted.seq)
        yield self._tell(acted.seq, way)
        if self.terms.phone and self._is_on_the_phone():
            yield self._call(self.terms.phone)

    def _confirm(self) -> Confirm:
        by = self._ways_to_check()
        return Confirm(
            seq=next(self._numbers),
            of=(2,),
            deadline=self.terms.deadline,
            owner=self.owner.employee_number,
            to=self.owner.mail if "confirm-link" in by else None,
            by=by,
        )

    def _ways_to_check(self) -> tuple[IdentityCheck, ...]:
        """What was recorded already; who calls may be locked out of the mail that a link comes by."""
        recorded = tuple(one for one in _CHECKS if one == self.subject.identity_check)
        return recorded or (_BY_PHONE if self.subject.channel is Channel.NOTE else _BY_MAIL)

    def _is_on_the_phone(self) -> bool:
        return self.subject.channel is Channel.NOTE and self.subject.identity_check in (None, "call-back")

    def _unlock(self) -> AccountAction:
        return AccountAction(
            seq=next(self._numbers),
            of=self.terms.act,
            deadline=self.terms.deadline,
            system=self.terms.system,
            account=self.account,
            do="unlock",
            owner=self.owner.employee_number,
        )

    def _reset_and_unlock(self) -> ManualTask:
        """The same operator does both in one sitting (000:15)."""
        return ManualTask(
            seq=next(self._numbers),
            of=self.terms.act,
            deadline=self.terms.deadline,
            task="reset-and-unlock",
            role="operator",
            system=self.terms.system,
            does=("reset-password", "unlock"),
            account=self.account,
            owner=self.owner.employee_number,
            values=self._about(("対象システム", self.terms.title)),
            results=(
                ResultField(
                    name=OUTCOME,
                    label="作業の結果",
                    choices={
                        DONE: "初期化と解除が済んだ",
                        "was-so": "ロックされていなかった（初期化は済んだ）",
                    },
                ),
                ResultField(name=DAY, label="作業した日", rule="date", required=False),
            ),
        )

    def _deliver(self, of: int, way: Value) -> ManualTask:
        results = [ResultField(name="delivered", label="伝達の記録", choices={"delivered": "伝達済"})]
        if way is None:
            results.append(ResultField(name=PASSWORD_BY, label="伝えた方法", choices=WAYS))
        how = WAYS[str(way)] if way else "決まっていません（伝えた方法を記録します）"
        return ManualTask(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadline,
            task=DELIVERS,
            role="operator",
            owner=self.owner.employee_number,
            values=self._about(("電話・内線（職員名簿）", self.owner.phone), ("伝える方法", how)),
            results=tuple(results),
        )

    def _record(self, of: int, acted: int) -> LedgerUpdate:
        row = self.world.row(self.terms.ledger, self.account)
        values = row.values if row else {}
        return LedgerUpdate(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadline,
            ledger=self.terms.ledger,
            key=[self.account],
            expects=[row.version if row else 0],
            before={name: values.get(name) for name in ("state", "unlock_dates")},
            set={"state": "active"},
            add={"unlock_dates": Ref(step=acted, name=DAY)},
            only_if=(Ref(step=acted, name=OUTCOME), DONE),
        )

    def _tell(self, acted: int, way: Value) -> SendMail:
        """To the owner, never to who asked: a wrong success is discovered by the one it happened to."""
        person = self.subject.person
        facts: dict[str, Value] = {
            "receipt_number": self.subject.receipt_number,
            "account_id": self.account,
            "system": self.terms.title,
            "outcome": Ref(step=acted, name=OUTCOME),
            "done_on": Ref(step=acted, name=DAY),
            "asked_on": local_day(self.subject.applied_at).isoformat(),
            "asked_by": person.name if person else str(self.request["requester_name"]),
            "password_by": way,
        }
        return SendMail(
            seq=next(self._numbers),
            of=(self.terms.mail,),
            deadline=self.terms.deadline,
            template=self.terms.template,
            to=self.owner.mail or self.world.address_of(self.owner.department) or "",
            recipient=self.owner.name,
            facts=facts,
        )

    def _call(self, of: int) -> ManualTask:
        return ManualTask(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadline,
            task="tell-owner",
            role="operator",
            owner=self.owner.employee_number,
            values=self._about(("電話・内線（職員名簿）", self.owner.phone)),
            results=(ResultField(name="told", label="伝達の記録", choices={"told": "電話で伝達済"}),),
        )

    def _about(self, *more: tuple[str, Value]) -> tuple[tuple[str, Value], ...]:
        """The account and its owner as a person needs them; what is unknown is left out."""
        shown: tuple[tuple[str, Value], ...] = (
            (self.terms.label, self.account),
            ("利用者", self.owner.name),
            ("所属", self.owner.department),
            *more,
        )
        return tuple((label, value) for label, value in shown if value is not None)
