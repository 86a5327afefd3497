"""`Content-Type` and `Content-Disposition` values (RFC 2045 5.1, RFC 2183, RFC 2231), in one pass.

Linear in the length, since the standard parser is quadratic here; the length
itself is limited before anything is asked (FAULTS 2, guard 2b).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from uketsuke.intake.charset import decode_text
from uketsuke.intake.words import decode_words

_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_NUMBERED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Parameterized:
    """A lower-case main value and its parameters (lower-case names, raw values)."""

    value: str
    parameters: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A parameter decoded, whether by RFC 2231, RFC 2047 (as many mailers do) or raw."""
        plain = self.parameters.get(name)
        if plain is not None and b"=?" in plain:
            return decode_words(plain).text
        extended = self._extended(name)
        if extended is not None:
            return extended
        return decode_words(plain).text if plain is not None else ""

    def _extended(self, name: str) -> str | None:
        """RFC 2231: `name*`, `name*0`, `name*0*` … joined and decoded."""
        pieces: dict[int, tuple[bytes, bool]] = {}
        for key, value in self.parameters.items():
            match = _NUMBERED.match(key)
            if match and match[1] == name and key != name:
                pieces[int(match[2] or 0)] = (value, bool(match[3]))
        if not pieces:
            return None
        first, encoded = pieces[min(pieces)]
        label = ""
        if encoded and first.count(b"'") >= 2:
            claimed, _language, rest = first.split(b"'", 2)
            label = claimed.decode("ascii", "replace")
            pieces[min(pieces)] = (rest, True)
        data = b"".join(
            _unescape(value) if marked else value for _, (value, marked) in sorted(pieces.items())
        )
        return decode_text(data, label).text.replace("\n", " ")


def read_parameters(value: bytes) -> Parameterized:
    """Splits `text/plain; charset="utf-8"`; broken pieces are skipped."""
    pieces = split_unquoted(value, b";")
    parameters: dict[str, bytes] = {}
    for piece in pieces[1:]:
        name, found, text = piece.partition(b"=")
        if found:
            parameters.setdefault(name.strip().lower().decode("ascii", "replace"), _unquote(text.strip()))
    main = pieces[0].decode("ascii", "replace").strip().lower()
    return Parameterized(main, parameters)


def split_unquoted(value: bytes, separator: bytes) -> list[bytes]:
    """Splits at a separator outside quoted strings; an unclosed quote is an ordinary character."""
    pieces: list[bytes] = []
    begin = 0
    for at in _unquoted_positions(value, separator[0]):
        pieces.append(value[begin:at])
        begin = at + 1
    pieces.append(value[begin:])
    return pieces


def _unquoted_positions(value: bytes, wanted: int) -> Iterator[int]:
    last_quote = value.rfind(b'"')
    quoted = skip = False
    for at, byte in enumerate(value):
        if skip:
            skip = False
        elif byte == 0x5C and quoted:
            skip = True
        elif byte == 0x22:
            quoted = not quoted and at < last_quote
        elif byte == wanted and not quoted:
            yield at


def _unquote(text: bytes) -> bytes:
    if not text.startswith(b'"'):
        return text
    inner = text[1:].removesuffix(b'"')
    # A backslash before a byte above 0x7F is the second half of a raw Shift_JIS character's neighbour.
    return re.sub(rb'\\(["\\])', rb"\1", inner)


def _unescape(value: bytes) -> bytes:
    return _PERCENT.sub(lambda match: bytes((int(match[1], 16),)), value)


def clean_filename(name: str) -> str:
    """A name without path, control or direction characters, at most 200 characters (FAULTS B6)."""
    name = _UNSAFE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return "" if name.strip(".") == "" else name[-200:]
