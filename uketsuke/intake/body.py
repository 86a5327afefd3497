"""What a message says and what is attached to it, from its tree of parts.

`text/plain` is preferred where a choice is offered; parts with a name are
attachments; a message inside the message is an attachment whose text counts as
quoted, since its values are somebody else's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from uketsuke.domain.content import Attachment
from uketsuke.intake.charset import Decoded, decode_text
from uketsuke.intake.limits import Limits
from uketsuke.intake.markup import find_charset, read_markup
from uketsuke.intake.mime import Part
from uketsuke.intake.problems import Findings, ProblemCode
from uketsuke.intake.quoted import separate
from uketsuke.intake.transfer import decode_transfer

_READABLE = ("text/plain", "text/html")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_REPORTS = ("message/delivery-status", "message/global-delivery-status", "text/rfc822-headers")


@dataclass
class Body:
    """The readable layers of a message, and its attachments."""

    new: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    full: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    report: str = ""
    """The machine-readable part of a bounce."""


class BodyReader:
    """Reads the parts of one message; keeps count of the text it has taken."""

    def __init__(self, raw: bytes, limits: Limits, findings: Findings) -> None:
        self._raw = raw
        self._left = limits.text
        self._html = limits.html
        self._findings = findings
        self._body = Body()

    def read(self, top: Part) -> Body:
        """Everything that can be read of a message."""
        self._read_part(top, forwarded=False)
        if not any(text.strip() for text in self._body.full):
            self._findings.add(ProblemCode.NO_TEXT)
        return self._body

    def _read_part(self, part: Part, forwarded: bool) -> None:
        if part.media.value in _ENCRYPTED and part.media.parameters.get("smime-type", b"") != b"signed-data":
            self._findings.add(ProblemCode.ENCRYPTED)
        if part.media.value == "multipart/alternative" and part.children:
            self._read_alternative(part, forwarded)
        elif part.is_multipart:
            for child in part.children:
                self._read_part(child, forwarded)
        elif self._is_text(part):
            self._read_text(part, forwarded)
        else:
            self._attach(part)
            for child in part.children:
                self._read_part_of_message(child)

    def _read_part_of_message(self, part: Part) -> None:
        """The text of an attached message; its attachments lie inside the attachment."""
        attached = len(self._body.attachments)
        self._read_part(part, forwarded=True)
        del self._body.attachments[attached:]

    def _read_alternative(self, part: Part, forwarded: bool) -> None:
        """The plain form if it says anything, else the richest that can be read (RFC 2046 5.1.4)."""
        texts = [leaf for leaf in leaves(part) if self._is_text(leaf)]
        plain = [leaf for leaf in texts if leaf.media.value == "text/plain" and self._says_something(leaf)]
        chosen = plain or [leaf for leaf in texts if leaf.media.value == "text/html"] or texts
        for leaf in chosen:
            self._read_text(leaf, forwarded)
        for leaf in leaves(part):
            if leaf not in texts:
                self._read_part(leaf, forwarded)

    def _is_text(self, part: Part) -> bool:
        if part.media.value not in _READABLE or part.disposition.value == "attachment":
            return False
        return part.path == () or not part.filename

    def _says_something(self, part: Part) -> bool:
        return bool(self._raw[part.start : part.end].strip())

    def _bytes_of(self, part: Part) -> bytes:
        data, wrong = decode_transfer(self._raw[part.start : part.end], part.encoding)
        if wrong:
            self._findings.add(wrong, _name(part))
        return data

    def _read_text(self, part: Part, forwarded: bool) -> None:
        data = self._bytes_of(part)
        most = min(self._left, self._html) if part.media.value == "text/html" else self._left
        if len(data) > most:
            self._findings.add(ProblemCode.TEXT_TOO_LONG, str(len(data)))
            data = data[:most]
        self._left -= len(data)
        decoded = self._decode(part, data)
        if part.media.value == "text/html":
            markup = read_markup(decoded.text)
            if markup.broken:
                self._findings.add(ProblemCode.UNREADABLE_HTML, _name(part))
            self._add_text(markup.text, markup.quoted, forwarded)
        else:
            self._add_text(_unflow(part, decoded.text), "", forwarded)

    def _decode(self, part: Part, data: bytes) -> Decoded:
        label = part.media.text("charset")
        if not label and part.media.value == "text/html":
            label = find_charset(data)
        decoded = decode_text(data, label)
        for code in decoded.codes:
            self._findings.add(code, label[:60] if code is ProblemCode.UNKNOWN_CHARSET else _name(part))
        return decoded

    def _add_text(self, text: str, quoted: str, forwarded: bool) -> None:
        body = self._body
        body.full.extend(piece for piece in (text.strip("\n"), quoted) if piece.strip())
        if forwarded:
            body.quoted.append(text)
            return
        layers = separate(text)
        body.new.append(layers.new)
        body.signature.append(layers.signature)
        body.quoted.extend((layers.quoted, quoted))

    def _attach(self, part: Part) -> None:
        data = self._raw[part.start : part.end] if part.children else self._bytes_of(part)
        if part.media.value in _REPORTS and not self._body.report:
            self._body.report = decode_text(data[:100_000], "utf-8").text
        self._body.attachments.append(
            Attachment(
                filename=part.filename,
                media_type=part.media.value,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                part=part.path,
            )
        )


def leaves(part: Part) -> list[Part]:
    """The parts below one that hold no parts themselves, in order; an attached message is one."""
    if not part.is_multipart:
        return [part]
    return [leaf for child in part.children for leaf in leaves(child)]


def _name(part: Part) -> str:
    return "part " + ".".join(map(str, part.path)) if part.path else "text"


def _unflow(part: Part, text: str) -> str:
    """Joins the soft-broken lines of `format=flowed` (RFC 3676 4.2)."""
    if part.media.parameters.get("format", b"").lower() != b"flowed":
        return text
    delete_space = part.media.parameters.get("delsp", b"").lower() == b"yes"
    pieces: list[str] = []
    for line in text.split("\n"):
        quoted = line.startswith(">")
        content = line if quoted else line.removeprefix(" ")
        if quoted and pieces and not pieces[-1].endswith("\n"):
            pieces.append("\n")
        soft = content.endswith(" ") and content != "-- " and not quoted
        pieces.append((content[:-1] if delete_space else content) if soft else content + "\n")
    return "".join(pieces)
