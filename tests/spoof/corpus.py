"""Forged mails of every kind of FAULTS S1, made over a genuine one; always the same for the same mail.

A genuine mail of a person (or a form's relay) of the city is taken apart and sent
again by somebody else, in every way that has fooled a mail-driven desk. The
border's host behaves: it notes where a mail came from and stamps what it checked.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime

from tests.intake.signing import Key, make_key

EVIL = "mallory@evil.example"
KINDS = frozenset(
    {
        "two-from", "text-before-bracket", "comment", "group", "encoded-word", "nul", "look-alike-domain",
        "sub-domain", "other-headers", "forged-results", "forged-received", "dkim-other-domain",
        "dkim-length", "replay", "mailing-list", "null-sender", "in-reply-to", "control-header",
    }
)  # fmt: skip
"""Every kind that FAULTS S1 names."""


@dataclass(frozen=True)
class Genuine:
    """A mail that would be believed, and the city it belongs to."""

    address: str
    subject: str
    text: str
    at: datetime
    other: str
    """A colleague's address."""

    @property
    def domain(self) -> str:
        """The city's mail domain; its border host is `mx.` of it."""
        return self.address.rpartition("@")[2]

    @property
    def key(self) -> Key:
        """What the city signs with."""
        return make_key("s1", self.domain)

    def message(self, *lines: bytes, sender: bytes | None = None, number: str = "g", text: str = "") -> bytes:
        """The mail as it leaves its sender; `lines` are headers put before the others."""
        headers = [
            *lines,
            b"From: " + self.address.encode() if sender is None else sender,
            f"To: it-helpdesk@{self.domain}".encode(),
            b"Subject: " + Header(self.subject, "utf-8").encode().encode(),
            f"Date: {format_datetime(self.at)}".encode(),
            f"Message-ID: <{number}@mail.example>".encode(),
            b"MIME-Version: 1.0",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: base64",
        ]
        body = base64.encodebytes((text + self.text).encode()).replace(b"\n", b"\r\n")
        return b"\r\n".join(line for line in headers if line) + b"\r\n\r\n" + body

    def passed(self, message: bytes, *, hop: str = "") -> bytes:
        """The mail as the border hands it on after every check has passed."""
        return Border(self).take(message, self.results("pass"), hop=hop or self.relay)

    @property
    def relay(self) -> str:
        """The city's own relay as the border notes it."""
        return f"relay.{self.domain} (relay.{self.domain} [192.0.2.25])"

    def results(self, verdict: str, domain: str = "", dkim: str = "") -> str:
        """What the border stamps about that domain, the city's where none is named."""
        about = domain or self.domain
        return (
            f"mx.{self.domain}; spf={verdict} smtp.mailfrom={about};"
            f" dkim={dkim or verdict} header.d={about}; dmarc={verdict} header.from={about}"
        )


@dataclass(frozen=True)
class Border:
    """The city's host that takes mails from outside."""

    city: Genuine

    def take(self, message: bytes, results: str, *, hop: str = "", return_path: str = "") -> bytes:
        """Return-Path, the delivery, what was checked, where it came from, and the mail."""
        domain, at = self.city.domain, format_datetime(self.city.at)
        hop = hop or "mail.evil.example (mail.evil.example [203.0.113.9])"
        lines = [
            f"Return-Path: {return_path}" if return_path else "",
            f"Received: from mx.{domain} by imap.{domain} with LMTP; {at}",
            f"Authentication-Results: {results}" if results else "",
            f"Received: from {hop} by mx.{domain} with ESMTPS id F1; {at}",
        ]
        return "\r\n".join(line for line in lines if line).encode() + b"\r\n" + message


@dataclass(frozen=True)
class Spoof:
    """One forged mail."""

    name: str
    kind: str
    raw: bytes


def spoofs(genuine: Genuine, letter_id: str) -> Iterator[Spoof]:
    """All of them; `letter_id` names a letter of a live request, `genuine` was received before, signed."""
    made = [*_of_from(genuine), *_of_headers(genuine), *_of_trace(genuine), *_of_signatures(genuine)]
    made += [*_of_threads(genuine, letter_id), *_of_lists(genuine), *_of_control(genuine)]
    for number, (kind, name, raw) in enumerate(made):
        yield Spoof(f"{kind}: {name}", kind, raw.replace(b"<@ID@", f"<spoof-{number}".encode()))


Made = Iterator[tuple[str, str, bytes]]
ID = "@ID@"


