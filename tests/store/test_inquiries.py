"""Inquiries as they lie in the tables: hand-overs are appended, what became of them can be counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command

from tests.store import samples
from uketsuke.domain.content import Content, Kind
from uketsuke.domain.inquiry import AnswerWay, Category
from uketsuke.domain.states import RequestState
from uketsuke.errors import NotFound
from uketsuke.store import migrate, totals
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction

DAY = timedelta(days=1)


def inquiry(tx: Transaction, **changes: object) -> int:
    request_id = samples.request(tx, kind=Kind.INQUIRY, state=RequestState.NEEDS_REVIEW, **changes)
    tx.inquiries.begin(request_id, "印刷できますか", Category.DEVICE)
    return request_id


def test_a_question_is_stored_once_and_what_is_none_is_not_found(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = inquiry(tx)
        tx.inquiries.begin(request_id, "別の質問")
        assert tx.inquiries.get(request_id).question == "印刷できますか"
        assert set(tx.inquiries.of([request_id, 99])) == {request_id}
        with pytest.raises(NotFound):
            tx.inquiries.get(99)
        with pytest.raises(NotFound):
            tx.inquiries.categorise(99, None)


def test_every_hand_over_stays_and_only_one_is_open(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = inquiry(tx)
        assert not tx.inquiries.hand_back(request_id, "はい", "me")
        tx.inquiries.hand_over(request_id, "管財課", "配線は", "me")
        tx.inquiries.hand_over(request_id, "情報課", "設定は", "me")
        assert [one.to for one in tx.inquiries.handovers([request_id], open_only=True)] == ["情報課"]
        assert tx.inquiries.hand_back(request_id, "直しました", "you")
        found = [(one.to, one.answer) for one in tx.inquiries.handovers([request_id])]
        assert found == [("管財課", None), ("情報課", "直しました")]


def test_inquiries_are_counted_by_what_became_of_them_and_requests_by_kind(database: Database) -> None:
    with database.transaction("write") as tx:
        spot, called, handed, old = (inquiry(tx, applied_at=samples.NOON) for _ in range(4))
        tx.requests.update(old, 1, applied_at=samples.NOON - DAY)
        samples.request(tx, applied_at=samples.NOON)
        tx.inquiries.answer(spot, "はい", AnswerWay.PHONE, "me", tx.now, on_the_spot=True)
        tx.inquiries.promise_call(called, "0312", samples.NOON + DAY)
        tx.inquiries.answer(called, "はい", AnswerWay.LETTER, "me", tx.now)
        tx.inquiries.hand_over(handed, "管財課", "配線は", "me")
        tx.inquiries.hand_over(handed, "情報課", "設定は", "me")
        tally = tx.inquiries.tally(samples.NOON, samples.NOON + DAY)
        assert tally.model_dump() == {
            "total": 3,
            "answered": 2,
            "on_the_spot": 1,
            "call_backs": 1,
            "handed_over": 1,
        }
        assert totals.by_kind(tx.connection) == {Kind.INQUIRY: 4, Kind.REQUEST: 1}


def upgrade_to(database: Database, revision: str) -> None:
    """The tables as an older version made them."""
    options = {"uketsuke_write": True, "uketsuke_schema": True}
    with database._connection("upgrade", options) as connection, connection.begin():
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def test_questions_that_came_in_before_the_table_are_taken_over(empty_url: str) -> None:
    """The upgrade reads them from their receipts."""
    database = Database(empty_url)
    upgrade_to(database, "0004")
    with database.transaction("before") as tx:
        asked, empty, other = (
            samples.request(tx, kind=kind) for kind in (Kind.INQUIRY, Kind.INQUIRY, Kind.REQUEST)
        )
        content = samples.content("つながりますか。")
        for request_id, said in (
            (asked, content),
            (empty, Content(channel=content.channel, subject="件名のみ")),
        ):
            receipt = tx.requests.get(request_id).receipt_id
            tx.receipts.set_read(receipt, said, Kind.INQUIRY, None, None)
    database.upgrade()
    with database.reading() as tx:
        found = tx.inquiries.of([asked, empty, other])
        assert {one.request_id: one.question for one in found.values()} == {
            asked: "つながりますか。",
            empty: "件名のみ",
        }
    database.close()
