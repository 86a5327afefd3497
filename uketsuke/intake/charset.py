"""From bytes and a claimed charset to text, without raising and without silent loss.

Only charsets of this list are ever decoded: Python's codec registry also holds
`zlib`, `hex`, `idna` and the like (FAULTS B4). Where the label is missing,
unknown or lies, the guess is among the Japanese encodings and UTF-8 only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from uketsuke.intake.jis import decode_euc, decode_jis, has_shift
from uketsuke.intake.problems import ProblemCode

_JIS, _EUC, _CP932, _UTF8, _UTF16 = "jis", "euc", "cp932", "utf-8", "utf-16"
_FAMILIES = {
    _JIS: "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpms iso2022jpext csiso2022jp"
    " csiso2022jp2 jis jis7 cp50220 cp50221 cp50222 windows50220 windows50221",
    _CP932: "shiftjis sjis mskanji windows31j windows932 cp932 ms932 cp943 cp943c ibm943 ibm943c ibm932"
    " sjiswin sjisopen shiftjiscp932 csshiftjis cswindows31j mscp932 pck 932 31j",
    _EUC: "eucjp eucjpms eucjpwin cp51932 ujis eucjpopen cseucpkdfmtjapanese",
    _UTF8: "utf8 unicode11utf8 utf8n utf8sig cp65001 65001 utf8mb4 csutf8",
    _UTF16: "utf16 unicode ucs2 iso10646ucs2 csunicode",
    "utf-16-le": "utf16le unicodelittle unicodefffe",
    "utf-16-be": "utf16be unicodebig",
    "utf-32": "utf32 ucs4 iso10646ucs4",
    "utf-7": "utf7 unicode11utf7 cp65000",
    "shift_jis_2004": "shiftjis2004 shiftjisx0213",
    "euc_jis_2004": "eucjis2004 eucjisx0213",
    "cp1252": "iso88591 latin1 l1 cp819 windows1252 cp1252",
    "gb18030": "gb2312 gbk gb18030 cp936 euccn csgb2312",
    "hz": "hzgb2312 hz",
    "cp950": "big5 cp950 big5hkscs csbig5",
    "cp949": "euckr ksc56011987 ksc5601 cp949 uhc windows949 kseuckr",
    "iso2022_kr": "iso2022kr",
    "koi8_r": "koi8r",
    "koi8_u": "koi8u",
    "cp874": "tis620 windows874 cp874 iso885911",
    "mac_roman": "macintosh macroman",
}
_SILENT = frozenset(
    ("usascii", "ascii", "ansix341968", "iso646us", "default", "unknown", "unknown8bit", "autodetect", "none")
)


def _known_labels() -> dict[str, str]:
    labels = {alias: codec for codec, aliases in _FAMILIES.items() for alias in aliases.split()}
    labels |= {f"windows{number}": f"cp{number}" for number in range(1250, 1259) if number != 1252}
    labels |= {f"iso8859{number}": f"iso8859_{number}" for number in (*range(2, 11), 13, 14, 15, 16)}
    return labels


_LABELS = _known_labels()
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc]")
_KANJI = re.compile("[\u4e00-\u9fff]")
_SUSPECT = re.compile("[\uff61-\uff9f\ue000-\uf8ff\x80-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_EIGHT_BIT_KANA = re.compile(rb"[\x00-\x7f\xa1-\xdf]*\Z")
_EUC_BYTES = re.compile(rb"[\x00-\x7f\x8e\x8f\xa1-\xfe]*\Z")


@dataclass(frozen=True)
class Decoded:
    """Text that can be stored as UTF-8, and what was wrong on the way to it."""

    text: str
    codes: tuple[ProblemCode, ...] = ()


def resolve_label(label: str | None) -> str | None:
    """The codec for a claimed charset: `""` when nothing was claimed, None when it is not on the list."""
    plain = re.sub(r"[^a-z0-9]", "", (label or "")[:60].lower())
    if not plain or plain in _SILENT:
        return ""
    return _LABELS.get(plain) or _LABELS.get(plain.removeprefix("x"))


def decode_text(data: bytes, label: str | None) -> Decoded:
    """Decodes and cleans; never raises.

    U+FFFD or a private-use character (外字) left over is told as a problem.
    """
    text, codes = _decode(data, label)
    if "\ufffd" in text:
        codes.append(ProblemCode.REPLACEMENT_CHARACTER)
    if _PRIVATE.search(text):
        codes.append(ProblemCode.PRIVATE_CHARACTER)
    return Decoded(clean(text), tuple(codes))


def clean(text: str) -> str:
    """One kind of line end, and no character that a database or an XML file refuses."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", text)