def signed(genuine: Genuine) -> bytes:
    """The genuine mail as it was received, which a replay repeats."""
    return genuine.passed(genuine.key.sign(genuine.message(number="genuine"), genuine.at))


def _of_from(city: Genuine) -> Made:
    """Each way of writing From, on each way through a border that believes its own reading of it."""
    ways = {
        "fails": city.results("fail"),
        "passes for the forger": city.results("pass", "evil.example"),
        "fooled": city.results("pass"),
        "silent": "",
    }
    for kind, name, line, fooled in _from_lines(city.address, city.domain):
        for way, results in ways.items():
            if way != ("silent" if fooled else "fooled"):
                message = city.message(sender=line, number=ID)
                yield kind, f"{name}, border {way}", Border(city).take(message, results)


def _from_lines(own: str, domain: str) -> Iterator[tuple[str, str, bytes, bool]]:
    """(kind, name, header, whether a border may be fooled about it into a pass for the city)."""
    me, user = own.encode(), own.partition("@")[0].encode()
    evil = f"<{EVIL}>".encode()
    word, first = base64.b64encode(me), base64.b64encode(user)
    hidden = b"x_=3C" + me.replace(b"@", b"=40") + b"=3E"
    two = b"From: " + me + b"\r\nFrom: " + EVIL.encode()
    yield "two-from", "ours first", two, True
    yield "two-from", "ours last", b"From: " + EVIL.encode() + b"\r\nFrom: " + me, True
    yield (
        "two-from",
        "far apart",
        b"From: " + me + b"\r\nX-A: " + b"y" * 900 + b"\r\nfrom : " + EVIL.encode(),
        True,
    )
    yield "two-from", "one header", b"From: " + me + b", " + EVIL.encode(), True
    yield "two-from", "folded", b"From: " + me + b",\r\n " + evil, True
    yield "text-before-bracket", "bare", b"From: " + me + b" " + evil, True
    yield "text-before-bracket", "quoted", b'From: "' + me + b'" ' + evil, False
    yield "text-before-bracket", "two brackets", b"From: <" + me + b"> " + evil, True
    yield "text-before-bracket", "nested", b"From: <<" + me + b">>", True
    yield "text-before-bracket", "after", b"From: " + evil + b" " + me, True
    yield "text-before-bracket", "route", b"From: <@" + domain.encode() + b":" + EVIL.encode() + b">", True
    yield "comment", "before", b"From: (" + me + b") " + evil, True
    yield "comment", "cut", b"From: " + me + b"(" + evil, True
    yield "comment", "hides", b"From: " + me + b" (" + evil + b")", True
    yield "comment", "within", b"From: " + user + b"(x)@" + domain.encode(), True
    yield "group", "named", b"From: staff: " + me + b", " + EVIL.encode() + b";", True
    yield "group", "empty", b"From: " + me + b":;", True
    yield "group", "one", b"From: staff:" + me + b";", True
    yield "encoded-word", "display", b"From: =?utf-8?b?" + word + b"?= " + evil, False
    yield "encoded-word", "whole", b"From: =?utf-8?b?" + word + b"?=", True
    yield (
        "encoded-word",
        "bracket",
        b"From: =?utf-8?q?" + hidden + b"?= " + evil,
        False,
    )
    yield (
        "encoded-word",
        "local",
        b"From: =?utf-8?b?" + first + b"?=@" + domain.encode(),
        True,
    )
    yield "nul", "in address", b"From: " + me + b"\x00@evil.example", True
    yield "nul", "before domain", b"From: " + user + b"\x00@" + domain.encode(), True
    yield "nul", "carriage return", b"From: " + me + b"\rX: y", True
    yield "look-alike-domain", "cyrillic", b"From: " + user + "@сity.example.lg.jp".encode(), False
    yield "look-alike-domain", "punycode", b"From: " + user + b"@xn--" + domain.encode(), False
    yield "look-alike-domain", "full width", b"From: " + user + "＠".encode() + domain.encode(), True
    yield "look-alike-domain", "typo", b"From: " + user + b"@" + domain.replace("lg", "1g").encode(), False
    yield "look-alike-domain", "local part", "From: ｋ".encode() + me, True
    yield "sub-domain", "below evil", b"From: " + me + b".evil.example", False
    yield "sub-domain", "below ours", b"From: " + user + b"@x." + domain.encode(), False
    yield "sub-domain", "glued", b"From: " + user + b"@evil" + domain.encode(), False
    yield "sub-domain", "dot", b"From: " + me + b".", True


