"""What arrives in a real mailbox: strangers, machines, copies, a mailbox restored from a backup."""

from __future__ import annotations

import pytest

from tests.end_to_end import mails
from tests.end_to_end.mails import moment
from tests.end_to_end.walk import Walk
from uketsuke.domain.content import Kind
from uketsuke.domain.states import RequestState
from uketsuke.intake.polling import Outcome

pytestmark = [pytest.mark.imap, pytest.mark.smtp]
AT = moment("2026-12-08 14:00")
BOUNCE = "\r\n".join(
    [
        "From: MAILER-DAEMON@mx.city.example.lg.jp",
        "To: it-helpdesk@city.example.lg.jp",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <bounce@mx.city.example.lg.jp>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "The mail could not be delivered.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.city.example.lg.jp",
        "",
        "Final-Recipient: rfc822; nobody@city.example.lg.jp",
        "Action: failed",
        "Status: 5.1.1",
        "--b--",
        "",
    ]
).encode()


def distribution(hop: str = "S001", count: int = 1) -> bytes:
    return mails.distribution(
        mails.SUZUKI, at=AT, message_id="<same@city>", day="R8.12.10", hop=hop, count=count
    )


def test_a_stranger_causes_nothing_but_a_row_in_the_tray(walk: Walk) -> None:
    walk.receive(mails.distribution(mails.STRANGER, at=AT, message_id="<s@x>", day="R8.12.10"))
    assert walk.the_request().state is RequestState.NEEDS_REVIEW
    assert walk.states_of("LTE-0050") == ["in_stock"]
    assert walk.mails() == []
    assert walk.is_sound()


def test_machines_open_nothing_and_get_no_answer(walk: Walk) -> None:
    walk.receive(mails.absence(mails.TANAKA, at=AT, message_id="<a@x>"), BOUNCE)
    assert [row.kind for row in walk.requests()] in ([], [Kind.BOUNCE])  # in sight, where it is nobody's
    assert walk.mails() == []
    assert walk.audited().count("receive") == 2
    assert walk.is_sound()


def test_the_same_bytes_again_are_the_same_receipt(walk: Walk) -> None:
    walk.receive(distribution(), distribution())
    walk.receive(distribution())
    assert walk.audited().count("receive") == 1
    assert walk.states_of("LTE-0051") == ["in_stock"]
    assert walk.is_sound()


def test_another_copy_of_a_mail_is_a_receipt_and_no_second_request(walk: Walk) -> None:
    walk.receive(distribution("S001"))
    walk.receive(distribution("S002"))
    assert walk.audited().count("receive") == 2
    assert len(walk.requests()) == 1
    assert walk.states_of("LTE-0051") == ["in_stock"]
    assert walk.is_sound()


def test_another_mail_under_a_used_message_id_is_flagged_and_not_dropped(walk: Walk) -> None:
    walk.receive(distribution())
    walk.receive(distribution(count=2))
    first, second = walk.requests()
    assert (first.state, second.state) == (RequestState.RUNNING, RequestState.NEEDS_REVIEW)
    assert "message-id-reused" in [concern.facts.get("problem") for concern in second.concerns]
    assert walk.is_sound()


def test_new_numbers_for_all_mails_do_not_make_them_new(walk: Walk) -> None:
    """UIDVALIDITY changes while mails still lie in the inbox (moving them is a setting, DESIGN 15)."""
    mailbox = walk.app.settings.mailbox[0].model_copy(update={"move_to": None})
    object.__setattr__(walk.app.settings, "mailbox", (mailbox,))
    walk.receive(distribution(), mails.absence(mails.TANAKA, at=AT, message_id="<a@x>"))
    walk.office.account.change_uidvalidity()
    again = walk.collect()
    walk.work()
    assert (again.outcome, again.summary.new, again.summary.known) == (Outcome.COLLECTED, 0, 2)
    assert walk.audited().count("receive") == 2
    assert walk.states_of("LTE-0051") == ["in_stock"]
    assert walk.is_sound()


def test_mails_are_filed_unread_into_the_folder_of_the_settings(walk: Walk) -> None:
    walk.receive(distribution())
    assert walk.office.account.messages("INBOX") == []
    (filed,) = walk.office.account.messages("uketsuke")
    assert filed.raw == distribution()
    assert filed.flags == frozenset()


def test_a_mailbox_that_is_away_is_told_and_read_when_it_is_back(walk: Walk) -> None:
    walk.office.account.deliver_all([distribution()])
    walk.office.account.stop()
    assert walk.collect().outcome is Outcome.AWAY
    walk.office.account.start()
    assert walk.collect().outcome is Outcome.COLLECTED
    walk.work()
    assert walk.the_request().state is RequestState.RUNNING
