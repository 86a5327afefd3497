"""F9, as far as it is due: the line is cut while mails are fetched and moved; numbers are declared void."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.crash.conftest import MakeOffice
from tests.crash.office import Office
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.servers.faults import Act
from tests.servers.scripted_imap import ScriptedImap
from uketsuke.intake.polling import Outcome, Round, Visit
from uketsuke.queue.jobs import new_owner

pytestmark = [pytest.mark.crash, pytest.mark.imap]
Start = Callable[..., ScriptedImap]
AT = moment("2026-12-08 14:00")
COUNT = 6
RAW = [mails.absence(mails.TANAKA, at=AT, message_id=f"<f9-{number}@city>") for number in range(COUNT)]
WITHOUT_MOVE = ("IMAP4rev1", "UIDPLUS")
FAULTS = [
    (step, act)
    for step in ("CONNECT", "LOGIN", "SELECT", "SEARCH", "FETCH", "CREATE", "MOVE", "LOGOUT")
    for act in (Act.CUT, Act.CUT_AFTER, Act.CUT_MIDDLE)
]


def look(office: Office, server: ScriptedImap | None = None) -> Visit:
    """One look into the mailbox, the scripted one or Dovecot."""
    box = office.app.settings.mailbox[0]
    if server is not None:
        box = type(box).model_validate({"url": server.url, "timeout_seconds": 1})
    around = Round(office.app.database, office.app.clock, new_owner(), timedelta(seconds=60))
    return around.visit(0, box)


def receipts(office: Office) -> Counter[str]:
    """How many receipts there are of each mail's bytes."""
    with office.app.database.reading() as tx:
        return Counter(tx.connection.execute(text("SELECT digest FROM receipts")).scalars())


def once_each() -> Counter[str]:
    return Counter(hashlib.sha256(raw).hexdigest() for raw in RAW)


def where(server: ScriptedImap) -> dict[str, Counter[bytes]]:
    return {
        name: Counter(one.raw for one in folder.messages.values()) for name, folder in server.folders.items()
    }


@pytest.mark.parametrize(("step", "act"), FAULTS)
@pytest.mark.parametrize("passage", [0, 3])
def test_a_cut_line_loses_and_doubles_nothing(
    step: str, act: Act, passage: int, make_office: MakeOffice, scripted_imap: Start
) -> None:
    office, server = make_office(), scripted_imap(RAW)
    server.fault(step, act, skip=passage)
    looks = [look(office, server) for _ in range(5)]
    assert looks[-1].outcome is Outcome.COLLECTED
    assert receipts(office) == once_each()
    found = where(server)
    assert not found["INBOX"]
    assert found["uketsuke"] == Counter(RAW)


@pytest.mark.parametrize("step", ["COPY", "STORE", "EXPUNGE"])
@pytest.mark.parametrize("act", [Act.CUT, Act.CUT_AFTER, Act.CUT_MIDDLE])
def test_a_cut_between_copy_and_expunge_files_a_mail_twice_at_most_and_reads_it_once(
    step: str, act: Act, make_office: MakeOffice, scripted_imap: Start
) -> None:
    """A server without MOVE: what was copied and is still there cannot be told from what was not."""
    office, server = make_office(), scripted_imap(RAW, capabilities=WITHOUT_MOVE)
    server.fault(step, act)
    looks = [look(office, server) for _ in range(3)]
    assert looks[-1].outcome is Outcome.COLLECTED
    assert receipts(office) == once_each()
    found = where(server)
    assert not found["INBOX"]
    assert set(found["uketsuke"]) == set(RAW)
    assert max(found["uketsuke"].values()) <= 2


@pytest.mark.parametrize("farewell", ["* BYE shutting down", "NO [UNAVAILABLE] try later"])
@pytest.mark.parametrize("step", ["LOGIN", "SELECT", "SEARCH", "FETCH", "MOVE"])
def test_a_server_that_says_no_is_asked_again(
    step: str, farewell: str, make_office: MakeOffice, scripted_imap: Start
) -> None:
    office, server = make_office(), scripted_imap(RAW)
    server.fault(step, Act.REPLY, farewell)
    first, second = look(office, server), look(office, server)
    assert first.outcome in (Outcome.AWAY, Outcome.REFUSED)
    assert first.reason
    assert second.outcome is Outcome.COLLECTED
    assert receipts(office) == once_each()


@pytest.mark.parametrize("difference", [-3, 3])
def test_a_literal_that_lies_about_its_length_stores_no_torn_mail_for_good(
    difference: int, make_office: MakeOffice, scripted_imap: Start
) -> None:
    office, server = make_office(), scripted_imap(RAW)
    server.announce = difference
    look(office, server)
    server.announce = 0
    look(office, server)
    assert set(receipts(office)) >= set(once_each())


def test_a_server_that_falls_silent_is_given_up_and_asked_again(
    make_office: MakeOffice, scripted_imap: Start
) -> None:
    office, server = make_office(), scripted_imap(RAW)
    server.fault("FETCH", Act.HANG, skip=2)
    assert look(office, server).outcome is Outcome.AWAY
    assert look(office, server).outcome is Outcome.COLLECTED
    assert receipts(office) == once_each()


def test_dovecot_cut_while_it_is_read_is_read_to_the_end(make_office: MakeOffice) -> None:
    office = make_office()
    office.account.deliver_all(RAW)
    office.account.stop()
    assert look(office).outcome is Outcome.AWAY
    office.account.start()
    assert look(office).outcome is Outcome.COLLECTED
    assert receipts(office) == once_each()


def test_numbers_declared_void_between_storing_and_moving_double_nothing(make_office: MakeOffice) -> None:
    """Stored, not yet moved, and then every UID means another mail."""
    office = make_office()
    office.account.deliver_all(RAW)
    mailbox = office.app.settings.mailbox[0]
    staying = mailbox.model_copy(update={"move_to": None})
    around = Round(office.app.database, office.app.clock, new_owner(), timedelta(seconds=60))
    assert around.visit(0, staying).summary.new == COUNT
    office.account.change_uidvalidity()
    again = around.visit(0, mailbox)
    assert (again.summary.new, again.summary.known, again.summary.filed) == (0, COUNT, COUNT)
    assert receipts(office) == once_each()
    assert Counter(one.raw for one in office.account.messages("uketsuke")) == Counter(RAW)
