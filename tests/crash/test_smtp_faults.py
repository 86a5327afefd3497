"""F8: whatever the relay does, a letter is sent once, fails in sight, or is unknown in sight."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.crash.conftest import MakeOffice
from tests.crash.office import Office
from tests.crash.oracle import difference, examine, fingerprint
from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.servers.faults import Act
from tests.servers.programs import wait_until
from uketsuke.domain.content import Channel
from uketsuke.domain.job import JobName
from uketsuke.domain.states import LetterState
from uketsuke.intake.accept import accept
from uketsuke.queue.answers import settle_letter
from uketsuke.queue.jobs import drain
from uketsuke.store.letters import Letter

from .clerk import CLERK

pytestmark = [pytest.mark.crash, pytest.mark.smtp]
QUICK = "back_off_seconds = 0.05"
SENT, FAILED, UNKNOWN = LetterState.SENT, LetterState.FAILED, LetterState.UNKNOWN


@dataclass(frozen=True)
class Case:
    """One fault, and what must become of the letter it hits."""

    step: str
    act: Act
    reply: str = ""
    ends: LetterState = SENT
    accepted: int = 1
    """How often the relay has the letter in the end."""


CASES = {
    "greeting 421": Case("connect", Act.REPLY, "421 4.3.2 shutting down"),
    "greeting 554": Case("connect", Act.REPLY, "554 5.3.2 not here"),
    "cut at connecting": Case("connect", Act.CUT),
    "ehlo 421": Case("ehlo", Act.REPLY, "421 4.3.2 later"),
    "cut in the greeting": Case("ehlo", Act.CUT_MIDDLE),
    "mail 451": Case("mail", Act.REPLY, "451 4.3.0 later"),
    "mail 550": Case("mail", Act.REPLY, "550 5.7.1 not you", FAILED, 0),
    "cut at mail": Case("mail", Act.CUT),
    "rcpt 450": Case("rcpt", Act.REPLY, "450 4.2.1 later"),
    "rcpt 550": Case("rcpt", Act.REPLY, "550 5.1.1 nobody", FAILED, 0),
    "cut at rcpt": Case("rcpt", Act.CUT),
    "silence at rcpt": Case("rcpt", Act.HANG),
    "data 451": Case("data", Act.REPLY, "451 4.3.0 later"),
    "data 554": Case("data", Act.REPLY, "554 5.6.0 no", FAILED, 0),
    "cut at data": Case("data", Act.CUT, ends=UNKNOWN, accepted=0),
    "cut within the message": Case("body", Act.CUT, ends=UNKNOWN, accepted=0),
    "dot 451": Case("dot", Act.REPLY, "451 4.3.0 later"),
    "dot 554": Case("dot", Act.REPLY, "554 5.6.0 no", FAILED, 0),
    "cut before the dot is answered": Case("dot", Act.CUT, ends=UNKNOWN, accepted=0),
    "accepted and never answered": Case("dot", Act.CUT_AFTER, ends=UNKNOWN),
    "accepted and half answered": Case("dot", Act.CUT_MIDDLE, ends=UNKNOWN),
    "accepted and silence": Case("dot", Act.HANG_AFTER, ends=UNKNOWN),
}


def office_with_letters(make_office: MakeOffice) -> Office:
    """Quick to give up and to try again; two returns have come in, and two acknowledgements are due."""
    office = make_office(queue=QUICK, smtp_timeout=1)
    at = moment("2026-12-08 14:00")
    for number, (writer, unit) in enumerate([(mails.NAKAMURA, "LTE-0021"), (mails.INOUE, "LTE-0022")]):
        raw = mails.return_of(writer, unit, at=at, message_id=f"<f8-{number}@city>", day="R8.12.11")
        accept(office.app.database, raw, Channel.MAIL, source="test", received_at=office.app.now())
    return office


def rest(office: Office) -> None:
    """Work until nothing is left; what the relay put off comes up again by itself."""

    def is_done() -> bool:
        drain(office.app)
        with office.app.database.reading() as tx:
            return not tx.jobs.counts()

    wait_until(is_done, "all letters settled", 30)


def letters(office: Office) -> list[Letter]:
    with office.app.database.reading() as tx:
        return tx.letters.in_states(list(LetterState))


def receipts_of(office: Office) -> list[bytes]:
    """These messages did not come by the mailbox: nothing to look for there."""
    return []


@pytest.mark.parametrize("name", CASES)
def test_a_fault_of_the_relay_hits_one_letter_once(name: str, make_office: MakeOffice) -> None:
    case = CASES[name]
    office = office_with_letters(make_office)
    office.relay.fault(case.step, case.act, case.reply)
    rest(office)
    found = letters(office)
    others = [one for one in found if one.state is not case.ends]
    hit = [one for one in found if one.state is case.ends] if case.ends is not SENT else []
    assert len(hit) == (case.ends is not SENT)
    assert all(one.state is SENT for one in others)
    for letter in hit:
        assert letter.last_error
        assert sum(letter.message_id.encode() in one.raw for one in office.relay.accepted()) == case.accepted
    report = examine(office, receipts_of(office), cuts=case.ends is UNKNOWN)
    assert not report.problems, report
    before = fingerprint(office)
    drain(office.app)
    assert not difference(before, fingerprint(office))


def test_a_relay_that_is_down_costs_nothing_but_time(make_office: MakeOffice) -> None:
    office = office_with_letters(make_office)
    office.relay.stop()
    drain(office.app)
    waiting = [one for one in letters(office) if one.next_attempt_at]
    assert waiting
    assert all("smtp" in (one.last_error or "") for one in waiting)
    office.relay.start()
    rest(office)
    assert {one.state for one in letters(office)} == {SENT}
    assert not examine(office, receipts_of(office), cuts=0).problems


def test_an_unknown_letter_is_sent_again_by_a_person_only(make_office: MakeOffice) -> None:
    office = office_with_letters(make_office)
    office.relay.fault("dot", Act.CUT)
    rest(office)
    (unknown,) = [one for one in letters(office) if one.state is UNKNOWN]
    before = len(office.relay.accepted())
    rest(office)
    assert len(office.relay.accepted()) == before
    settle_letter(office.app, CLERK, unknown.id, LetterState.WRITTEN)
    with office.app.database.reading() as tx:
        assert tx.jobs.of_row(JobName.DELIVER, unknown.id)
    rest(office)
    assert {one.state for one in letters(office)} == {SENT}
    assert not examine(office, receipts_of(office), cuts=0).problems
