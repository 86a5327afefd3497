"""Charsets × transfer encodings × header and body (FAULTS B3, B4)."""

from __future__ import annotations

import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.mails import encode_text, encoded_word, mail, text_mail
from uketsuke.intake.charset import decode_text, resolve_label
from uketsuke.intake.jis import decode_euc, decode_jis
from uketsuke.intake.message import read_mail
from uketsuke.intake.problems import ProblemCode

VENDOR = "①㈱髙﨑～－ 山田太郎ｱｲｳﾞ。髙橋―∥ABC"
CHARSETS = [
    *("iso-2022-jp", "ISO-2022-JP-MS", "cp50221", "shift_jis", "x-sjis", "windows-31j", "ms_kanji", "cp932"),
    *("euc-jp", "x-euc-jp", "utf-8", "UTF-8", "utf-16", "utf-16le", "utf-16be", "utf-7"),
]
SEVEN_BIT = ("iso-2022-jp", "ISO-2022-JP-MS", "cp50221", "utf-7")
CHARACTERS = [
    character
    for row in range(0x21, 0x7D)
    for cell in range(0x21, 0x7F)
    if len(character := decode_jis(b"\x1b$B" + bytes((row, cell)))) == 1 and character != "\ufffd"
]


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", CHARSETS)
def test_vendor_characters_survive_every_charset_and_transfer_encoding(charset: str, encoding: str) -> None:
    content = read_mail(text_mail(encode_text(VENDOR, charset), charset, encoding))
    assert (content.text, content.problems) == (VENDOR, ())


@pytest.mark.parametrize("encoding", ["B", "Q"])
@pytest.mark.parametrize("charset", CHARSETS)
def test_vendor_characters_survive_in_the_subject(charset: str, encoding: str) -> None:
    content = read_mail(mail(b"Subject: " + encoded_word(VENDOR, charset, encoding)))
    assert (content.subject, content.problems) == (VENDOR, ())


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "shift_jis", "euc-jp"])
def test_raw_bytes_in_the_subject_are_read(charset: str) -> None:
    content = read_mail(mail(b"Subject: " + encode_text("端末の交換をお願いします", charset)))
    assert content.subject == "端末の交換をお願いします"


@given(st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=40))
def test_everything_that_cp50221_and_cp51932_can_write_comes_back(text: str) -> None:
    assert decode_jis(encode_text(text, "iso-2022-jp")) == text
    assert decode_euc(encode_text(text, "euc-jp")) == text


def test_every_double_byte_character_of_the_vendor_rows_is_known() -> None:
    assert len(CHARACTERS) > 7200
    assert {"①", "㈱", "髙", "﨑", "～", "－", "Ⅲ", "㌔"} <= set(CHARACTERS)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1b(I12\x1b(B", "ｱｲ"),
        (b"\x0e12\x0f!", "ｱｲ!"),
        (b"\x1b$B;3ED\x1b(B\xb1\xb2", "山田ｱｲ"),
        (b"\x1b$@;3ED\x1b(J~", "山田~"),
        (b"\x1b$(B;3ED\x1b(B", "山田"),
        (b"\x1b$B;3\nabc", "山\nabc"),
        (b"\x1b$B;3E", "山\ufffd"),
        (b"\x1b$(D0!\x1b(B", "丂"),
    ],
)
def test_the_dialects_of_iso_2022_jp_are_read(data: bytes, expected: str) -> None:
    assert decode_jis(data) == expected


@pytest.mark.parametrize(
    ("text", "written", "claimed", "codes"),
    [
        ("ご依頼です。", "utf-8", None, ()),
        ("ご依頼です。", "iso-2022-jp", None, ()),
        ("ご依頼です。", "cp932", None, (ProblemCode.GUESSED_CHARSET,)),
        ("ご依頼です。", "euc-jp", None, (ProblemCode.GUESSED_CHARSET,)),
        ("ご依頼です。", "cp932", "utf-8", (ProblemCode.LYING_CHARSET,)),
        ("ご依頼です。", "utf-8", "iso-2022-jp", (ProblemCode.LYING_CHARSET,)),
        ("ご依頼です。", "utf-8", "iso-8859-1", (ProblemCode.LYING_CHARSET,)),
        ("ご依頼です。", "euc-jp", "shift_jis", (ProblemCode.LYING_CHARSET,)),
        ("ご依頼です。", "utf-8", "x-klingon", (ProblemCode.UNKNOWN_CHARSET,)),
        ("only ascii", "ascii", "x-klingon", ()),
        ("ｱｲｳ", "cp932", "iso-2022-jp", ()),
        ("Grüße", "cp1252", "iso-8859-1", ()),
    ],
)
def test_a_missing_unknown_or_lying_label_is_seen(
    text: str, written: str, claimed: str | None, codes: tuple[ProblemCode, ...]
) -> None:
    decoded = decode_text(encode_text(text, written), claimed)
    assert (decoded.text, decoded.codes) == (text, codes)


def test_what_no_charset_explains_is_shown_with_replacement_and_told() -> None:
    decoded = decode_text(b"abc \xff\xfe\x00 def \x81", "utf-8")
    assert "abc" in decoded.text
    assert "def" in decoded.text
    assert ProblemCode.REPLACEMENT_CHARACTER in decoded.codes


def test_a_character_of_the_city_s_own_font_is_told() -> None:
    assert decode_text(b"\xf0\x40", "shift_jis").codes == (ProblemCode.PRIVATE_CHARACTER,)


def test_codecs_that_are_no_charsets_are_never_used() -> None:
    """FAULTS B4: zlib, hex, rot13, idna and the like stand in Python's codec registry too."""
    harmful = (
        "rot13",
        "zlib",
        "hex",
        "base64",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "mbcs",
        "bz2",
    )
    assert all(resolve_label(name) is None for name in harmful)
    for name in {*encodings.aliases.aliases, *encodings.aliases.aliases.values()}:
        assert isinstance(decode_text("漢字 A".encode(), name).text, str)


def test_control_characters_and_lone_surrogates_are_removed() -> None:
    assert decode_text(b"a\x00b\x1bc\x7fd\r\ne\tf", "utf-8").text == "abcd\ne\tf"
    assert decode_text(b"a\xd8\x00", "utf-16be").text.encode("utf-8")
    assert decode_text(b"a+2AA-", "utf-7").text.encode("utf-8")


@given(st.binary(max_size=200), st.sampled_from([*CHARSETS, "gb2312", "hz", "", "iso-2022-kr", "utf-32"]))
def test_any_bytes_under_any_label_give_text_that_can_be_stored(data: bytes, label: str) -> None:
    text = decode_text(data, label).text
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in text
    assert "\r" not in text
