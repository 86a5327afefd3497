"""An invented service of the tests, 書庫の利用登録: numbers, two environments, a department's check.

Each department has one room (`R1104`), each person a number within it (`U110401`).
"""

from __future__ import annotations

from uketsuke.domain.authority import Risk, Target
from uketsuke.domain.deadline import AfterBusinessDays
from uketsuke.domain.numbering import NumberSeries
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import (
    AllocateNumber,
    Check,
    ManualTask,
    Ref,
    ResultField,
    SendMail,
    Step,
    TaskPerson,
)
from uketsuke.domain.request import Plain, ServiceRequest, field
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Deadline, Processor, Subject, Words
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.ledger import Column, Ledger

ARCHIVE = Ledger(
    id="archive-ledger",
    title="書庫利用台帳",
    key="user_id",
    series=(
        NumberSeries("room_id", column="room_id", prefix="R", department_digits=4),
        NumberSeries("user_id", column="user_id", prefix="U", department_digits=4, width=2, last=40),
        NumberSeries("card_id", column="user_id", prefix="C", width=4),
    ),
    columns=(
        Column("user_id", "利用者番号"),
        Column("room_id", "書庫番号"),
        Column("department", "所属"),
        Column("user_name", "氏名"),
        Column("receipt_number", "受付番号"),
    ),
)
LEDGERS = (ARCHIVE,)
TWO_DAYS = AfterBusinessDays(event="applied", business_days=2)
AFTER_CHECK = AfterBusinessDays(event="dept_check_passed", business_days=2)
DAY = ResultField(name="registered_on", label="登録日", rule="date", required=False)


class ArchiveRequest(CommonFields):
    """Who is to use it."""

    users: str = field("利用者一覧", required=True, max_length=2000)


class Archive(Processor):
    """書庫の利用登録。"""

    id = "archive-access"
    title = "書庫の利用登録"
    city = "minato"
    request = ArchiveRequest
    words = Words(named=(r"書庫の利用登録",))
    deadlines = (Deadline(step=4, rule=TWO_DAYS), Deadline(step=8, rule=AFTER_CHECK))
    letters = (
        Block("check-request", frozenset({"receipt_number", "department", "numbers"})),
        Block("created", frozenset({"receipt_number", "room_id", "numbers"})),
    )
    ledgers = (ARCHIVE.id,)
    systems = {"archive_prod": "書庫 本番", "archive_verify": "書庫 検証"}

    def risk(self, request: ServiceRequest | None) -> Risk:
        """New accounts."""
        return Risk.R2

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """One's own section."""
        return Target.SECTION

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Number, register twice, have it checked, tell."""
        values = request.model_dump()
        department, names = str(values["department"]), str(values["users"]).split("、")
        room, numbers = Ref(step=1, name="numbers.0"), Ref(step=2, name="numbers")
        return (
            AllocateNumber(
                seq=1, of=(3,), ledger=ARCHIVE.id, series="room_id", department=department, reuse=True
            ),
            AllocateNumber(
                seq=2,
                of=(3,),
                ledger=ARCHIVE.id,
                series="user_id",
                count=len(names),
                department=department,
                row={"room_id": room, "department": department, "receipt_number": subject.receipt_number},
                rows=tuple({"user_name": name} for name in names),
            ),
            _register(3, "archive_prod", names, department),
            _register(4, "archive_verify", names, department),
            SendMail(
                seq=5,
                of=(6,),
                after=(3, 4),
                template=self.template("check-request"),
                to="digital-soumu@city.example.lg.jp",
                recipient="デジタル戦略部",
                facts={
                    "receipt_number": subject.receipt_number,
                    "department": department,
                    "numbers": numbers,
                },
            ),
            Check(seq=6, of=(7,), department="デジタル戦略部", what=(3, 4)),
            SendMail(
                seq=7,
                of=(8,),
                template=self.template("created"),
                to=str(subject.to),
                recipient=subject.recipient,
                facts={"receipt_number": subject.receipt_number, "room_id": room, "numbers": numbers},
                deadline=AFTER_CHECK,
            ),
        )


def _register(seq: int, system: str, names: list[str], department: str) -> ManualTask:
    return ManualTask(
        seq=seq,
        of=(seq + 1,),
        after=(2,),
        task="archive-register",
        role="operator",
        system=system,
        does=("create",),
        values=(("書庫番号", Ref(step=1, name="numbers.0")), ("所属", department)),
        persons=tuple(
            TaskPerson(
                label=name,
                values=(("氏名", name), ("利用者番号", Ref(step=2, name=f"numbers.{place}"))),
                account=Ref(step=2, name=f"numbers.{place}"),
            )
            for place, name in enumerate(names)
        ),
        results=(DAY,),
        deadline=TWO_DAYS,
    )
