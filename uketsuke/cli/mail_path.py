"""Forged mails over the customer's real route to ourselves, and how each would be judged (FAULTS 3)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime

from uketsuke.app import App
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.probe_post import await_arrival, post
from uketsuke.cli.words import on_pages, say
from uketsuke.domain.authority import Evidence, evidence_for
from uketsuke.domain.calendar import local
from uketsuke.domain.content import Channel
from uketsuke.processors.sender import applied_at, who_asks
from uketsuke.processors.trail import trusted_result
from uketsuke.queue.probe import HEADER, mark_of
from uketsuke.settings import Mailbox

STRANGER = "uketsuke-doctor@forged.invalid"
HONEST = "honest"
"""The one that is not forged: it shows whether anything arrives and what the border says."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mail."""

    name: str
    outcome: str
    """`judged`, `refused` by the relay, or `lost`: it did not arrive in time."""
    path: str | None = None
    identity: str | None = None
    evidence: str | None = None
    doubts: tuple[str, ...] = ()
    stamped: bool = False
    """A trusted host recorded what it had checked."""
    answer: str | None = None

    @property
    def ok(self) -> bool:
        """Whether a forged one ended as it must; the honest one must only arrive."""
        if self.name == HONEST:
            return self.outcome == "judged"
        return self.outcome != "judged" or self.evidence == Evidence.WEAK

    def facts(self) -> dict[str, object]:
        """As data."""
        return {**vars(self), "doubts": list(self.doubts), "ok": self.ok}

    def line(self) -> str:
        """For people."""
        mark = "ok" if self.ok else "fail"
        kind = "judged" if self.outcome == "judged" else self.outcome
        facts = {**self.facts(), "name": say(f"doctor.mail.{self.name}"), "mark": say(f"doctor.{mark}")}
        if self.path and self.identity and self.evidence:
            facts |= {"path": on_pages("path", self.path), "identity": on_pages("identity", self.identity)}
            facts["evidence"] = say(f"doctor.evidence.{self.evidence}")
        why = "、".join(on_pages("doubt", doubt) for doubt in self.doubts)
        return say(f"doctor.probe.{kind}", **facts) + (say("doctor.probe.why", why=why) if why else "")


@dataclass(frozen=True)
class Forgery:
    """One mail to send: its envelope sender and its first headers."""

    name: str
    envelope: str
    headers: tuple[str, ...]


def try_mail_path(app: App, seconds: float) -> list[Verdict]:
    """Send, wait, judge; raises `Failure` where there is no route to try, `TryLater` where one is broken."""
    box, desk = _mailbox(app), app.settings.smtp.sender
    if app.settings.smtp.url.get_secret_value().startswith("maildir:"):
        raise Failure("no-mail-path", Code.CONFIGURATION, what="smtp.url")
    run = secrets.token_hex(6)
    made = {one.name: one for one in _forgeries(app, desk, _victim(app, desk))}
    ids = {name: f"uketsuke-probe-{run}-{name}@{desk.rpartition('@')[2]}" for name in made}
    mails = {name: (one.envelope, _mail(app, one, ids[name], desk)) for name, one in made.items()}
    refused = post(app.settings.smtp, desk, mails)
    arrived = await_arrival(box, {ids[name] for name in made if name not in refused}, seconds)
    return [_judge(app, name, arrived.get(ids[name]), refused.get(name)) for name in made]


def _mailbox(app: App) -> Mailbox:
    boxes = [one for one in app.settings.mailbox if one.url.get_secret_value().startswith("imap")]
    if not boxes:
        raise Failure("no-mail-path", Code.CONFIGURATION, what="[[mailbox]]")
    return boxes[0]


def _victim(app: App, desk: str) -> str:
    """Somebody of the city whose name is worth forging."""
    with app.database.reading() as tx:
        people = app.world(tx).people() or []
    domains = app.settings.trust.staff_domains
    known = (one.mail for one in people if one.mail and one.mail.rpartition("@")[2] in domains)
    return next(known, desk)


def _forgeries(app: App, desk: str, victim: str) -> Iterator[Forgery]:
    domain = victim.rpartition("@")[2]
    own = f"From: {victim}"
    hosts = app.settings.trust.border_hosts or (f"mx.{domain}",)
    ids = app.settings.trust.authserv_ids or hosts
    at = format_datetime(local(app.now()))
    yield Forgery(HONEST, desk, (f"From: {desk}",))
    yield Forgery("wrong-from", desk, (own,))
    yield Forgery("wrong-envelope", victim, (own,))
    yield Forgery("foreign-envelope", STRANGER, (own,))
    yield Forgery("two-from", desk, (own, f"From: {STRANGER}"))
    yield Forgery("display", STRANGER, (f'From: "{victim}" <{STRANGER}>',))
    yield Forgery("foreign", STRANGER, (f"From: {STRANGER}",))
    yield Forgery("look-alike", STRANGER, (f"From: {victim}.forged.invalid",))
    passes = f"dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
    claims = (f"Authentication-Results: {one}; {passes}" for one in ids)
    yield Forgery("forged-results", desk, (*claims, own))
    hop = f"Received: from relay.{domain} (relay.{domain} [127.0.0.1]) by {hosts[0]} with ESMTPS id F; {at}"
    yield Forgery("forged-received", desk, (hop, own))
    yield Forgery("reply-to", desk, (own, f"Reply-To: {STRANGER}"))


def _mail(app: App, forgery: Forgery, message_id: str, to: str) -> bytes:
    """The bytes; the subject says to people what it is."""
    lines = (
        *forgery.headers,
        f"To: {to}",
        "Subject: uketsuke doctor --mail-path",
        f"Date: {format_datetime(local(app.now()))}",
        f"Message-ID: <{message_id}>",
        f"{HEADER}: {mark_of(app, message_id)}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"A mail that uketsuke sent to itself ({forgery.name}). It can be deleted.",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def _judge(app: App, name: str, raw: bytes | None, refused: str | None) -> Verdict:
    if refused is not None:
        return Verdict(name, "refused", answer=refused)
    if raw is None:
        return Verdict(name, "lost")
    content = app.reader.read(raw, Channel.MAIL)
    with app.database.reading() as tx:
        world = app.world(tx)
        who = who_asks(content, {}, world, applied_at(content, app.now(), world))
        stamped = trusted_result(content, world) is not None
    evidence = evidence_for(who.path, who.identity)
    return Verdict(name, "judged", who.path.value, who.identity.value, evidence.value, who.doubts, stamped)
