"""Unlocks from the message to the owner's letter, as the desk, its people and the worker do them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.desk import FOUNDED, OPERATOR, Desk
from tests.sample_files import SAMPLES, context
from uketsuke.domain.content import Channel
from uketsuke.domain.people import Account, Department, Person
from uketsuke.domain.states import RequestState, Role
from uketsuke.processors.kobe.ledgers import EKOBE_ACCOUNTS
from uketsuke.queue import confirm
from uketsuke.queue.answers import complete_step
from uketsuke.queue.decide import run
from uketsuke.queue.review import assess_now, planned
from uketsuke.settings import Trust
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User
from uketsuke.systems import Form

RELAY = Form(relay="intra-cms@city.example.lg.jp", form_id="0151", service="ekobe-unlock")
EKOBE, ASHIYA = SAMPLES / "kobe" / "ekobe-unlock", SAMPLES / "ashiya" / "account-unlock"
SECRET = "Sakura2026!"


@dataclass
class Office:
    """A desk in one of the cities, and what its people do with an unlock."""

    desk: Desk

    @classmethod
    def of(cls, city: str, at: str, **changes: Any) -> Office:
        """The city's people, accounts and ledger of accounts."""
        world = context(city)
        trust = Trust(
            staff_domains=tuple(world["staff_domains"]),
            authserv_ids=tuple(world["trusted_authserv_ids"]),
            border_hosts=tuple(world["border_hosts"]),
        )
        moment = datetime.fromisoformat(f"{at}+09:00")
        desk = Desk.open(moment, city=(city,), trust=trust, form=(RELAY,), **changes)
        ledger = "account-register" if city == "ashiya" else EKOBE_ACCOUNTS.id
        with desk.app.database.transaction("found") as tx:
            caller = User(login="operator31", name="堀", roles=(Role.OPERATOR,), employee_number="39031")
            tx.users.put(caller)
            tx.people.import_rows([Person.model_validate(one) for one in world["staff"]])
            for department in world["departments"]:
                tx.departments.put(Department.model_validate(department))
            for system, accounts in world["systems_accounts"].items():
                for one in accounts:
                    tx.accounts.put(Account(system=system, **one))
            for row in world[ledger]:
                tx.ledgers.insert(ledger, row["account_id"], row, Origin(actor="import", at=FOUNDED))
        return cls(desk)

    def receive(self, raw: bytes, channel: Channel = Channel.MAIL) -> RequestRow:
        """What becomes of a message that comes in now."""
        number = self.desk.receive(raw, channel).number
        self.desk.work()
        return self.desk.request(number)

    def run(self, request: RequestRow) -> RequestRow:
        """確認して実行, as an operator sees the plan."""
        with self.desk.app.database.reading() as tx:
            plan = planned(self.desk.app, tx, request, assess_now(self.desk.app, tx, request))
        assert plan is not None
        run(self.desk.app, OPERATOR, request.id, request.version, plan.hash())
        self.desk.work()
        return self.desk.request(request.number)

    def step(self, request: RequestRow, seq: int) -> int:
        """The id of a step."""
        with self.desk.app.database.reading() as tx:
            return next(one.id for one in tx.steps.of_request(request.id) if one.seq == seq)

    def finish(self, request: RequestRow, seq: int, **results: str) -> RequestRow:
        """作業を完了."""
        complete_step(self.desk.app, OPERATOR, self.step(request, seq), results)
        self.desk.work()
        return self.desk.request(request.number)

    def told(self, subject: str) -> list[tuple[str, str]]:
        """Address and text of the letters whose subject has these words."""
        return [
            (str(one["To"]), one.get_content())
            for one in self.desk.letters()
            if subject in str(one["Subject"])
        ]

    def close(self) -> None:
        self.desk.app.close()


@pytest.fixture
def kobe() -> Iterator[Office]:
    office = Office.of("kobe", "2026-12-16T09:33")
    yield office
    office.close()


@pytest.fixture
def ashiya() -> Iterator[Office]:
    office = Office.of("ashiya", "2027-02-08T08:46")
    yield office
    office.close()


def test_a_forms_answer_waits_for_the_operator_and_its_person_is_told_so(kobe: Office) -> None:
    request = kobe.receive((EKOBE / "kobe-15-ekobe-unlock-clean.eml").read_bytes())
    assert (request.state, request.service) == (RequestState.NEEDS_REVIEW, "ekobe-unlock")
    assert [to for to, _ in kobe.told("受付のお知らせ")] == ["kobayashi-m@city.example.lg.jp"]


def test_an_ekobe_id_is_reset_and_unlocked_after_the_owner_was_called(kobe: Office) -> None:
    request = kobe.run(kobe.receive((EKOBE / "kobe-15-ekobe-unlock-clean.eml").read_bytes()))
    confirm.record_check(kobe.desk.app, OPERATOR, kobe.step(request, 1), "call-back")
    kobe.desk.work()
    kobe.finish(request, 2, outcome="done")
    assert kobe.told("ロック解除のお知らせ") == []
    request = kobe.finish(request, 3, delivered="delivered", password_by="phone")
    ((to, text),) = kobe.told("ロック解除のお知らせ")
    assert to == "kobayashi-m@city.example.lg.jp"
    assert all(words in text for words in ("K1102003", "12月16日", "電話でお伝えします", "小林 誠さん"))
    assert request.state is RequestState.DONE


def test_nobody_is_answered_where_nobody_is_known_behind_the_relay(kobe: Office) -> None:
    kobe.receive((EKOBE / "own-relay-retired-flagged.eml").read_bytes())
    assert kobe.desk.letters() == []


def test_a_password_in_a_mail_stands_in_its_bytes_alone(kobe: Office) -> None:
    kobe.receive((EKOBE / "kobe-15-ekobe-unlock-flagged.eml").read_bytes())
    kobe.desk.app.database.close()
    file = sqlite3.connect(kobe.desk.app.settings.data_dir / "uketsuke.db")
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: [str(row) for row in file.execute(f'SELECT * FROM "{name}"')] for name in tables}
    file.close()
    assert not [name for name, found in rows.items() if name != "raw" and any(SECRET in row for row in found)]
    assert any("****" in row for row in rows["receipts"])


def test_a_caller_is_unlocked_booked_written_to_and_told_by_phone(ashiya: Office) -> None:
    note = (ASHIYA / "as-account-unlock-clean-call-back.json").read_bytes()
    request = ashiya.run(ashiya.receive(note, Channel.NOTE))
    request = ashiya.finish(request, 2, outcome="done")
    with ashiya.desk.app.database.reading() as tx:
        row = tx.ledgers.row("account-register", "a30512")
    assert row is not None
    assert (row.values["state"], row.values["unlock_dates"]) == ("active", ["2027-02-08"])
    assert [to for to, _ in ashiya.told("ロック解除のお知らせ")] == ["fujimoto-k@ashiya-sample.example.lg.jp"]
    assert request.state is RequestState.RUNNING
    assert ashiya.finish(request, 5, told="told").state is RequestState.DONE


def test_what_was_not_locked_is_not_booked_as_unlocked(ashiya: Office) -> None:
    note = (ASHIYA / "as-account-unlock-clean-call-back.json").read_bytes()
    request = ashiya.run(ashiya.receive(note, Channel.NOTE))
    ashiya.finish(request, 2, outcome="was-so")
    with ashiya.desk.app.database.reading() as tx:
        row = tx.ledgers.row("account-register", "a30512")
    assert row is not None
    assert row.values["unlock_dates"] == []
    assert "ロックされていませんでした" in ashiya.told("ロック解除のお知らせ")[0][1]
