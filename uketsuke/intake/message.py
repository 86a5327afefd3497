"""A mail as `Content`: the one place where the pieces of the reader meet.

Pure: bytes in, value out; no clock, no file, no database. Whatever is wrong
with the bytes is a problem in the result, never an exception.
"""

from __future__ import annotations

import re

from uketsuke.domain.content import Channel, Content, Kind, Signature
from uketsuke.intake.automated import Envelope, judge_automatic, read_failed_recipients, wants_no_answer
from uketsuke.intake.body import Body, BodyReader
from uketsuke.intake.headers import Headers, read_headers
from uketsuke.intake.limits import Limits
from uketsuke.intake.mime import Part, read_structure
from uketsuke.intake.problems import Findings, ProblemCode
from uketsuke.intake.sender import judge_from, read_addresses
from uketsuke.intake.signatures import read_signatures
from uketsuke.intake.trace import read_auth_results, read_date, read_received

TOKEN = re.compile(r"\[uk:([A-Za-z0-9_-]{16,200})\]")
"""How a letter of ours carries its signed token, in the subject or anywhere in the text."""
PROBE = "probe"
"""Key in `Content.extra`."""
_MARK = re.compile(r"[0-9]{1,11}\.[0-9a-f]{40}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,990})>")
_BOUNCED_ID = re.compile(r"(?im)^message-id:[ \t]*<([^<>\s]{1,990})>")


def read_mail(raw: bytes, limits: Limits = Limits()) -> Content:  # noqa: B008 - frozen
    """Reads one mail as it came from the mailbox (RFC 5322); never raises.

    Over a limit of FAULTS 2 the rest is left unread and the problem says so.
    """
    findings = Findings()
    whole = len(raw) <= limits.raw
    if not whole:
        findings.add(ProblemCode.TOO_LARGE, str(len(raw)))
        raw = raw[: limits.header_block * 2]
    if b"\n" not in raw[:4096] and b"\r" in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")
    headers, body_start = read_headers(raw, 0, len(raw), limits, findings)
    top = read_structure(raw, headers, body_start, limits, findings) if whole else Part((), headers, 0, 0)
    body = BodyReader(raw, limits, findings).read(top) if whole else Body()
    signatures = read_signatures(raw, headers, limits) if whole else ()
    return _assemble(headers, top, body, findings, signatures)


def _assemble(
    headers: Headers, top: Part, body: Body, findings: Findings, signatures: tuple[Signature, ...]
) -> Content:
    subject = headers.text("subject", findings)
    text, quoted, full = (_join(pieces) for pieces in (body.new, body.quoted, body.full))
    envelope = Envelope(headers, top.media, subject)
    automatic, kind = judge_automatic(envelope)
    token = TOKEN.search(subject) or TOKEN.search(full)
    date = read_date(headers.plain("date"))
    if date is None and headers.first("date"):
        findings.add(ProblemCode.BROKEN_DATE)
    bounced = kind is Kind.BOUNCE
    return Content(
        channel=Channel.MAIL,
        subject=subject,
        sender=judge_from(headers, findings),
        reply_to=_read_named(headers, "reply-to"),
        submitter=_read_named(headers, "sender"),
        return_path=_read_return_path(headers),
        to=read_addresses(headers.values("to")),
        cc=read_addresses(headers.values("cc")),
        message_id=next(iter(_read_ids(headers, "message-id")), None),
        in_reply_to=_read_ids(headers, "in-reply-to"),
        references=_read_ids(headers, "references"),
        date=date,
        received=read_received(headers),
        auth_results=read_auth_results(headers),
        signatures=signatures,
        text=text,
        signature=_join(body.signature),
        quoted_text=quoted,
        full_text=full,
        attachments=tuple(body.attachments),
        automatic=automatic,
        automatic_kind=kind,
        token=token[1] if token else None,
        failed_recipients=read_failed_recipients(envelope, body.report, full) if bounced else (),
        problems=findings.problems(),
        no_answer=wants_no_answer(envelope),
        extra={**(_find_bounced(body, full) if bounced else {}), **_read_probe(headers)},
    )


def _read_named(headers: Headers, name: str) -> tuple[str, ...]:
    """The addresses of a header that may name somebody else; `?` where it names nobody readable."""
    values = tuple(value for value in headers.values(name) if value.strip())
    return read_addresses(values) or (("?",) if values else ())


def _read_return_path(headers: Headers) -> str | None:
    """The address of the topmost Return-Path (RFC 5321 4.4), which the last host wrote."""
    value = headers.first("return-path")
    if value is None:
        return None
    return "" if value.replace(b" ", b"") in (b"<>", b"") else next(iter(read_addresses((value,))), "?")


def _join(pieces: list[str]) -> str:
    return "\n\n".join(piece for piece in pieces if piece.strip())


def _read_ids(headers: Headers, name: str) -> tuple[str, ...]:
    """Message ids without their brackets (RFC 5322 3.6.4)."""
    found = _MESSAGE_ID.findall(" ".join(v.decode("ascii", "replace") for v in headers.values(name)))
    plain = headers.plain(name)
    if not found and plain and len(plain) < 250 and "@" in plain and " " not in plain:
        found = [plain.strip("<>")]
    return tuple(dict.fromkeys(found))


def _read_probe(headers: Headers) -> dict[str, str]:
    """The mark of a mail that we may have sent to ourselves; whether it is ours, the signature tells."""
    mark = headers.plain("x-uketsuke-probe")
    return {PROBE: mark} if _MARK.fullmatch(mark) else {}


def _find_bounced(body: Body, full: str) -> dict[str, str]:
    """The id of the letter that came back, so that it finds its request."""
    match = _BOUNCED_ID.search(body.report) or _BOUNCED_ID.search(full)
    return {"bounced_message_id": match[1]} if match else {}
