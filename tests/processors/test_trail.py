"""What speaks against a mail and what proves it, one fact at a time (FAULTS 1.4 S1, FAULTS 3)."""

from __future__ import annotations

import inspect
import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path as File
from typing import Any

import pytest

from tests.sample_files import world_on
from uketsuke import templates
from uketsuke.domain.authority import Identity, Path
from uketsuke.domain.content import AuthResult, Channel, Content, FromFacts, Received, Signature
from uketsuke.intake.message import read_mail
from uketsuke.processors import sender, trail
from uketsuke.processors.sender import who_asks

TEMPLATES = File(templates.__path__[0])
AT = datetime.fromisoformat("2026-12-08T09:00:00+09:00")
WORLD = world_on(AT)
WORLD.networks = frozenset({"10.0.0.0/8"})
CITY = "city.example.lg.jp"
MX = f"mx.{CITY}"
KOBAYASHI = f"kobayashi-m@{CITY}"
PASS = AuthResult(authserv_id=MX, results=(("dmarc", "pass", CITY),))
GOOD = Signature(domain=CITY, selector="s1", verified=True, signed=("from",), signed_at=AT, digest="d")


def mail(**facts: Any) -> Content:
    return Content(channel=Channel.MAIL, sender=FromFacts(address=KOBAYASHI), **facts)


def signed(**changes: Any) -> Content:
    return mail(signatures=(GOOD.model_copy(update=changes),))


def judge(content: Content) -> tuple[str, tuple[str, ...]]:
    who = who_asks(content, {}, WORLD, AT)
    return who.path.value, who.doubts


def test_a_signature_checked_here_proves_the_mail() -> None:
    assert judge(signed()) == ("mail-proven", ())
    assert who_asks(signed(), {}, WORLD, AT).identity is Identity.ONE_PERSON


@pytest.mark.parametrize(
    ("changes", "path", "doubts"),
    [
        ({"signed_at": AT - timedelta(days=7)}, "mail-proven", ()),
        ({"signed_at": AT - timedelta(days=7, minutes=1)}, "mail-failed", ("signature-old",)),
        ({"signed_at": AT + timedelta(days=1)}, "mail-failed", ("signature-old",)),
        ({"expires_at": AT - timedelta(days=1)}, "mail-failed", ("signature-old",)),
        ({"partial": True}, "mail-failed", ("signature-partial",)),
        ({"seen_before": True}, "mail-failed", ("signature-seen",)),
        ({"signed": ("to",)}, "mail-failed", ("signature-without-from",)),
        ({"verified": False}, "mail-failed", ("signature-broken",)),
        ({"signed_at": None}, "mail-no-claim", ()),
        ({"verified": None}, "mail-no-claim", ()),
        ({"domain": "lg.jp"}, "mail-proven", ()),
        ({"domain": "evil.example"}, "mail-no-claim", ()),
        ({"domain": f"x.{CITY}"}, "mail-no-claim", ()),
        ({"domain": "evil-city.example.lg.jp"}, "mail-no-claim", ()),
    ],
)
def test_it_proves_nothing_for_another_time_part_or_domain(
    changes: dict[str, Any], path: str, doubts: tuple[str, ...]
) -> None:
    assert judge(signed(**changes)) == (path, doubts)


def test_a_trusted_pass_does_not_heal_an_old_a_partial_or_a_replayed_signature() -> None:
    """The border verifies all three, and says pass."""
    for flaw in ({"signed_at": AT - timedelta(days=30)}, {"partial": True}, {"seen_before": True}):
        one = GOOD.model_copy(update={**flaw, "verified": None})
        assert judge(mail(signatures=(one,), auth_results=(PASS,)))[0] == "mail-failed"


def test_a_trusted_pass_stands_though_a_gateway_broke_the_signature_afterwards() -> None:
    """無害化 after the border's check (FAULTS 3)."""
    broken = GOOD.model_copy(update={"verified": False})
    assert judge(mail(signatures=(broken,), auth_results=(PASS,))) == ("mail-proven", ())


def test_without_a_moment_no_signature_proves_anything() -> None:
    assert who_asks(signed(), {}, WORLD).path is Path.MAIL_NO_CLAIM


HOP = "from {} by mx.city.example.lg.jp with ESMTPS id T1; Tue, 8 Dec 2026 09:00:00 +0900"