def _decode(data: bytes, label: str | None) -> tuple[str, list[ProblemCode]]:
    codec = resolve_label(label)
    if data.isascii() and not has_shift(data) and codec in (None, "", _JIS, _EUC, _CP932, _UTF8, "cp1252"):
        return (_decode_as(data, _JIS) if codec == _JIS else data.decode("ascii")), []
    if not codec:
        return _decode_unlabelled(data, [ProblemCode.UNKNOWN_CHARSET] if codec is None else [])
    text = _decode_strictly(data, codec)
    if text is not None and not _contradicts(data, codec):
        return text, []
    guess = _guess(data)
    if guess and guess[0] == _CP932 and codec == _JIS and _EIGHT_BIT_KANA.match(data):
        return guess[1], []
    if guess and guess[0] != codec:
        return guess[1], [ProblemCode.LYING_CHARSET]
    return (_decode_as(data, codec) if text is None else text), []


def _decode_unlabelled(data: bytes, codes: list[ProblemCode]) -> tuple[str, list[ProblemCode]]:
    guess = _guess(data)
    if guess is None:
        return data.decode("utf-8", "replace"), codes
    if guess[0] in (_CP932, _EUC):
        codes.append(ProblemCode.GUESSED_CHARSET)
    return guess[1], codes


def _contradicts(data: bytes, codec: str) -> bool:
    """Whether bytes that a codec accepts are plainly written in another one."""
    if codec == _JIS:
        return not has_shift(data) and not data.isascii()
    if codec == "cp1252":
        return has_shift(data) or _decode_strictly(data, _UTF8) is not None
    if codec == _CP932 and not data.isascii():
        return _decode_strictly(data, _UTF8) is not None or _is_euc(data)
    return codec in (_UTF8, _EUC, _CP932) and data.isascii() and has_shift(data)


def _is_euc(data: bytes) -> bool:
    """Whether bytes that Shift_JIS reads as half-width kana are sentences in EUC-JP."""
    if not _EUC_BYTES.match(data):
        return False
    text = _decode_strictly(data, _EUC)
    return (
        text is not None
        and bool(_KANA.search(text))
        and _score(text) > _score(data.decode("cp932", "replace"))
    )


def _guess(data: bytes) -> tuple[str, str] | None:
    """The Japanese or Unicode encoding that the bytes show, with the text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _UTF16, _decode_as(data, _UTF16)
    if has_shift(data):
        return _JIS, decode_jis(data)
    text = _decode_strictly(data, _UTF8)
    if text is not None:
        return _UTF8, text
    candidates = [(codec, _decode_strictly(data, codec)) for codec in (_CP932, _EUC)]
    scored = [(_score(text), codec, text) for codec, text in candidates if text is not None]
    best = max(scored, key=lambda entry: entry[0], default=None)
    return (best[1], best[2]) if best and best[0] > 0 else None


def _score(text: str) -> int:
    """How much a text looks Japanese: the wrong one of two codecs gives half-width kana and rare kanji."""
    return 3 * len(_KANA.findall(text)) + len(_KANJI.findall(text)) - 2 * len(_SUSPECT.findall(text))


def _decode_strictly(data: bytes, codec: str) -> str | None:
    """The text, or None where the bytes do not fit the codec."""
    if codec in (_JIS, _EUC):
        text = _decode_as(data, codec)
        return None if "\ufffd" in text else text
    if codec == _UTF16:
        codec = _utf16_codec(data)
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _decode_as(data: bytes, codec: str) -> str:
    if codec == _JIS:
        return decode_jis(data)
    if codec == _EUC:
        return decode_euc(data)
    return data.decode(_utf16_codec(data) if codec == _UTF16 else codec, "replace")


def _utf16_codec(data: bytes) -> str:
    """Byte order by the mark, or else by where the zero and kana high bytes stand (RFC 2781 4.3)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:4096]
    even = sum(byte in (0, 0x30) for byte in sample[::2])
    odd = sum(byte in (0, 0x30) for byte in sample[1::2])
    return "utf-16-le" if odd > even else "utf-16-be"
