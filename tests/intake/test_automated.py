"""Machines' mail is recognised, people's mail is not taken for it."""

from __future__ import annotations

import pytest

from tests.intake.mails import mail, multipart, part
from uketsuke.domain.content import Kind
from uketsuke.intake.message import read_mail

TABLE = [
    (b"Auto-Submitted: auto-replied", "auto-submitted", Kind.AUTOMATIC),
    (b"Auto-Submitted: auto-generated (rejected)", "auto-submitted", Kind.AUTOMATIC),
    (b"Auto-Submitted: no", None, None),
    (b"Precedence: bulk", "precedence", Kind.AUTOMATIC),
    (b"Precedence: auto_reply", "auto-reply", Kind.AUTOMATIC),
    (b"Precedence: list", "precedence", Kind.LIST),
    (b"Precedence: first-class", None, None),
    (b"X-Auto-Response-Suppress: DR, OOF, AutoReply", None, None),
    (b"X-Auto-Response-Suppress: None", None, None),
    (b"X-Autoreply: yes", "auto-reply", Kind.AUTOMATIC),
    (b"List-Id: <soumu.city.example.lg.jp>", "list-id", Kind.LIST),
    (b"Return-Path: <>", "null-sender", Kind.AUTOMATIC),
    (b"Return-Path: <>\r\nSubject: Undelivered Mail Returned to Sender", "null-sender", Kind.BOUNCE),
    (b"Return-Path: <tanaka-h@city.example.lg.jp>", None, None),
    (b"X-Failed-Recipients: a@city.example.lg.jp", "failed-recipients", Kind.BOUNCE),
    (b"X-Uketsuke: letter", "own", Kind.OWN),
    (b"X-Uketsuke: letter\r\nAuto-Submitted: auto-generated", "own", Kind.OWN),
    (b"Subject: Auto-Submitted: auto-replied", None, None),
]


@pytest.mark.parametrize(("header", "reason", "kind"), TABLE)
def test_automatic_mail_is_recognised_by_its_headers(
    header: bytes, reason: str | None, kind: Kind | None
) -> None:
    content = read_mail(mail(header))
    assert (content.automatic, content.automatic_kind) == (reason, kind)


@pytest.mark.parametrize(("value", "said"), [(b"All", True), (b"None", False), (b"", False)])
def test_a_mail_that_wants_no_answer_is_still_read(value: bytes, said: bool) -> None:
    content = read_mail(mail(b"X-Auto-Response-Suppress: " + value))
    assert (content.no_answer, content.automatic) == (said, None)


@pytest.mark.parametrize("sender", [b"MAILER-DAEMON@mx.example", b"Mail System <mailer-daemon@mx.example>"])
def test_a_mailer_daemon_bounces(sender: bytes) -> None:
    assert read_mail(b"From: " + sender + b"\r\n\r\nx").automatic_kind is Kind.BOUNCE


def test_a_delivery_report_names_its_recipient_and_our_letter() -> None:
    report = part(
        "message/delivery-status", b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; A@b.example\r\n"
    )
    original = part("text/rfc822-headers", b"Message-ID: <uketsuke-1@mail.example>\r\n")
    body = multipart("report; report-type=delivery-status", part("text/plain", b"Sorry."), report, original)
    content = read_mail(b"From: x@mx.example\r\n" + body)
    assert (content.automatic, content.automatic_kind) == ("delivery-report", Kind.BOUNCE)
    assert content.failed_recipients == ("A@b.example",)


def test_a_bounce_without_report_names_the_recipient_in_its_text() -> None:
    body = b"<a@b.example>: host mx said: 550\r\nMessage-ID: <u-1@mail.example>\r\n"
    content = read_mail(b"From: MAILER-DAEMON@mx.example\r\n\r\n" + body)
    assert content.failed_recipients == ("a@b.example",)
    assert content.extra == {"bounced_message_id": "u-1@mail.example"}


def test_a_read_receipt_is_automatic() -> None:
    body = multipart("report; report-type=disposition-notification", part("text/plain", "開封".encode()))
    assert read_mail(b"From: a@b.example\r\n" + body).automatic == "read-receipt"


def test_the_token_of_our_letter_is_found_in_a_quote() -> None:
    token = "AbCdEfGhIjKlMnOpQrStUv"
    content = read_mail(mail(body=f"了解です\r\n> 照会 [uk:{token}]\r\n".encode()))
    assert (content.token, content.text) == (token, "了解です")