@pytest.mark.parametrize(
    ("peer", "is_ours"),
    [
        ("relay.city.example.lg.jp (relay.city.example.lg.jp [192.0.2.25])", True),
        ("pc7 (unknown [10.1.2.3])", True),
        ("relay.city.example.lg.jp", True),
        ("localhost (localhost [127.0.0.1])", False),
        ("relay.city.example.lg.jp (unknown [203.0.113.9])", False),
        ("relay.city.example.lg.jp (mail.evil.example [203.0.113.9])", False),
        ("relay.city.example.lg.jp ([203.0.113.9])", False),
        ("relay.city.example.lg.jp (203.0.113.9)", False),
        ("[203.0.113.9] (helo=relay.city.example.lg.jp)", False),
        ("x (relay.city.example.lg.jp [203.0.113.9] (may be forged))", False),
        ("relay.city.example.lg.jp.evil.example", False),
        ("evilcity.example.lg.jp", False),
        ("mail.evil.example (mail.evil.example [203.0.113.9])", False),
        ("relay.city.example.lg.jp (unknown [IPv6:2001:db8::1])", False),
    ],
)
def test_an_unproven_mail_must_have_come_from_a_host_of_the_city(peer: str, is_ours: bool) -> None:
    """The name before the bracket is what the peer says of itself."""
    received = read_mail(f"Received: {HOP.format(peer)}\r\n\r\nx".encode()).received
    expected = ("mail-no-claim", ()) if is_ours else ("mail-failed", ("hop-outside",))
    assert judge(mail(received=received)) == expected


def test_a_proven_mail_may_have_come_from_anywhere() -> None:
    outside = Received(by=MX, at=AT, peer="mail.evil.example", ip="203.0.113.9")
    assert judge(mail(received=(outside,), auth_results=(PASS,))) == ("mail-proven", ())


def test_results_below_what_the_border_noted_itself_are_not_the_borders() -> None:
    ours = "Received: " + HOP.format("relay.city.example.lg.jp")
    theirs = "Received: from a by b; Tue, 8 Dec 2026 08:00:00 +0900"
    claim = f"Authentication-Results: {MX}; dmarc=pass header.from={CITY}"
    for lines, path in (
        ((claim, ours, theirs), "mail-proven"),
        ((ours, claim, theirs), "mail-proven"),
        ((ours, theirs, claim), "mail-failed"),
    ):
        raw = "\r\n".join((*lines, f"From: {KOBAYASHI}", "", "x")).encode()
        assert who_asks(read_mail(raw), {}, WORLD, AT).path is Path(path), lines


@pytest.mark.parametrize(
    ("facts", "identity", "doubts"),
    [
        ({"reply_to": (f"yamada-t@{CITY}",)}, "unknown", ("reply-to-other",)),
        ({"reply_to": ("?",)}, "unknown", ("reply-to-other",)),
        ({"reply_to": (KOBAYASHI,)}, "one-person", ()),
        ({"submitter": (KOBAYASHI,)}, "one-person", ()),
        ({"submitter": (f"yamada-t@{CITY}",)}, "unknown", ("sender-other",)),
        ({"submitter": ("m@evil.example",)}, "unknown", ("sender-other",)),
        ({"return_path": KOBAYASHI}, "one-person", ()),
        ({"return_path": f"bounces@{CITY}"}, "one-person", ()),
        ({"return_path": f"yamada-t@{CITY}"}, "unknown", ("return-path-other",)),
    ],
)
def test_headers_that_name_somebody_else_take_the_person_away(
    facts: dict[str, Any], identity: str, doubts: tuple[str, ...]
) -> None:
    who = who_asks(mail(auth_results=(PASS,), **facts), {}, WORLD, AT)
    assert (who.path, who.identity, who.doubts) == (Path.MAIL_PROVEN, Identity(identity), doubts)


def test_an_envelope_from_outside_fails_whatever_the_border_says() -> None:
    assert judge(mail(auth_results=(PASS,), return_path="m@evil.example"))[1] == ("return-path-outside",)


def test_every_header_that_names_somebody_is_read_even_where_it_is_unreadable() -> None:
    content = read_mail(b"Return-Path: <a@x.example>\r\nSender: =?utf-8?q?x?=\r\nReply-To: nobody\r\n\r\n")
    assert (content.return_path, content.submitter, content.reply_to) == ("a@x.example", ("?",), ("?",))


def test_every_doubt_has_words_for_people() -> None:
    words = tomllib.loads((TEMPLATES / "messages" / "console.ja.toml").read_text("utf-8"))
    known = words["ui"]["authority"]["doubt"]
    source = "".join(inspect.getsource(module) for module in (trail, sender))
    named = set(re.findall(r'(?:yield |\[|\()"([a-z]+(?:-[a-z]+)+)"', source)) - {"intranet-cms"}
    named |= {f"from-{defect}" for defect in ("missing", "several", "malformed", "not-ascii-domain")}
    named |= {f"failed-{check}" for check in ("spf", "dkim", "dmarc")} | {"failed-check"}
    assert known.keys() == named