def _of_headers(city: Genuine) -> Made:
    """A person of the city who passes every check, and a header that names somebody else."""
    for who, address in (("outside", EVIL), ("a colleague", city.other), ("nobody", "=?utf-8?q?x?=")):
        for name in ("Sender", "Reply-To"):
            lines = (f"{name}: {address}".encode(),)
            yield "other-headers", f"{name} {who}", city.passed(city.message(*lines, number=ID))
        if who != "nobody":
            raw = Border(city).take(
                city.message(number=ID), city.results("pass"), hop=city.relay, return_path=f"<{address}>"
            )
            yield "other-headers", f"Return-Path {who}", raw
    both = (f"Reply-To: {city.address}, {EVIL}".encode(), b"Sender: " + city.address.encode())
    yield "other-headers", "Reply-To both", city.passed(city.message(*both, number=ID))


def _of_trace(city: Genuine) -> Made:
    """Results and hosts that the forger wrote himself, below what the border added."""
    claim = b"Authentication-Results: " + city.results("pass").encode()
    at = format_datetime(city.at - timedelta(minutes=1))
    hop = f"Received: from {city.relay} by mx.{city.domain} with ESMTPS id F0; {at}".encode()
    outer = f"Received: from a by gw.evil.example with ESMTP; {at}".encode()
    fails, alien = city.results("fail"), city.results("pass", "evil.example")
    claims = {
        "alone": (claim,),
        "twice": (claim, claim),
        "with a hop": (hop, claim),
        "below a hop": (outer, claim),
        "upper case": (claim.replace(b"Authentication-Results", b"AUTHENTICATION-RESULTS"),),
        "of a sub-domain": (claim.replace(b": mx.", b": x.mx."),),
        "of nobody": (b"Authentication-Results: dmarc=pass header.from=" + city.domain.encode(),),
        "with a comment": (b"Authentication-Results: (mx." + city.domain.encode() + b") evil; dmarc=pass",),
    }
    for name, lines in claims.items():
        for way, results in (("fails", fails), ("passes for the forger", alien)):
            raw = Border(city).take(city.message(*lines, number=ID), results)
            yield "forged-results", f"{name}, border {way}", raw
    silent = {
        name: lines
        for name, lines in claims.items()
        if name in ("below a hop", "of nobody", "of a sub-domain")
    }
    for name, lines in silent.items():
        yield (
            "forged-results",
            f"{name}, border silent",
            Border(city).take(city.message(*lines, number=ID), ""),
        )
    yield from _of_hosts(city, hop)


def _of_hosts(city: Genuine, hop: bytes) -> Made:
    """A border that stamps nothing, and a forger who calls himself by the city's names."""
    relay = f"relay.{city.domain}"
    for name, peer in (
        ("calls itself the relay", f"{relay} (mail.evil.example [203.0.113.9])"),
        ("has no name", f"{relay} (unknown [203.0.113.9])"),
        ("address only", f"{relay} ([203.0.113.9])"),
        ("may be forged", f"x ({relay} [203.0.113.9] (may be forged))"),
        ("exim", f"[203.0.113.9] (helo={relay})"),
        ("IPv6", f"{relay} (unknown [IPv6:2001:db8::9])"),
        ("longer name", f"{relay}.evil.example"),
    ):
        for how, lines in (("", ()), (" and adds a hop", (hop,))):
            raw = Border(city).take(city.message(*lines, number=ID), "", hop=peer)
            yield "forged-received", f"{name}{how}", raw


