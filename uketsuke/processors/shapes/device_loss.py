"""Loss or theft of a device: no exchange, but a line to stop and a report (catalogue, `loss_or_theft`).

Only an operator says that a unit is lost; what a message says raises the question.
The catalogue gives no steps and no deadlines for it: both are inferred, and its steps
count on after the service's last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from uketsuke.domain.deadline import AfterBusinessDays, AtEvent
from uketsuke.domain.plan import LedgerUpdate, ManualTask, Ref, ResultField, SendMail, Step, Value, Values
from uketsuke.domain.request import Plain, Rule, Widget, field
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Subject

FIELD, LOST, STOLEN, NOT_LOST = "loss", "lost", "stolen", "not_lost"
HELD = frozenset({"handed_out", "awaiting_return"})
"""States in which a unit is with a section, and can be lost by it."""
STOPPED_ON, REPORTED_ON = "stopped_on", "reported_on"
AT_ONCE = AtEvent(event="applied")
NEXT_DAY = AfterBusinessDays(event="applied", business_days=1)
LOSS_LETTER = Block(
    "lost", frozenset({"receipt_number", "stolen", "department", "current_asset_no", "stopped_on", "place"})
)
_WORDS = {LOST: ("紛失",), STOLEN: ("盗難",), NOT_LOST: ("紛失・盗難ではない",)}
_LINE_STOP, _REPORT, _BOOK, _TELL = 11, 12, 13, 14


def loss_field() -> Any:
    """紛失・盗難の判断, for the services whose units have a line."""
    return field(
        "紛失・盗難の判断",
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words=_WORDS,
        by_operator=True,
        help="紛失・盗難を選ぶと、受渡しではなく、回線の停止と報告の手順になります。",
    )


def is_lost(values: Plain) -> bool:
    """Whether an operator has said that the unit is lost or stolen."""
    return values.get(FIELD) in (LOST, STOLEN)


def loss_word(values: Plain) -> str:
    """紛失 or 盗難."""
    return _WORDS[str(values[FIELD])][0]


@dataclass(frozen=True)
class LossPlan:
    """Stops the line and reports at the same time; the row, then the letter, once the line has stopped."""

    template: str
    ledger: str
    desk: str
    """The department that a loss is reported to."""
    request: Mapping[str, JsonValue]
    world: World
    subject: Subject

    def steps(self) -> tuple[Step, ...]:
        """All steps, numbered from 1."""
        return (
            self._stop_line(1),
            self._report(2),
            self._book(3, after=1),
            self._tell(4, stopped=1, after=3),
        )

    def _stop_line(self, seq: int) -> ManualTask:
        return ManualTask(
            seq=seq,
            of=(_LINE_STOP,),
            deadline=AT_ONCE,
            task="line-stop",
            role="operator",
            values=self._about(),
            results=(
                ResultField(name=STOPPED_ON, label="停止日", rule="date", required=False),
                ResultField(name="confirmed_by", label="停止を確認した相手（通信事業者の窓口・担当者）"),
            ),
        )

    def _report(self, seq: int) -> ManualTask:
        """Nobody waits for the line with it: a theft is reported also while the carrier cannot be reached."""
        return ManualTask(
            seq=seq,
            of=(_REPORT,),
            after=(),
            deadline=NEXT_DAY,
            task="security-report",
            role="operator",
            values=(("報告先", self.desk), ("区分", loss_word(self.request)), *self._about(), *self._asker()),
            results=(ResultField(name=REPORTED_ON, label="報告日", rule="date", required=False),),
        )

    def _book(self, seq: int, after: int) -> LedgerUpdate:
        """Section and user stay: the row goes on saying who held the unit when it was lost."""
        unit = str(self.request["current_asset_no"])
        row = self.world.row(self.ledger, unit)
        changes: Values = {"status": "lost", "receipt_number": self.subject.receipt_number}
        return LedgerUpdate(
            seq=seq,
            of=(_BOOK,),
            after=(after,),
            deadline=NEXT_DAY,
            ledger=self.ledger,
            key=[unit],
            expects=[row.version if row else 0],
            before={name: row.values.get(name) for name in changes} if row else {},
            set=changes,
        )

    def _tell(self, seq: int, stopped: int, after: int) -> SendMail:
        facts: Values = {
            "receipt_number": self.subject.receipt_number,
            "stolen": self.request[FIELD] == STOLEN,
            "department": self.request["department"],
            "current_asset_no": self.request["current_asset_no"],
            "stopped_on": Ref(step=stopped, name=STOPPED_ON),
            "place": self.desk,
            "to_section": self.subject.person is None,
        }
        return SendMail(
            seq=seq,
            of=(_TELL,),
            after=(after,),
            deadline=NEXT_DAY,
            template=self.template,
            to=self.subject.to or "",
            recipient=self.subject.recipient,
            facts=facts,
        )

    def _about(self) -> tuple[tuple[str, Value], ...]:
        """The unit, as the carrier and the report name it."""
        unit = str(self.request["current_asset_no"])
        row = self.world.row(self.ledger, unit)
        held: Mapping[str, JsonValue] = row.values if row else {}
        shown: tuple[tuple[str, JsonValue], ...] = (
            ("回線番号", held.get("line_no") or "台帳に記載なし"),
            ("管理番号", unit),
            ("所属", self.request["department"]),
            ("利用者", held.get("user_name")),
        )
        return tuple((label, value) for label, value in shown if value)

    def _asker(self) -> tuple[tuple[str, Value], ...]:
        shown: tuple[tuple[str, JsonValue], ...] = (
            ("届け出た人", self.request["requester_name"]),
            ("連絡先", self.request.get("requester_phone")),
            ("届出の内容", self.request.get("failure_detail")),
        )
        return tuple((label, value) for label, value in shown if value)
