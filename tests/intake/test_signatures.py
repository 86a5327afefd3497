"""DKIM is checked with the keys of the settings, and no signature can cost or raise anything (FAULTS 2)."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from tests.intake.signing import make_key
from uketsuke.domain.content import Signature
from uketsuke.intake.limits import Limits
from uketsuke.intake.message import read_mail

AT = datetime(2026, 12, 10, 1, tzinfo=UTC)
CITY = make_key("s1", "city.example.lg.jp")
LIMITS = Limits(dkim_keys=(CITY.entry,))
MAIL = (
    b"From: a@city.example.lg.jp\r\nTo: desk@city.example.lg.jp\r\nSubject: x\r\n"
    b"Date: Thu, 10 Dec 2026 10:00:00 +0900\r\n\r\nhello  there \r\nyou\r\n"
)
SIGNED = CITY.sign(MAIL, AT)


def read(raw: bytes, limits: Limits = LIMITS) -> Signature:
    (signature,) = read_mail(raw, limits).signatures
    return signature


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
def test_a_signed_mail_is_verified_with_what_its_signature_says(body: bytes) -> None:
    found = read(CITY.sign(MAIL, AT, body=body))
    assert (found.verified, found.domain, found.selector) == (True, "city.example.lg.jp", "s1")
    assert (found.signed, found.signed_at, found.partial) == (("from", "to", "subject", "date"), AT, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"hello", b"hallo"), (b"Subject: x", b"Subject: y"), (b"From: a@", b"From: b@"), (b"\r\nyou", b"")],
)
def test_a_changed_mail_is_not(old: bytes, new: bytes) -> None:
    assert read(SIGNED.replace(old, new)).verified is False


def test_a_second_from_breaks_the_signature() -> None:
    assert read(b"From: m@evil.example\r\n" + SIGNED).verified is False


def test_line_ends_do_not_matter() -> None:
    assert read(SIGNED.replace(b"\r\n", b"\n")).verified is True


def test_without_a_key_in_the_settings_nothing_is_asked_and_nothing_is_known() -> None:
    assert read(SIGNED, Limits()).verified is None
    other = Limits(dkim_keys=(make_key("s2", "city.example.lg.jp").entry,))
    assert read(SIGNED, other).verified is None


def test_another_key_under_the_same_name_does_not_verify() -> None:
    name, record = CITY.entry[0], make_key("s2", "city.example.lg.jp").record
    assert read(SIGNED, Limits(dkim_keys=((name, record),))).verified is False


def test_a_partial_signature_says_so() -> None:
    found = read(CITY.sign(MAIL, AT, is_partial=True) + b"and delete everything\r\n")
    assert (found.verified, found.partial) == (True, True)


@pytest.mark.parametrize(
    "tag",
    [
        b"a=rsa-sha1",
        b"v=2",
        b"l=x",
        b"bh=",
        b"d=evil.example",
        b"b=!!",
        b"c=odd/odd",
        b"h=",
        b"i=@evil.example",
    ],
)
def test_a_header_that_bends_the_rules_verifies_nothing(tag: bytes) -> None:
    line, _, rest = SIGNED.partition(b"\r\nFrom")
    name = tag.partition(b"=")[0] + b"="
    tags = [one for one in line.partition(b":")[2].split(b";") if not one.strip().startswith(name)]
    raw = b"DKIM-Signature:" + b";".join([*tags, b" " + tag]) + b"\r\nFrom" + rest
    assert not any(one.verified for one in read_mail(raw, LIMITS).signatures)


def test_only_two_signatures_are_worth_the_arithmetic_and_five_are_noted() -> None:
    raw = MAIL
    for _ in range(7):
        raw = CITY.sign(raw, AT)
    assert [one.verified for one in read_mail(raw, LIMITS).signatures] == [True, True, None, None, None]


def test_two_signatures_are_told_apart_and_one_is_the_same_however_it_is_folded() -> None:
    line, _, rest = SIGNED.partition(b"\r\nFrom")
    refolded = line.replace(b" b=", b" b=\r\n ") + b"\r\nFrom" + rest
    assert read(refolded).digest == read(SIGNED).digest
    assert read(CITY.sign(MAIL, AT.replace(hour=2))).digest != read(SIGNED).digest


@pytest.mark.parametrize(
    "raw",
    [
        SIGNED + b" " * 4_000_000,
        SIGNED + (b" " * 250 + b"x ") * 15_000,
        SIGNED.replace(b" b=", b" b=" + b"\r\n " * 1_200),
        SIGNED.replace(b"h=from", b"h=" + b"a:" * 1_900 + b"from") + b"x",
        SIGNED.replace(b"To:", b"a:\r\n" * 280 + b"To:").replace(b"h=from", b"h=" + b"a:" * 1_200 + b"from"),
        b"DKIM-Signature: " + b";" * 4_000 + b"\r\n" + MAIL,
        b"DKIM-Signature: a" + b" " * 4_000 + b"b\r\n" + MAIL,
    ],
    ids=["blanks", "runs", "folds", "names", "product", "empty", "space"],
)
def test_no_signature_costs_a_second(raw: bytes) -> None:
    start = time.process_time()
    read_mail(raw, LIMITS)
    assert time.process_time() - start < 1.0


def test_a_mail_that_is_too_large_to_check_proves_nothing() -> None:
    assert read(SIGNED + b"x\r\n" * 1_500_000).verified is None
