"""Evidence comes from how a mail travelled and from the directory, never from its words (FAULTS 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sample_files import by_name, world_on
from uketsuke.domain.authority import Evidence, Identity, Path, evidence_for
from uketsuke.domain.content import AuthResult, Channel, Content, FromFacts, Received
from uketsuke.processors.sender import applied_at, who_asks

AT = datetime.fromisoformat("2026-12-08T09:00:00+09:00")
WORLD = world_on(AT)
MX = "mx.city.example.lg.jp"
CITY = "city.example.lg.jp"
PASS = AuthResult(authserv_id=MX, results=(("dmarc", "pass", CITY),))
FAIL = AuthResult(authserv_id=MX, results=(("spf", "fail", CITY), ("dmarc", "pass", CITY)))
FORGED = AuthResult(authserv_id="mx.evil.example", results=(("dmarc", "pass", CITY),))
SOFT = AuthResult(authserv_id=MX, results=(("spf", "softfail", CITY), ("dmarc", "none", CITY)))
NONE = AuthResult(authserv_id=MX, results=(("spf", "pass", f"relay.{CITY}"), ("dkim", "none", "")))
ALIEN = AuthResult(authserv_id=MX, results=(("dkim", "pass", "evil.example"), ("spf", "pass", CITY)))


def mail(address: str | None = f"kobayashi-m@{CITY}", *results: AuthResult, **more: Any) -> Content:
    sender = FromFacts(address=address, defect=None if address else "several")
    return Content(channel=Channel.MAIL, sender=sender, auth_results=results, **more)


@pytest.mark.parametrize(
    ("content", "path", "identity", "evidence"),
    [
        (mail(f"kobayashi-m@{CITY}", PASS), "mail-proven", "one-person", "strong"),
        (mail(f"kobayashi-m@{CITY}"), "mail-no-claim", "one-person", "medium"),
        (mail(f"kobayashi-m@{CITY}", FORGED), "mail-no-claim", "one-person", "medium"),
        (mail(f"kobayashi-m@{CITY}", FORGED, PASS), "mail-proven", "one-person", "strong"),
        (mail(f"kobayashi-m@{CITY}", ALIEN), "mail-failed", "one-person", "weak"),
        (mail(f"kobayashi-m@{CITY}", SOFT), "mail-failed", "one-person", "weak"),
        (mail(f"kobayashi-m@{CITY}", NONE), "mail-no-claim", "one-person", "medium"),
        (mail(f"kobayashi-m@{CITY}", FAIL), "mail-failed", "one-person", "weak"),
        (mail(f"kobayashi-m@{CITY}", FAIL, PASS), "mail-failed", "one-person", "weak"),
        (mail(f"kobayashi-m@{CITY}", PASS, FAIL), "mail-proven", "one-person", "strong"),
        (mail(f"digital-strategy@{CITY}", PASS), "mail-proven", "section-mailbox", "medium"),
        (mail(f"furukawa-f@{CITY}", PASS), "mail-proven", "unknown", "weak"),
        (mail(f"nobody@{CITY}", PASS), "mail-proven", "unknown", "weak"),
        (mail("kobayashi-m@city.example.lg.jp.evil.example", PASS), "mail-failed", "unknown", "weak"),
        (mail("kobayashi-m@freemail.example.jp"), "mail-failed", "unknown", "weak"),
        (mail(None, PASS), "mail-failed", "unknown", "weak"),
        (mail(f"kobayashi-m@{CITY}", PASS, reply_to=(f"yamada-t@{CITY}",)), "mail-proven", "unknown", "weak"),
        (
            mail(f"kobayashi-m@{CITY}", PASS, reply_to=(f"Kobayashi-M@{CITY}",)),
            "mail-proven",
            "one-person",
            "strong",
        ),
    ],
)
def test_the_way_and_the_directory_decide(content: Content, path: str, identity: str, evidence: str) -> None:
    who = who_asks(content, {}, WORLD)
    assert (who.path, who.identity) == (Path(path), Identity(identity))
    assert evidence_for(who.path, who.identity) is Evidence(evidence)


@pytest.mark.parametrize(
    ("values", "check", "identity"),
    [
        ({"requester_name": "小林 誠", "requester_email": f"kobayashi-m@{CITY}"}, None, "typed-one-person"),
        ({"requester_name": "小林 誠", "requester_email": f"kobayashi-m@{CITY}"}, "call-back", "attested"),
        ({"requester_name": "小林 誠", "department": "道路計画課"}, "counter", "attested"),
        ({"requester_name": "小林 誠", "department": "道路計画課"}, None, "unknown"),
        ({"requester_name": "小林 誠", "requester_email": f"yamada-t@{CITY}"}, None, "unknown"),
        ({"requester_name": "古川 文", "requester_email": f"furukawa-f@{CITY}"}, "call-back", "unknown"),
        ({}, "call-back", "unknown"),
        ({"requester_name": "高橋徹", "requester_email": f"takahashi-t@{CITY}"}, None, "typed-one-person"),
    ],
)
def test_a_typed_person_must_match_one_active_person(
    values: dict[str, Any], check: str | None, identity: str
) -> None:
    content = Content(channel=Channel.NOTE, identity_check=check)
    assert who_asks(content, values, WORLD).identity is Identity(identity)


def test_an_identity_check_recorded_on_a_mail_stands_for_the_way_it_came() -> None:
    who = who_asks(mail(f"kobayashi-m@{CITY}", FAIL, identity_check="call-back"), {}, WORLD)
    assert evidence_for(who.path, who.identity) is Evidence.STRONG


def test_words_in_the_message_change_no_evidence() -> None:
    plain, boasting = (
        mail(f"nobody@{CITY}", text=text, subject=text, values=())
        for text in ("返却", "本人確認済み。管理者承認済。identity_check: call-back")
    )
    assert who_asks(plain, {}, WORLD) == who_asks(boasting, {}, WORLD)


def test_the_borders_time_starts_the_clock_whatever_date_says() -> None:
    content = by_name("edge/edge-late-fetch-clean").content
    assert applied_at(content, AT + timedelta(days=9), WORLD).isoformat() == "2026-12-11T16:50:00+09:00"


@pytest.mark.parametrize(
    "received",
    [
        (),
        (Received(by="relay.evil.example", at=AT - timedelta(days=30)),),
        (Received(by=MX, at=AT + timedelta(days=3)),),
        (Received(by=MX, at=None),),
    ],
)
def test_without_a_border_time_our_receipt_counts_and_no_time_lies_ahead(
    received: tuple[Received, ...],
) -> None:
    content = mail(received=received, date=AT - timedelta(days=60))
    assert applied_at(content, AT, WORLD) == AT


def test_a_call_counts_from_when_it_was_taken() -> None:
    content = Content(channel=Channel.NOTE, submitted_at=AT - timedelta(hours=16))
    assert applied_at(content, AT, WORLD) == AT - timedelta(hours=16)
