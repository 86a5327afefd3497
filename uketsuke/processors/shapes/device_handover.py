"""Handing a device out, taking it back, or both: what the device services share.

Steps of the catalogue (`of`): 2 reserve, 3 contact, 4 agree, 5 tell the desk where
units change hands, 6 and 7 unit out, 8 and 9 unit back, 10 completion mail. Who
holds a unit changes by a recorded hand-over only; its dates are what really
happened, not what was agreed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import JsonValue

from uketsuke.domain.authority import Risk, Target
from uketsuke.domain.content import Content
from uketsuke.domain.deadline import AfterBusinessDays, AtEvent
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import Plan, Results, Step
from uketsuke.domain.reading import Concern, Reading, SourceKind
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.text import fold
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Deadline, Outcome, Processor, Subject
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.ledger import DEVICE_STATUS
from uketsuke.processors.shapes.device_loss import FIELD, HELD, LOSS_LETTER, LossPlan, is_lost, loss_word
from uketsuke.processors.shapes.handover_plan import HandoverPlan, HandoverTerms
from uketsuke.processors.shapes.handover_revision import revised

_COUNTED = re.compile(r"(?<!\d)(?P<count>\d{1,3})\s?[本台](?!目|\s*数|[庁部社])")
_CONTACT = frozenset(
    {
        "receipt_number",
        "kind",
        "department",
        "quantity",
        "asset_no",
        "current_asset_no",
        "desired_date",
        "hand_over_date",
        "return_date",
        "offered",
        "place",
        "to_section",
    }
)
_HANDED = _CONTACT - {"desired_date", "offered"}
HANDOVER_LETTERS = (
    Block("contact", _CONTACT),
    Block("contact-again", _CONTACT | {"reason"}),
    Block("dept-info", _HANDED | {"requester_name", "requester_phone", "user_name"}),
    Block("done", _HANDED),
    LOSS_LETTER,
)


def handover_deadlines(out: frozenset[str], back: frozenset[str]) -> tuple[Deadline, ...]:
    """The deadlines that all device services have (000: 申請日の翌営業日まで連絡・受払日に台帳更新)."""
    return (
        Deadline(3, AfterBusinessDays(event="applied", business_days=1)),
        Deadline(5, AtEvent(event="agreed")),
        Deadline(6, AtEvent(event="hand_over_date"), out),
        Deadline(7, AtEvent(event="hand_over_date"), out),
        Deadline(8, AtEvent(event="return_date"), back),
        Deadline(9, AtEvent(event="return_date"), back),
        Deadline(10, AtEvent(event="handed_over")),
    )


class DeviceHandover(Processor):
    """Base of the device services; a service adds its fields, words, kinds and ledger."""

    letters = HANDOVER_LETTERS
    key_field = "current_asset_no"
    ledger: ClassVar[str] = ""
    out_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds in which a unit goes out."""
    back_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds in which the named unit comes back."""
    broken_kinds: ClassVar[frozenset[str]] = frozenset()
    """Kinds in which the unit that comes back is broken."""
    desk: ClassVar[str] = ""
    """The department at which units change hands."""
    offered_days: ClassVar[int] = 5
    """How many days are offered where no valid one was asked for."""
    notice_days: ClassVar[int] = 2
    """The first day offered is that many business days ahead."""
    no_stock_rule: ClassVar[str] = ""
    not_theirs_rule: ClassVar[str] = ""
    loss_rule: ClassVar[str | None] = None
    """The rule that `loss_words` raise; a service that names one has the field `loss_field()`."""
    loss_words: ClassVar[re.Pattern[str]] = re.compile(
        r"紛失|盗|亡失|遺失|[無失]く[しな]|(?:^|[がをはも、。\s])なくな|なくし[てた]|落とし|落し|(?<!ワードを)忘れ(?:物|て[き来し])|置き?(?:引き|忘れ)"
        r"|見[当あ]た[らり]|見つから|見つかり|行方|所在[がは]?(?:不明|[分わ]か)|どこに(?:[あ行い]|や)|ひったくら?|すられ|奪わ|捨て|廃棄",
        re.MULTILINE,
    )

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """No stock, another section's unit, a unit that cannot come back, loss or theft."""
        if world.knows_ledger(self.ledger):
            yield from self._stock(values, world)
            yield from self._unit(values, world)
        if not values.get(FIELD):
            yield from self._loss(values, content)
        yield from self._other_counts(values, reading, content)
        yield from self._broken(values)
        quantity = values.get("quantity")
        if self._names_a_unit(values) and isinstance(quantity, int) and quantity > 1:
            facts: dict[str, JsonValue] = {"quantity": quantity}
            yield Concern(code="quantity-contradiction", rule="FR-02", field="quantity", facts=facts)

    def heading(self, values: Plain) -> str:
        """A loss is called what it is, whatever was asked for."""
        if is_lost(values):
            return f"{self.title.partition('（')[0]}の{loss_word(values)}"
        return super().heading(values)

    def risk(self, request: ServiceRequest | None) -> Risk:
        """A reversible change of a ledger."""
        return Risk.R1

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """A device's target is the section that holds it, and the one that is to get it."""
        sections = {values.get("department")}
        if self._names_a_unit(values) and world.knows_ledger(self.ledger):
            row = world.row(self.ledger, str(values.get("current_asset_no")))
            sections.add(row.values.get("department") if row else None)
        return Target.SECTION if sections <= asker.sections else Target.OTHER

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Reserve or call back, contact, agree, tell the desk, confirm on the day, book, close.

        Of a unit that is lost nothing is handed over: its line is stopped, and that is reported.
        """
        values = request.model_dump(mode="json")
        if is_lost(values):
            return LossPlan(self.template("lost"), self.ledger, self.desk, values, world, subject).steps()
        return HandoverPlan(self.terms(), values, world, subject).steps()

    def revise(
        self, plan: Plan, results: Results, outcome: Outcome, world: World, subject: Subject
    ) -> tuple[Step, ...]:
        """来庁なし or 日程変更: contact again and agree a new date; the reservation stays."""
        return revised(self.terms(), plan, results, outcome, world)

    def terms(self) -> HandoverTerms:
        """What the plan needs to know of the service."""
        kind = self.request.specs()["kind"]
        return HandoverTerms(
            service=self.id,
            prefix=self.template(""),
            ledger=self.ledger,
            out_kinds=self.out_kinds,
            back_kinds=self.back_kinds,
            broken_kinds=self.broken_kinds,
            kind_words={value: words[0] for value, words in kind.words.items()},
            desk=self.desk,
            offered_days=self.offered_days,
            notice_days=self.notice_days,
            deadlines={one.step: one.rule for one in self.deadlines},
        )

    def _stock(self, values: Plain, world: World) -> Iterator[Concern]:
        wanted = values.get("quantity") or 1
        if values.get("kind") not in self.out_kinds or is_lost(values) or not isinstance(wanted, int):
            return
        if wanted > self.limits.get("quantity", wanted):
            return
        free = len(world.rows(self.ledger, {"status": "in_stock"}))
        if wanted > free:
            facts: dict[str, JsonValue] = {"wanted": wanted, "free": free}
            yield Concern(code="no-stock", rule=self.no_stock_rule, field="quantity", facts=facts)

    def _unit(self, values: Plain, world: World) -> Iterator[Concern]:
        row = world.row(self.ledger, str(values.get("current_asset_no")))
        if not self._names_a_unit(values) or row is None:
            return
        status = row.values.get("status")
        facts: dict[str, JsonValue]
        if status not in (HELD if is_lost(values) else {"handed_out"}):
            facts = {"value": row.key, "status": dict(DEVICE_STATUS).get(str(status), str(status))}
            yield Concern(code="wrong-state", rule="FR-10", field="current_asset_no", facts=facts)
        holder, department = row.values.get("department"), values.get("department")
        if holder and department and holder != department:
            facts = {"value": row.key, "holder": holder, "department": department}
            yield Concern(
                code="not-their-unit",
                rule=self.not_theirs_rule,
                field="current_asset_no",
                hard=is_lost(values),
                facts=facts,
            )

    def _names_a_unit(self, values: Plain) -> bool:
        """Whether it is about one unit that a section holds."""
        return values.get("kind") in self.back_kinds or is_lost(values)

    def _other_counts(self, values: Plain, reading: Reading, content: Content) -> Iterator[Concern]:
        """Another number of units in the text than the one that was read (two more, one broken)."""
        quantity, current = values.get("quantity"), reading.current("quantity")
        if current is None or current.source.kind is SourceKind.OPERATOR or not isinstance(quantity, int):
            return
        for found in _COUNTED.finditer(fold(content.text[:LONGEST_TEXT])):
            if int(found["count"]) != quantity:
                facts: dict[str, JsonValue] = {"value": quantity, "other": found[0]}
                yield Concern(
                    code="other-count-named", rule="FR-14", field="quantity", hard=False, facts=facts
                )
                return

    def _broken(self, values: Plain) -> Iterator[Concern]:
        """A fault told of a unit that is not to be exchanged: is it to be repaired?"""
        detail, field = values.get("failure_detail"), "failure_detail"
        if (
            detail
            and not is_lost(values)
            and values.get("kind") in {*self.out_kinds, *self.back_kinds} - self.broken_kinds
        ):
            facts: dict[str, JsonValue] = {"word": str(detail)[:60]}
            yield Concern(code="free-text-change", rule="FR-14", field=field, hard=False, facts=facts)

    def _loss(self, values: Plain, content: Content) -> Iterator[Concern]:
        """The field whose words say so, or none where it stands elsewhere; an operator decides what it is."""
        if self.loss_rule is None:
            return
        texts = {name: fold(str(value)) for name, value in values.items() if isinstance(value, str)}
        places = [*texts.items(), (None, fold(f"{content.subject}\n{content.text}"))]
        for name, text in places:
            if found := self.loss_words.search(text):
                facts: dict[str, JsonValue] = {"word": found[0]}
                yield Concern(
                    code="loss-or-theft",
                    rule=self.loss_rule,
                    field=name,
                    stops_plan=True,
                    decided_by=FIELD,
                    facts=facts,
                )
                return
