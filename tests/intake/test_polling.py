"""One poller per mailbox, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.servers.dovecot import Dovecot
from uketsuke.clock import ManualClock
from uketsuke.domain.job import JobName, JobState
from uketsuke.intake.polling import Outcome, Round
from uketsuke.settings import Mailbox
from uketsuke.store.database import Database

LEASE = timedelta(seconds=60)
CLOCK = ManualClock(datetime(2026, 12, 8, 0, 0, tzinfo=UTC))
MAIL = b"From: a@city.example.lg.jp\r\nSubject: %d\r\n\r\nbody\r\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    kept = Database(f"sqlite:///{tmp_path / 'kept.db'}", clock=CLOCK.now)
    kept.upgrade()
    yield kept
    kept.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Mailbox:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "1.eml").write_bytes(MAIL % 1)
    return Mailbox(url=SecretStr(f"folder://{folder}"), name="desk")


def round_of(database: Database, owner: str = "me", lease: timedelta = LEASE) -> Round:
    return Round(database, CLOCK, owner, lease)


def receipts(database: Database) -> int:
    with database.reading() as tx:
        return tx.series.peek("receipt-2026") - 1


def test_what_was_taken_in_is_not_taken_in_again(database: Database, inbox: Mailbox) -> None:
    first, second = (round_of(database).visit(0, inbox) for _ in range(2))
    assert (first.outcome, first.summary.new, second.summary.new) == (Outcome.COLLECTED, 1, 0)
    assert receipts(database) == 1


def test_while_one_process_polls_another_finds_the_mailbox_busy(database: Database, inbox: Mailbox) -> None:
    assert round_of(database, "first")._claim(0) is not None
    assert round_of(database, "second").visit(0, inbox).outcome is Outcome.BUSY
    assert receipts(database) == 0


def test_each_mailbox_has_a_lease_of_its_own(database: Database, inbox: Mailbox) -> None:
    assert round_of(database, "first")._claim(0) is not None
    assert round_of(database, "second").visit(1, inbox).outcome is Outcome.COLLECTED


def test_nothing_due_is_left_behind_for_the_workers(database: Database, inbox: Mailbox) -> None:
    round_of(database).visit(0, inbox)
    with database.reading() as tx:
        assert tx.jobs.of_row(JobName.POLL, 0) == []


def test_pollers_that_died_do_not_close_the_mailbox_for_good(database: Database, inbox: Mailbox) -> None:
    """Each death counts as a crash of the poll job; the one that parks it is not the end."""
    for number in range(5):
        round_of(database, f"dead-{number}", timedelta(0))._claim(0)
    with database.reading() as tx:
        assert tx.jobs.of_row(JobName.POLL, 0)[0].state in (JobState.RUNNING, JobState.PARKED)
    visits = [round_of(database).visit(0, inbox) for _ in range(2)]
    assert Outcome.COLLECTED in {visit.outcome for visit in visits}
    assert receipts(database) == 1


def test_a_lease_lost_on_the_way_stops_the_poller(database: Database, inbox: Mailbox) -> None:
    slow = round_of(database, "slow", timedelta(0))
    claim = slow._claim(0)
    assert claim is not None
    assert round_of(database, "quick").visit(0, inbox).outcome is Outcome.COLLECTED
    assert receipts(database) == 1
    with pytest.raises(Exception, match="no longer leased"):
        slow._keeper(claim).renew()


def test_a_mailbox_remembers_when_it_was_looked_into_and_what_went_wrong(
    database: Database, inbox: Mailbox
) -> None:
    away = Mailbox(url=SecretStr("imap://u:p@127.0.0.1:1/INBOX"), name="desk")
    assert round_of(database).visit(0, away).outcome is Outcome.AWAY
    with database.reading() as tx:
        error, checked = tx.marks.get("mailbox:desk:error"), tx.marks.get("mailbox:desk:checked")
    assert error is not None
    assert checked is not None
    assert checked.at == CLOCK.now()
    round_of(database).visit(0, inbox)
    with database.reading() as tx:
        assert tx.marks.get("mailbox:desk:error") is None


@pytest.mark.imap
def test_mails_of_a_real_mailbox_are_stored_and_filed(database: Database, dovecot: Dovecot) -> None:
    dovecot.deliver_all(MAIL % number for number in range(3))
    visit = round_of(database).visit(0, Mailbox(url=SecretStr(dovecot.url), name="desk"))
    assert (visit.summary.new, visit.summary.filed) == (3, 3)
    assert len(dovecot.messages("uketsuke")) == 3


@pytest.mark.imap
def test_a_wrong_password_is_refused_not_retried(database: Database, dovecot: Dovecot) -> None:
    wrong = dovecot.url.replace(dovecot.password, "wrong")
    visit = round_of(database).visit(0, Mailbox(url=SecretStr(wrong), name="desk"))
    assert visit.outcome is Outcome.REFUSED
    assert "wrong" not in visit.reason
