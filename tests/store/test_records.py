"""What is known of kintone's records, on both engines: revisions, own writes, requests, alarms."""

from __future__ import annotations

import pytest

from tests.store import samples
from uketsuke.domain.content import Channel
from uketsuke.domain.record import RecordRevision
from uketsuke.domain.states import RequestState
from uketsuke.errors import NotFound
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import View

APP, RECORD = 41, 2210


def request_of(tx: Transaction, revision: int, **facts: object) -> int:
    """A request that was made from a revision."""
    digest = tx.receipts.keep_raw(b"{}")
    original = str(RecordRevision(APP, RECORD, revision))
    receipt = tx.receipts.add(Channel.KINTONE, digest, "kintone:41", samples.NOON, original_id=original)
    tx.records.seen(APP, RECORD, revision, receipt_id=receipt.id)
    found = tx.requests.add(receipt.id, **facts)  # type: ignore[arg-type]
    tx.records.link(APP, RECORD, found)
    return found


def test_a_revision_is_ours_only_where_every_one_since_the_last_look_is(database: Database) -> None:
    with database.transaction("own") as tx:
        tx.records.seen(APP, RECORD, 3, status="未処理")
        for revision in (4, 6, 4):
            tx.records.note_own(APP, RECORD, revision)
        row = tx.records.locked(APP, RECORD)
        assert row is not None
        assert row.own_revisions == (4, 6)
        assert [row.is_ours(revision) for revision in (3, 4, 5, 6)] == [True, True, False, False]
        tx.records.note_own(APP, RECORD, 5, status="完了")
        after = tx.records.get(APP, RECORD)
    assert after is not None
    assert (after.is_ours(6), after.status, after.revision) == (True, "完了", 3)


def test_requests_of_a_record_know_it_also_when_another_follows(database: Database) -> None:
    with database.transaction("requests") as tx:
        first, second = request_of(tx, 1), request_of(tx, 3)
        assert tx.records.requests_of(APP, RECORD) == [first, second]
        rows = [tx.records.of_request(one) for one in (first, second)]
        assert {row.request_id for row in rows if row} == {second}
        assert tx.records.of_request(999_999) is None
        assert tx.records.requests_of(APP, 1) == []


def test_what_is_gone_is_asked_for_no_more_and_comes_back_when_it_is_seen(database: Database) -> None:
    with database.transaction("gone") as tx:
        request_of(tx, 1, state=RequestState.NEEDS_REVIEW)
        assert tx.records.waiting(APP) == [RECORD]
        tx.records.gone(APP, RECORD)
        assert tx.records.waiting(APP) == []
        assert [row.record for row in tx.records.vanished()] == [RECORD]
        tx.records.seen(APP, RECORD, 1)
        assert tx.records.vanished() == []
        with pytest.raises(NotFound):
            tx.records.gone(APP, 999)


def test_an_alarm_puts_even_an_ended_request_into_the_tray(database: Database) -> None:
    with database.transaction("alarm") as tx:
        ended = request_of(tx, 1, state=RequestState.DONE)
        assert tx.tray.count(View.REVIEW, "operator01") == 0
        tx.records.raise_alarm(APP, RECORD, "record-reopened")
        assert [row.id for row in tx.tray.page(View.REVIEW, "operator01").rows] == [ended]
        tx.records.raise_alarm(APP, RECORD, None)
        assert tx.tray.count(View.REVIEW, "operator01") == 0
        tx.records.set_problem(APP, RECORD, "断られました")
        row = tx.records.get(APP, RECORD)
    assert row is not None
    assert row.problem == "断られました"
