"""A desk to which departments apply for e-KOBE accounts by FormBridge (catalogue kobe 11 and 12)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from tests.archive import ArchiveDesk
from tests.desk import CITY, FOUNDED, OFFICER, OPERATOR, SAMPLES, Desk
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel
from uketsuke.domain.states import StepState
from uketsuke.queue.answers import complete_step
from uketsuke.queue.checking import pass_check, send_back
from uketsuke.queue.work import tick
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow

AT = datetime(2026, 12, 9, 10, 1, tzinfo=JST)
ACCOUNTS, TRIALS = "ekobe-account-ledger", "ekobe-trial-ledger"
KEYS = {ACCOUNTS: "account_id", TRIALS: "trial_account_id"}
NAKAMURA, HARA = ("中村 淳", "nakamura-j"), ("原 美咲", "hara-m")
NOBODY = ("新任 一", "shinnin-1")
FORMS = {
    "account": "ekobe-account/kobe-11-ekobe-account-clean",
    "trial": "ekobe-trial/kobe-12-ekobe-trial-clean",
}
Named = tuple[str, str] | tuple[str, str, dict[str, str]]


def record(
    service: str, number: int, *users: Named, at: datetime = AT, heads: int = 0, **fields: str
) -> bytes:
    """The sample's record under another number, with these people, or so many whom nobody names."""
    path = SAMPLES / "kobe" / f"{FORMS[service]}.json"
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    body = told["record"]
    for code in ("レコード番号", "$id"):
        body[code]["value"] = str(number)
    for code in ("作成日時", "更新日時"):
        body[code]["value"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
    if users or heads:
        body["申請人数"]["value"] = str(heads or len(users))
        body["利用者一覧"]["value"] = [_row(place, *user) for place, user in enumerate(users)]
    for code, value in fields.items():
        body[code] = {"type": "SINGLE_LINE_TEXT", "value": value}
    return json.dumps(told, ensure_ascii=False).encode()


def _row(place: int, name: str, mail: str, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    cells = {"氏名": name, "利用者メール": f"{mail}@city.example.lg.jp", **more}
    value = {code: {"type": "SINGLE_LINE_TEXT", "value": one} for code, one in cells.items()}
    return {"id": str(60000 + place), "value": value}


class EkobeDesk(ArchiveDesk):
    """The desk, and what departments, operators and officers do there."""

    @classmethod
    def open(cls, at: datetime = AT, **changes: Any) -> EkobeDesk:
        """The ledgers of the samples' city."""
        desk = Desk.open(at, **changes)
        with desk.app.database.transaction("furnish") as tx:
            for ledger, key in KEYS.items():
                for row in CITY[ledger]:
                    tx.ledgers.insert(ledger, row[key], row, Origin(actor="import", at=FOUNDED))
        return cls(desk)

    def apply(self, *users: Named, service: str = "account", heads: int = 0, **fields: str) -> RequestRow:
        """A department fills the form in."""
        self.asked += 1
        raw = record(service, 3000 + self.asked, *users, at=self.desk.clock.at, heads=heads, **fields)
        number = self.desk.receive(raw, Channel.FORMBRIDGE).number
        self.desk.work()
        return self.desk.request(number)

    def register(self, row: RequestRow) -> None:
        """Everybody is ticked in every environment."""
        for task in self.open_steps(row, "manual-task"):
            persons = (task.resolved or {})["persons"]
            assert isinstance(persons, list)
            tick(self.desk.app, OPERATOR, task.id, range(len(persons)))
            complete_step(self.desk.app, OPERATOR, task.id, {})
        self.desk.work()

    def pass_check(self, row: RequestRow) -> RequestRow:
        """The officer has looked: 問題ありません."""
        (check,) = self.open_steps(row, "check")
        pass_check(self.desk.app, OFFICER, check.id, "問題ありません")
        self.desk.work()
        return self.desk.request(row.number)

    def send_back(self, row: RequestRow, why: str) -> None:
        """The officer has looked: something is wrong."""
        (check,) = self.open_steps(row, "check")
        send_back(self.desk.app, OFFICER, check.id, why)
        self.desk.work()

    def through(self, row: RequestRow) -> RequestRow:
        """From 確認して実行 to the officer's check and the letters."""
        row = self.run(row)
        self.register(row)
        return self.pass_check(row)

    def open_steps(self, row: RequestRow, kind: str) -> list[StepRow]:
        """The steps of a kind that wait."""
        return [one for one in self.steps(row, kind) if one.state is StepState.WAITING]

    def book(self, ledger: str = ACCOUNTS) -> dict[str, dict[str, Any]]:
        """The rows of a ledger that were not there in the beginning."""
        old = {row[KEYS[ledger]] for row in CITY[ledger]}
        with self.desk.app.database.reading() as tx:
            return {row.key: row.values for row in tx.ledgers.rows(ledger) if row.key not in old}

    def letters(self, words: str) -> list[tuple[str, str]]:
        """(address, text) of the letters with these words in the subject."""
        found = [one for one in self.desk.letters() if words in str(one["Subject"])]
        return [(str(one["To"]), one.get_content()) for one in found]

    def concerns(self, row: RequestRow) -> Sequence[tuple[str, str | None]]:
        """Rule and field of what is doubtful."""
        return [(one.rule, one.field) for one in row.concerns]
