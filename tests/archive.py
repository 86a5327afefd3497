"""A desk at which people are registered for the invented 書庫: numbered, ticked, checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.desk import OPERATOR, Desk, mail
from uketsuke.app import Actor
from uketsuke.domain.calendar import JST
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.waits import WaitRow

SERVICES = Path(__file__).parent / "services"
AT = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
BODY = "書庫の利用登録をお願いします。\n所属：{department}\n氏名：{name}\n利用者一覧：{users}\n"
SENDERS = {"環境保全課": ("中村 淳", "nakamura-j@city.example.lg.jp")}
SENDERS["道路計画課"] = ("髙橋 徹", "takahashi-t@city.example.lg.jp")


@dataclass
class ArchiveDesk:
    """The desk, and what tests do there."""

    desk: Desk
    asked: int = 0

    @classmethod
    def open(cls, at: datetime = AT, **changes: Any) -> ArchiveDesk:
        """Nobody is registered yet."""
        return cls(Desk.open(at, services_folder=SERVICES, **changes))

    def ask(self, *users: str, department: str = "環境保全課") -> RequestRow:
        """A mail of the section comes in and is read."""
        self.asked += 1
        name, sender = SENDERS[department]
        message = mail(
            BODY.format(department=department, name=name, users="、".join(users)),
            sender=sender,
            subject="書庫の利用登録",
            message_id=f"<archive-{self.asked}@mail.city.example.lg.jp>",
            day=self.desk.clock.at,
        )
        number = self.desk.receive(message).number
        self.desk.work()
        return self.desk.request(number)

    def run(self, row: RequestRow, actor: Actor = OPERATOR) -> RequestRow:
        """確認して実行, and what follows by itself."""
        self.let_run(row, actor)
        self.desk.work()
        return self.desk.request(row.number)

    def let_run(self, row: RequestRow, actor: Actor = OPERATOR) -> None:
        """確認して実行."""
        with self.desk.app.database.reading() as tx:
            plan = planned(self.desk.app, tx, row, assess_now(self.desk.app, tx, row))
        assert plan is not None, row.concerns
        reasons = {one.code: "確かめた" for one in row.concerns}
        decide.run(self.desk.app, actor, row.id, row.version, plan.hash(), reasons)

    def begun(self, *users: str, department: str = "環境保全課") -> RequestRow:
        """Asked for and let run."""
        return self.run(self.ask(*(users or ("甲野 一", "乙野 二")), department=department))

    def step(self, row: RequestRow, seq: int) -> StepRow:
        """A step as it stands."""
        with self.desk.app.database.reading() as tx:
            return next(one for one in tx.steps.of_request(row.id) if one.seq == seq)

    def steps(self, row: RequestRow, kind: str) -> list[StepRow]:
        """The steps of a kind that count, by number."""
        with self.desk.app.database.reading() as tx:
            return [one for one in tx.steps.of_request(row.id) if one.kind == kind]

    def wait(self, step_id: int) -> WaitRow | None:
        """What a step waits for."""
        with self.desk.app.database.reading() as tx:
            return tx.waits.open_of(step_id)

    def rows(self) -> dict[str, dict[str, Any]]:
        """The ledger."""
        with self.desk.app.database.reading() as tx:
            return {row.key: row.values for row in tx.ledgers.rows("archive-ledger")}
