"""A desk at which accounts of the invented 金庫 are unlocked and deleted, and what tests do there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.desk import OPERATOR, Desk, mail
from uketsuke.app import Actor
from uketsuke.domain.calendar import JST
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow

SERVICES = Path(__file__).parent / "services"
OWNER, COLLEAGUE = "10014", "10002"
AT = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
BODY = "{what}をお願いします。\n所属：道路計画課\n氏名：髙橋 徹\n金庫ID：{account}\n"
LINK = re.compile(r"/c/([0-9a-f]{40})")


@dataclass
class Vault:
    """The desk, with letters and links at hand."""

    desk: Desk

    def ask(
        self, what: str = "金庫のロック解除", account: str = "v00001", place: int = 1, **more: Any
    ) -> RequestRow:
        """A mail of the owner comes in and is read."""
        message = mail(
            BODY.format(what=what, account=account),
            subject=what,
            message_id=f"<vault-{place}@mail.city.example.lg.jp>",
            day=self.desk.clock.at,
            **more,
        )
        number = self.desk.receive(message).number
        self.desk.work()
        return self.desk.request(number)

    def plan_hash(self, row: RequestRow) -> str:
        """What an operator sees."""
        with self.desk.app.database.reading() as tx:
            plan = planned(self.desk.app, tx, row, assess_now(self.desk.app, tx, row))
        assert plan is not None, row.concerns
        return plan.hash()

    def run(self, row: RequestRow, actor: Actor = OPERATOR) -> RequestRow:
        """確認して実行, and what follows by itself."""
        decide.run(self.desk.app, actor, row.id, row.version, self.plan_hash(row))
        self.desk.work()
        return self.desk.request(row.number)

    def link(self) -> str:
        """The token of the newest link that was sent."""
        found = [LINK.search(one.get_content()) for one in self.desk.letters()]
        return next(one[1] for one in reversed(found) if one)

    def step(self, row: RequestRow, seq: int) -> StepRow:
        """A step as it stands."""
        with self.desk.app.database.reading() as tx:
            return next(one for one in tx.steps.of_request(row.id) if one.seq == seq)

    def state(self, account: str = "v00001") -> Any:
        """What the ledger says of an account."""
        with self.desk.app.database.reading() as tx:
            row = tx.ledgers.row("vault-ledger", account)
        assert row is not None
        return row.values["state"]


def open_vault(at: datetime = AT, **changes: Any) -> Vault:
    """Thirty accounts: v00001 to v00029 of the owner, v00030 of a colleague."""
    desk = Desk.open(at, services_folder=SERVICES, **changes)
    with desk.app.database.transaction("vault") as tx:
        for place in range(1, 31):
            owner = COLLEAGUE if place == 30 else OWNER
            values = {"account_id": f"v{place:05}", "state": "locked", "person": owner}
            tx.ledgers.insert("vault-ledger", f"v{place:05}", values, Origin(actor="test"))
    return Vault(desk)
