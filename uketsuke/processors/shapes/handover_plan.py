"""The steps of a device hand-over, in their order, from a valid request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from pydantic import JsonValue

from uketsuke.domain.calendar import local_day
from uketsuke.domain.deadline import Rule as DeadlineRule
from uketsuke.domain.plan import (
    AgreeDate,
    LedgerUpdate,
    ManualTask,
    Ref,
    Reserve,
    ResultField,
    SendMail,
    Step,
    Value,
    Values,
)
from uketsuke.domain.world import World
from uketsuke.processors.base import Subject

RESULT = "hand_over_result"
HANDED_OVER = "handed_over"
DAY = "handed_over_on"
OUT, BACK = "hand_over_date", "return_date"


@dataclass(frozen=True)
class HandoverTerms:
    """What a service declares about its hand-overs."""

    service: str
    prefix: str
    """Template ids begin with it: `kobe.lte-handover.`."""
    ledger: str
    out_kinds: frozenset[str]
    back_kinds: frozenset[str]
    broken_kinds: frozenset[str]
    kind_words: Mapping[str, str]
    desk: str
    offered_days: int
    notice_days: int
    deadlines: Mapping[int, DeadlineRule]

    def offered(self, world: World) -> tuple[date, ...]:
        """The next possible days: open ones, the first `notice_days` business days ahead."""
        days = [world.calendar.add_business_days(world.today, self.notice_days)]
        while len(days) < self.offered_days:
            days.append(world.calendar.next_open(days[-1] + timedelta(days=1)))
        return tuple(days)


def results_of(confirmed: str) -> tuple[ResultField, ...]:
    """What a person records: how it went, and on which day, which is today where nothing is said."""
    return (
        ResultField(
            name=RESULT,
            label="受渡しの結果",
            choices={HANDED_OVER: "受渡済", "no_show": "来庁なし", "rescheduled": "日程変更"},
        ),
        ResultField(name=DAY, label=confirmed, rule="date", required=False),
    )


class HandoverPlan:
    """Builds the steps once; everything is known beforehand but units, dates and results."""

    def __init__(
        self, terms: HandoverTerms, request: Mapping[str, JsonValue], world: World, subject: Subject
    ) -> None:
        self.terms, self.request, self.world, self.subject = terms, request, world, subject
        self.kind = str(request["kind"])
        self.out, self.back = self.kind in terms.out_kinds, self.kind in terms.back_kinds
        self._numbers = count(1)

    def steps(self) -> tuple[Step, ...]:
        """All steps, numbered from 1."""
        reserve = self._reserve() if self.out else None
        called = self._call_back() if self.back else None
        units: Value = Ref(step=reserve.seq, name="asset_no") if reserve else None
        contact = self._contact(units)
        agree = self._agree()
        told = self._tell_desk(units, agree)
        out = self._unit_out(reserve, agree) if reserve else ()
        back = self._unit_back(called, agree, told.seq) if called else ()
        done = self._done(units, out, back)
        steps = (reserve, called, contact, agree, told, *out, *back, done)
        return tuple(step for step in steps if step is not None)

    def _reserve(self) -> Reserve:
        quantity = self.request.get("quantity")
        return Reserve(
            seq=next(self._numbers),
            of=(2,),
            ledger=self.terms.ledger,
            criteria={"status": "in_stock"},
            count=quantity if isinstance(quantity, int) else 1,
            set={
                "status": "reserved",
                "department": self.request["department"],
                "receipt_number": self.subject.receipt_number,
            },
        )

    def _call_back(self) -> LedgerUpdate:
        unit = self.request["current_asset_no"]
        row = self.world.row(self.terms.ledger, str(unit))
        changes: Values = {"status": "awaiting_return", "receipt_number": self.subject.receipt_number}
        return LedgerUpdate(
            seq=next(self._numbers),
            of=(2,),
            ledger=self.terms.ledger,
            key=[unit],
            expects=[row.version if row else 0],
            before={name: row.values.get(name) for name in changes} if row else {},
            set=changes,
        )

    def _contact(self, units: Value) -> SendMail:
        day = self._accepted()
        facts = self._facts(units, day.isoformat() if day else None, day.isoformat() if day else None)
        offered: list[JsonValue] = [] if day else [one.isoformat() for one in self.terms.offered(self.world)]
        facts |= {"offered": offered, "desired_date": self.request.get("desired_date")}
        return self._mail(3, "contact", facts)

    def _agree(self) -> AgreeDate:
        names = (*((OUT,) if self.out else ()), *((BACK,) if self.back else ()))
        day = self._accepted()
        return AgreeDate(
            seq=next(self._numbers),
            of=(4,),
            names=names,
            proposed=dict.fromkeys(names, day) if day else {},
            offered=() if day else self.terms.offered(self.world),
        )

    def _tell_desk(self, units: Value, agree: AgreeDate) -> SendMail:
        facts = self._facts(units, Ref(step=agree.seq, name=OUT), Ref(step=agree.seq, name=BACK))
        for name in ("requester_name", "requester_phone"):
            facts[name] = self.request.get(name)
        facts["user_name"] = self._user()
        mail = self._mail(5, "dept-info", facts)
        to = self.world.address_of(self.terms.desk) or self.subject.to or ""
        return mail.model_copy(update={"to": to, "recipient": self.terms.desk})

    def _unit_out(self, reserve: Reserve, agree: AgreeDate) -> tuple[Step, ...]:
        units = Ref(step=reserve.seq, name="asset_no")
        confirm = self._confirm(6, OUT, agree.seq, units, "受渡日")
        changes: Values = {
            "status": "handed_out",
            "department": self.request["department"],
            "user_name": self._user(),
            "hand_over_date": Ref(step=confirm.seq, name=DAY),
            "return_date": None,
            "kind": self.kind,
            "replaced_asset_no": self.request.get("current_asset_no") if self.back else None,
            "receipt_number": self.subject.receipt_number,
        }
        expects = Ref(step=reserve.seq, name="version")
        return confirm, self._book(7, confirm, units, expects, changes)

    def _unit_back(self, called: LedgerUpdate, agree: AgreeDate, after: int) -> tuple[Step, ...]:
        confirm = self._confirm(8, BACK, agree.seq, called.key, "返却日")
        if self.out:
            confirm = confirm.model_copy(update={"after": (after,)})
        changes: Values = {
            "status": "in_repair" if self._is_broken() else "in_stock",
            "department": None,
            "user_name": None,
            "return_date": Ref(step=confirm.seq, name=DAY),
            "kind": self.kind,
            "receipt_number": self.subject.receipt_number,
        }
        expects = Ref(step=called.seq, name="version")
        return confirm, self._book(9, confirm, called.key, expects, changes)

    def _done(self, units: Value, out: tuple[Step, ...], back: tuple[Step, ...]) -> SendMail:
        days = [Ref(step=leg[0].seq, name=DAY) if leg else None for leg in (out, back)]
        mail = self._mail(10, "done", self._facts(units, *days))
        return mail.model_copy(update={"after": (out[1].seq, back[1].seq)}) if out and back else mail

    def _confirm(self, of: int, name: str, agree: int, units: Value, day: str) -> ManualTask:
        shown: list[tuple[str, Value]] = [
            ("管理番号", units),
            ("所属", self.request["department"]),
            (
                "利用者" if name == OUT else "持参する人",
                self._user() if name == OUT else self.request["requester_name"],
            ),
            ("連絡先", self.request.get("requester_phone")),
        ]
        if name == BACK and self.request.get("failure_detail"):
            shown.append(("故障内容", self.request["failure_detail"]))
        return ManualTask(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadlines.get(of),
            task="hand-over-confirm",
            opens_on=Ref(step=agree, name=name),
            values=tuple((label, value) for label, value in shown if value is not None),
            results=results_of(day),
            goes_on={RESULT: (HANDED_OVER,)},
        )

    def _book(
        self, of: int, confirm: ManualTask, key: Value, expects: Value, changes: Values
    ) -> LedgerUpdate:
        return LedgerUpdate(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadlines.get(of),
            ledger=self.terms.ledger,
            key=key,
            expects=expects,
            set=changes,
            only_if=(Ref(step=confirm.seq, name=RESULT), HANDED_OVER),
        )

    def _mail(self, of: int, block: str, facts: Values) -> SendMail:
        return SendMail(
            seq=next(self._numbers),
            of=(of,),
            deadline=self.terms.deadlines.get(of),
            template=f"{self.terms.prefix}{block}",
            to=self.subject.to or "",
            recipient=self.subject.recipient,
            facts=facts,
        )

    def _facts(self, units: Value, out: Value, back: Value) -> Values:
        return {
            "receipt_number": self.subject.receipt_number,
            "kind": self.terms.kind_words[self.kind],
            "department": self.request["department"],
            "quantity": self.request.get("quantity"),
            "asset_no": units,
            "current_asset_no": self.request.get("current_asset_no") if self.back else None,
            "hand_over_date": out if self.out else None,
            "return_date": back if self.back else None,
            "place": self.terms.desk,
            "to_section": self.subject.person is None,
        }

    def _accepted(self) -> date | None:
        """The desired date where it can be kept: open, not past, not before the day of applying."""
        asked = self.request.get("desired_date")
        if not isinstance(asked, str):
            return None
        day = date.fromisoformat(asked)
        first = max(local_day(self.subject.applied_at), self.world.today)
        return day if day >= first and self.world.calendar.is_open(day) else None

    def _user(self) -> JsonValue:
        return self.request.get("user_name") or self.request["requester_name"]

    def _is_broken(self) -> bool:
        return self.kind in self.terms.broken_kinds or bool(self.request.get("failure_detail"))
