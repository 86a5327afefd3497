"""ISO-2022-JP and EUC-JP as Japanese mail really uses them.

Python's codecs turn `①㈱髙﨑` and half-width kana into U+FFFD or raise
(DESIGN 13). Here the double-byte rows, NEC row 13 and the NEC-selected IBM
rows included, are read through cp932, as the mailers that write them do.
"""

from __future__ import annotations

import re
import sys
from functools import cache

_SHIFT = re.compile(rb"\x1b(?:\$\([@BCDOPQ]|\$[@AB]|\([BHIJ]|&@)|[\x0e\x0f\n]")
_RUN = re.compile(rb"([\x21-\x7e\xa1-\xfe]+)|([\x00-\x20\x7f]+)|([\x80-\xa0\xff])")
_EUC = re.compile(rb"([\x00-\x7f]+)|((?:\x8e[\xa1-\xdf])+)|(\x8f[\xa1-\xfe]{2})|([\xa1-\xfe]+)|([\x80-\xff])")
_LOW7 = bytes(byte & 0x7F for byte in range(256))
_HIGH = bytes(byte | 0x80 for byte in range(256))
_ASCII, _KANA, _KANJI = "ascii", "kana", "kanji"
_SETS = {
    b"\x1b(B": _ASCII,
    b"\x1b(J": _ASCII,
    b"\x1b(H": _ASCII,
    b"\x1b(I": _KANA,
    b"\x1b$@": _KANJI,
    b"\x1b$B": _KANJI,
    b"\x1b$(@": _KANJI,
    b"\x1b$(B": _KANJI,
    b"\x1b$(D": "jisx0212",
    b"\x1b$(O": "jisx0213",
    b"\x1b$(Q": "jisx0213",
    b"\x1b$(P": "jisx0213-2",
    b"\x1b$A": "gb2312",
    b"\x1b$(C": "euc_kr",
}
"""RFC 1468, RFC 1554, cp50221; JIS-Roman is read as ASCII, as Windows does, for the sake of paths."""


def has_shift(data: bytes) -> bool:
    """Whether the bytes hold an escape sequence that only ISO-2022 text has."""
    return b"\x1b$" in data or b"\x1b(I" in data


def decode_jis(data: bytes) -> str:
    """ISO-2022-JP in all its dialects; what no table knows becomes U+FFFD.

    A line end returns to ASCII (RFC 1468), so that a torn line spoils itself only.
    """
    pieces: list[str] = []
    charset, shifted, position = _ASCII, False, 0
    for match in _SHIFT.finditer(data):
        pieces.append(_decode_run(data[position : match.start()], _KANA if shifted else charset))
        position = match.end()
        token = match.group()
        if token == b"\n":
            pieces.append("\n")
            charset, shifted = _ASCII, False
        elif token in (b"\x0e", b"\x0f"):
            shifted = token == b"\x0e"
        else:
            charset = _SETS.get(token, charset)
    pieces.append(_decode_run(data[position:], _KANA if shifted else charset))
    return "".join(pieces)


def decode_euc(data: bytes) -> str:
    """EUC-JP with NEC row 13 (cp51932); what no table knows becomes U+FFFD."""
    pieces: list[str] = []
    for match in _EUC.finditer(data):
        ascii_run, kana, supplement, kanji, _wrong = match.groups()
        if ascii_run:
            pieces.append(ascii_run.decode("ascii"))
        elif kana:
            pieces.append(kana.replace(b"\x8e", b"").decode("cp932"))
        elif supplement:
            pieces.append(supplement.decode("euc_jp", "replace"))
        else:
            pieces.append(_decode_pairs(kanji, _KANJI) if kanji else "\ufffd")
    return "".join(pieces)


def _decode_run(run: bytes, charset: str) -> str:
    """Decodes the bytes between two escape sequences."""
    if not run:
        return ""
    if charset == _ASCII:
        return run.decode("ascii") if run.isascii() else run.decode("cp932", "replace")
    if charset == _KANA:
        return "".join(_decode_kana(match) for match in _RUN.finditer(run))
    return "".join(_decode_piece(match, charset) for match in _RUN.finditer(run))


def _decode_kana(match: re.Match[bytes]) -> str:
    graphic, control, _wrong = match.groups()
    if control:
        return control.decode("ascii")
    return graphic.translate(_HIGH).decode("cp932", "replace") if graphic else "\ufffd"


def _decode_piece(match: re.Match[bytes], charset: str) -> str:
    graphic, control, _wrong = match.groups()
    if control:
        return control.decode("ascii")
    return _decode_pairs(graphic, charset) if graphic else "\ufffd"


def _decode_pairs(run: bytes, charset: str) -> str:
    """Decodes two bytes at a time; an odd last byte is lost and says so."""
    tail = "\ufffd" if len(run) % 2 else ""
    run = run[: len(run) - len(run) % 2]
    if charset == _KANJI:
        table = _kanji_table()
        return "".join([table[pair] for pair in memoryview(run.translate(_LOW7)).cast("H")]) + tail
    if charset in ("jisx0212", "jisx0213-2"):
        codec = "euc_jp" if charset == "jisx0212" else "euc_jis_2004"
        high = run.translate(_HIGH)
        pairs = (b"\x8f" + high[at : at + 2] for at in range(0, len(high), 2))
        return "".join(pair.decode(codec, "replace") for pair in pairs) + tail
    codec = "euc_jis_2004" if charset == "jisx0213" else charset
    return run.translate(_HIGH).decode(codec, "replace") + tail


@cache
def _kanji_table() -> list[str]:
    """Every 7-bit pair, read as a native 16-bit number, to its character."""
    table = ["\ufffd"] * 0x10000
    for row in range(0x21, 0x7F):
        for cell in range(0x21, 0x7F):
            text = _shift(row, cell).decode("cp932", "replace")
            if len(text) == 1:
                table[int.from_bytes(bytes((row, cell)), sys.byteorder)] = text
    return table


def _shift(row: int, cell: int) -> bytes:
    """A JIS pair as Shift_JIS bytes (JIS X 0208 annex 1)."""
    lead = ((row - 0x21) >> 1) + 0x81
    if lead > 0x9F:
        lead += 0x40
    trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
    return bytes((lead, trail))
