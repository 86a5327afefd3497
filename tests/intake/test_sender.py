"""Exactly one From, by our own grammar (FAULTS 3, parser facts)."""

from __future__ import annotations

import pytest

from tests.intake.mails import encoded_word
from uketsuke.intake.message import read_mail

CITY = "tanaka@city.example.lg.jp"
EVIL = b"<mallory@evil.example>"


def judge(*values: bytes) -> tuple[str | None, str | None]:
    raw = b"".join(b"From: " + value + b"\r\n" for value in values) + b"\r\nx\r\n"
    sender = read_mail(raw).sender
    return sender.address, sender.defect


@pytest.mark.parametrize(
    "value",
    [
        CITY.encode(),
        b"<" + CITY.encode() + b">",
        b"Tanaka Hanako <" + CITY.encode() + b">",
        b'"Tanaka, Hanako" <' + CITY.encode() + b">",
        b'"a <b> c" <' + CITY.encode() + b">",
        encoded_word("田中 花子", "iso-2022-jp") + b"\r\n <" + CITY.encode() + b">",
        b"Tanaka (soumu) <" + CITY.encode() + b">",
        "田中 <".encode() + CITY.encode() + b">",
        b"tanaka@City.Example.LG.jp",
        b'"' + CITY.encode() + b'" <' + CITY.encode() + b">",
    ],
)
def test_one_address_with_or_without_a_display_name_is_accepted(value: bytes) -> None:
    assert judge(value) == (CITY, None)


@pytest.mark.parametrize(
    ("value", "defect"),
    [
        (CITY.encode() + b" " + EVIL, "malformed"),
        (CITY.encode() + b", mallory@evil.example", "several"),
        (b"a <" + CITY.encode() + b">, b " + EVIL, "malformed"),
        (CITY.encode() + b"(<m@evil.example>", "malformed"),
        (CITY.encode() + b" (<m@evil.example>)", "malformed"),
        (b"(" + CITY.encode() + b") " + EVIL, "malformed"),
        (encoded_word(CITY, "utf-8") + b" " + EVIL, "malformed"),
        (encoded_word(f"x <{CITY}>", "utf-8"), "malformed"),
        (b"staff: " + CITY.encode() + b", m@evil.example;", "several"),
        (b"tanaka@city.example.lg.jp\x00@evil.example", "malformed"),
        (b"tanaka@city.example.lg.jp\rFrom: m@evil.example", "malformed"),
        (b'"tanaka@city"@evil.example', "malformed"),
        (b"<@city.example.lg.jp:m@evil.example>", "malformed"),
        (b"<<" + CITY.encode() + b">>", "malformed"),
        (b"tanaka@[192.0.2.1]", "malformed"),
        (b"tanaka@city..lg.jp", "malformed"),
        ("tanaka@сity.example.lg.jp".encode(), "not-ascii-domain"),
        (b"undisclosed", "malformed"),
        (CITY.encode() + b" <" + CITY.encode() + b">", "malformed"),
        (b'"' + CITY.encode() + b'x" <' + CITY.encode() + b">", "malformed"),
        (b'"tanaka@city.example.lg.jp" <tanaka@City.example.lg.jp>', "malformed"),
        (b"  ", "malformed"),
        (b"a" * 9000 + b"@city.example.lg.jp", "malformed"),
    ],
)
def test_anything_that_could_be_read_as_two_senders_has_no_address(value: bytes, defect: str) -> None:
    assert judge(value) == (None, defect)


def test_a_quoted_display_name_with_an_address_in_it_is_not_believed() -> None:
    """Stricter than RFC 5322: no other `@` outside the brackets."""
    assert judge(b'"tanaka@city.example.lg.jp" ' + EVIL) == (None, "malformed")


def test_two_from_headers_have_no_address() -> None:
    assert judge(CITY.encode(), b"mallory@evil.example") == (None, "several")


def test_a_mail_without_from_has_no_address() -> None:
    assert judge() == (None, "missing")


def test_a_from_that_may_hide_behind_a_limit_is_not_believed() -> None:
    raw = b"From: " + CITY.encode() + b"\r\n" + b"X: y\r\n" * 400 + b"From: m@evil.example\r\n\r\nx"
    assert read_mail(raw).sender.defect == "malformed"


def test_the_other_address_headers_are_read_loosely() -> None:
    raw = b'Reply-To: "A, B" <a@x.example>, b@Y.example\r\nTo: g: c@z.example;\r\nCc: nonsense\r\n\r\n'
    content = read_mail(raw)
    assert (content.reply_to, content.to, content.cc) == (
        ("a@x.example", "b@y.example"),
        ("c@z.example",),
        (),
    )
