"""Header values to text: encoded words (RFC 2047) as Japanese mailers really write them.

Neighbouring words of one charset are joined as bytes before decoding, since
characters and base64 groups are torn between them; a word that was cut off is
decoded as far as it goes; raw 8-bit and raw JIS bytes are read as well.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from uketsuke.intake.charset import Decoded, decode_text
from uketsuke.intake.problems import ProblemCode

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)(\?=|\Z)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_BLANKS = re.compile(r"[ \t]*\n[ \t]*|\t")


@dataclass
class _Run:
    """Neighbouring encoded words of one charset, as the bytes they stand for."""

    label: str
    data: bytearray = field(default_factory=bytearray)
    pending: bytes = b""
    """Base64 text of a group torn at the end of the last word."""
    broken: bool = False

    def take(self, encoding: bytes, text: bytes) -> None:
        """Adds one word's text."""
        if encoding in b"qQ":
            self.flush()
            self.data += binascii.a2b_qp(text, header=True)
            return
        text = _NOT_BASE64.sub(b"", text)
        if self.pending and (len(self.pending) + len(text)) % 4:
            self.flush()
        self.pending += text
        if self.pending.endswith(b"=") or len(self.pending) % 4 == 0:
            self.flush()

    def flush(self) -> None:
        """Decodes what is pending, padding what was cut off."""
        text = self.pending.partition(b"=")[0]
        self.pending = b""
        if len(text) % 4 == 1:
            text, self.broken = text[:-1], True
        self.data += binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def decode_words(value: bytes) -> Decoded:
    """An unfolded header value as text on one line; never raises.

    `value` is limited in length by the header reader.
    """
    pieces: list[str] = []
    codes: list[ProblemCode] = []
    run: _Run | None = None
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        label = match[1].split(b"*")[0].decode("ascii", "replace").lower()
        if run and (between.strip() or label != run.label):
            _finish(run, pieces, codes)
            run = None
        if between.strip() or not position:
            _append(decode_text(between, None), pieces, codes)
        run = run or _Run(label)
        run.take(match[2], match[3])
        run.broken = run.broken or not match[4]
        position = match.end()
    if run:
        _finish(run, pieces, codes)
    _append(decode_text(value[position:], None), pieces, codes)
    return Decoded(_BLANKS.sub(" ", "".join(pieces)).replace("\n", " ").strip(), tuple(dict.fromkeys(codes)))


def _finish(run: _Run, pieces: list[str], codes: list[ProblemCode]) -> None:
    if run.pending:
        run.broken = run.broken or bool(len(run.pending) % 4 == 1)
        run.flush()
    if run.broken:
        codes.append(ProblemCode.BROKEN_ENCODED_WORD)
    _append(decode_text(bytes(run.data), run.label), pieces, codes)


def _append(decoded: Decoded, pieces: list[str], codes: list[ProblemCode]) -> None:
    pieces.append(decoded.text)
    codes.extend(decoded.codes)