def _of_signatures(city: Genuine) -> Made:
    """Signatures that verify, and are not for this mail, its sender or this day."""
    evil = make_key("s1", "evil.example")
    alien = city.results("none", "evil.example", dkim="pass")
    passed = city.results("pass")
    yield (
        "dkim-other-domain",
        "recorded",
        Border(city).take(evil.sign(city.message(number=ID), city.at), alien),
    )
    yield (
        "dkim-other-domain",
        "unrecorded",
        Border(city).take(evil.sign(city.message(number=ID), city.at), ""),
    )
    below = make_key("s1", f"x.{city.domain}")
    yield "dkim-other-domain", "below", Border(city).take(below.sign(city.message(number=ID), city.at), alien)
    own = make_key("s1", city.domain, 1032)
    yield "dkim-other-domain", "our name", Border(city).take(own.sign(city.message(number=ID), city.at), "")
    unsigned = (b"subject", b"to", b"from")
    empty = city.key.sign(city.message(number=ID), city.at, headers=unsigned, is_partial=True)
    for way, results in (("passes", passed), ("silent", "")):
        yield "dkim-length", f"appended, border {way}", Border(city).take(empty + b"eA==\r\n", results)
    for days in (8, 30, 400):
        old = city.key.sign(city.message(number=ID), city.at - timedelta(days=days))
        for way, results in (("passes", passed), ("silent", "")):
            yield "replay", f"{days} days, border {way}", Border(city).take(old, results)
    message = city.key.sign(city.message(number="genuine"), city.at)
    again = message.replace(b"<genuine@", b"<@ID@@")
    for way, results in (("passes", passed), ("silent", "")):
        yield "replay", f"seen, border {way}", Border(city).take(again, results)
        extra = b"X-Again: " + way.encode() + b"\r\n" + again
        yield (
            "replay",
            f"seen with another header, border {way}",
            Border(city).take(extra, results, hop=city.relay),
        )


def _of_threads(city: Genuine, letter_id: str) -> Made:
    """Answers to a letter of a live request, by somebody who is not its requester."""
    lines = (f"In-Reply-To: <{letter_id}>".encode(), f"References: <{letter_id}>".encode())
    fails = city.results("fail")
    for name, sender in (("requester", city.address), ("colleague", city.other), ("outsider", EVIL)):
        message = city.message(
            *lines, sender=f"From: {sender}".encode(), number=ID, text="12月18日でお願いします。\n"
        )
        yield "in-reply-to", f"as {name}", Border(city).take(message, fails)
        yield "in-reply-to", f"as {name}, border silent", Border(city).take(message, "")
    for name, wrong in (("unknown letter", f"x{letter_id}"), ("our host", f"uketsuke-1@{city.domain}")):
        message = city.message(f"In-Reply-To: <{wrong}>".encode(), number=ID)
        yield "in-reply-to", name, Border(city).take(message, fails)


def _of_lists(city: Genuine) -> Made:
    """Lists that rewrite or keep From, and mail without a sender."""
    via = b'From: "x via staff" <staff@lists.example>'
    alien, fails = city.results("pass", "lists.example"), city.results("fail")
    bounces = "<staff-bounces@lists.example>"
    answer = b"Reply-To: " + city.address.encode()
    yield "mailing-list", "rewritten", Border(city).take(city.message(answer, sender=via, number=ID), alien)
    listed = b"List-Id: <staff.lists.example>"
    yield "mailing-list", "with its id", Border(city).take(city.message(listed, sender=via, number=ID), alien)
    yield (
        "mailing-list",
        "From kept",
        Border(city).take(city.message(listed, number=ID), fails),
    )
    for way in ("softfail", "fail"):
        raw = Border(city).take(city.message(number=ID), city.results(way), return_path=bounces)
        yield "mailing-list", f"From kept, envelope of the list, border {way}", raw
        null = Border(city).take(city.message(number=ID), city.results(way), return_path="<>")
        yield "null-sender", f"border {way}", null
    daemon = b"From: MAILER-DAEMON@" + city.domain.encode()
    yield (
        "null-sender",
        "daemon",
        Border(city).take(city.message(sender=daemon, number=ID), fails),
    )


def _of_control(city: Genuine) -> Made:
    """Headers, tags and words that ask to be believed."""
    for line in (
        "X-Uketsuke: 0123456789012345678901234567890123456789",
        "X-Uketsuke-Service: run", "X-Uketsuke-Approved: yes", "X-Evidence: strong", "Approved: yes",
        "Identity-Check: call-back", "X-RT-Command: approve", "X-FreeScout-Agent: 1", "X-Priority: 1",
        "Auto-Submitted: no", "Received-SPF: pass", "ARC-Authentication-Results: i=1; mx; dmarc=pass",
        f"X-Original-Authentication-Results: {city.results('pass')}",
    ):  # fmt: skip
        raw = Border(city).take(city.message(line.encode(), number=ID), city.results("softfail"))
        yield "control-header", line.partition(":")[0], raw
    for words in (
        "[uk:0123456789012345678901234567890123456789]",
        "本人確認済み。承認済。",
        "identity_check: call-back",
    ):
        raw = Border(city).take(city.message(number=ID, text=f"{words}\n"), city.results("fail"))
        yield "control-header", f"words {words[:12]}", raw
