"""What arrived is kept, numbered without gaps, and recognised when it comes again (DESIGN 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.store import samples
from tests.store.threads import together
from uketsuke.domain.content import Channel, Kind
from uketsuke.domain.receipt import ReceiptNumber
from uketsuke.errors import NotFound
from uketsuke.store.database import Database
from uketsuke.store.receipts import ReceiptState

WHERE = ("desk", "INBOX", "77", "5")


def test_four_threads_number_without_gaps_even_when_some_fail(database: Database) -> None:
    def accept(number: int) -> None:
        for count in range(15):
            try:
                with database.transaction("accept") as tx:
                    samples.receipt(tx, f"{number} {count}".encode())
                    print(1 / (count % 3))
            except ZeroDivisionError:
                continue

    together(accept)
    with database.transaction("one more") as tx:
        last = samples.receipt(tx)
        assert last.number == str(ReceiptNumber.of(2026, 41))
        assert all(tx.receipts.by_number(str(ReceiptNumber.of(2026, serial))) for serial in range(1, 42))


def test_numbers_begin_anew_with_the_fiscal_year_of_japan(database: Database) -> None:
    moments = [datetime(2027, 3, 31, 14, 59, tzinfo=UTC), datetime(2027, 3, 31, 15, 0, tzinfo=UTC)]
    with database.transaction("accept") as tx:
        digest = tx.receipts.keep_raw(b"x")
        found = [tx.receipts.add(Channel.NOTE, digest, "note", at).number[:11] for at in moments]
    assert found == ["2026-000001", "2027-000001"]


def test_raw_bytes_come_back_as_they_came_and_are_kept_once(database: Database) -> None:
    message = bytes(range(256)) * 10
    with database.transaction("keep") as tx:
        assert tx.receipts.keep_raw(message) == tx.receipts.keep_raw(message)
        assert tx.receipts.raw(tx.receipts.keep_raw(message)) == message
        with pytest.raises(NotFound):
            tx.receipts.raw("0" * 64)


def test_a_mail_seen_before_is_recognised_by_its_place_and_a_new_uidvalidity_is_another(
    database: Database,
) -> None:
    with database.transaction("accept") as tx:
        one = samples.receipt(tx)
        assert tx.receipts.sighted(*WHERE) is None
        assert tx.receipts.add_sighting(one.id, *WHERE, samples.NOON)
        assert tx.receipts.sighted(*WHERE) == one.id
        assert tx.receipts.sighted("desk", "INBOX", "78", "5") is None
        assert tx.receipts.add_sighting(one.id, *WHERE, samples.NOON) is None


def test_a_mail_stays_unfiled_until_the_mailbox_was_told(database: Database) -> None:
    with database.transaction("accept") as tx:
        tx.receipts.add_sighting(samples.receipt(tx).id, *WHERE, samples.NOON)
        (open_one,) = tx.receipts.unfiled("desk")
        assert (open_one.uid, open_one.seen_at, open_one.filed_at) == ("5", samples.NOON, None)
        assert tx.receipts.unfiled("other") == []
        tx.receipts.mark_filed(open_one.id)
        assert tx.receipts.unfiled("desk") == []


def test_content_is_kept_as_it_was_read(database: Database) -> None:
    content = samples.content("①㈱髙﨑 ﾃｽﾄ\n")
    with database.transaction("read") as tx:
        one = samples.receipt(tx)
        assert (one.state, one.content) == (ReceiptState.STORED, None)
        tx.receipts.set_read(one.id, content, Kind.REQUEST, samples.NOON, "k" * 64)
        found = tx.receipts.get(one.id)
    assert (found.state, found.content, found.kind) == (ReceiptState.READ, content, Kind.REQUEST)
    assert (found.applied_at, found.message_id) == (samples.NOON, content.message_id)


def test_a_copy_has_the_same_id_and_key_and_another_message_with_that_id_has_not(database: Database) -> None:
    with database.transaction("read") as tx:
        ids = [samples.receipt(tx).id for _ in range(3)]
        for one, copy_key in zip(ids, ("a", "a", "b"), strict=True):
            tx.receipts.set_read(one, samples.content(), Kind.REQUEST, None, copy_key)
        message_id = samples.content().message_id or ""
        copy = tx.receipts.find_copy(message_id, "a", besides=ids[1])
        assert copy
        assert copy.id == ids[0]
        assert tx.receipts.find_copy(message_id, "b", besides=ids[2]) is None
        assert [one.id for one in tx.receipts.with_message_id(message_id, besides=ids[2])] == ids[:2]


def test_of_two_copies_read_at_once_one_sees_the_other(database: Database) -> None:
    with database.transaction("accept") as tx:
        ids = [samples.receipt(tx).id for _ in range(4)]

    def read(number: int) -> bool:
        with database.transaction("read") as tx:
            tx.receipts.take_turn(samples.content().message_id or "")
            tx.receipts.set_read(ids[number], samples.content(), Kind.REQUEST, None, "k")
            if not database.is_sqlite:  # long enough for the others to read theirs before this one commits
                tx.connection.execute(text("SELECT pg_sleep(0.2)"))
            return (
                tx.receipts.find_copy(samples.content().message_id or "", "k", besides=ids[number])
                is not None
            )

    assert sorted(together(read)) == [False, True, True, True]


def test_the_same_submission_cannot_be_stored_twice(database: Database) -> None:
    with database.transaction("accept") as tx:
        digest = tx.receipts.keep_raw(b"x")
        one = tx.receipts.add(Channel.FORM, digest, "form", samples.NOON, original_id="s-1")
        found = tx.receipts.find_original("s-1")
        assert found
        assert found.id == one.id
        assert tx.receipts.find_original("s-2") is None


def test_what_could_not_be_read_is_visible_with_its_reason(database: Database) -> None:
    with database.transaction("park") as tx:
        one = samples.receipt(tx)
        tx.receipts.park(one.id, "reader: timeout")
        (parked,) = tx.receipts.parked()
        assert (parked.id, parked.problem) == (one.id, "reader: timeout")
        with pytest.raises(NotFound):
            tx.receipts.park(999, "x")


def test_the_automatic_ones_of_a_day_are_listed(database: Database) -> None:
    with database.transaction("read") as tx:
        one, _other = samples.receipt(tx), samples.receipt(tx)
        tx.receipts.set_read(one.id, samples.content(), Kind.BOUNCE, None, None)
        day = (samples.NOON - timedelta(hours=12), samples.NOON + timedelta(hours=12))
        assert [found.id for found in tx.receipts.of_kinds((Kind.BOUNCE, Kind.LIST), *day)] == [one.id]
        assert tx.receipts.of_kinds((Kind.BOUNCE,), day[1], day[1] + timedelta(days=1)) == []
