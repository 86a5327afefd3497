"""Header values: encoded words as they really come."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.mails import encode_text
from uketsuke.intake.parameters import clean_filename, read_parameters
from uketsuke.intake.problems import ProblemCode
from uketsuke.intake.words import decode_words

NAME = "受渡希望日の変更"


def torn(text: str, charset: str, size: int, with_padding: bool = True) -> bytes:
    """Encoded words cut anywhere, also inside a character."""
    data = encode_text(text, charset)
    words = [base64.b64encode(data[at : at + size]) for at in range(0, len(data), size)]
    if not with_padding:
        words = [word.rstrip(b"=") for word in words]
    return b" ".join(b"=?" + charset.encode() + b"?B?" + word + b"?=" for word in words)


@given(
    st.text(st.sampled_from("あ漢①髙A z～"), min_size=1, max_size=30).map(str.strip).filter(bool),
    st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"]),
    st.integers(1, 45),
)
def test_words_torn_inside_a_character_are_joined(text: str, charset: str, size: int) -> None:
    assert decode_words(torn(text, charset, size)).text == text


def test_base64_torn_inside_a_group_is_joined() -> None:
    whole = base64.b64encode(NAME.encode())
    value = b"=?utf-8?B?" + whole[:6] + b"?= =?utf-8?B?" + whole[6:] + b"?="
    assert decode_words(value).text == NAME


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?a_b=3F?=", "a b?"),
        (b"=?us-ascii?q?a?= =?utf-8?q?b?=", "ab"),
        (b"Re: =?utf-8?B?44GC?= [1] =?utf-8?B?44GE?=", "Re: あ [1] い"),
        (b"=?utf-8?B?44GC?==?utf-8?B?44GE?=", "あい"),
        (b"=?utf-8?B?44GC\t 44GE?=", "あい"),
        (b"=?UTF-8*ja?B?44GC?=", "あ"),
        (b'"=?utf-8?B?44GC?=" <a@b>', '"あ" <a@b>'),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"a\x00b\x1b", "ab"),
    ],
)
def test_encoded_words_are_read(value: bytes, expected: str) -> None:
    decoded = decode_words(value)
    assert (decoded.text, decoded.codes) == (expected, ())


def test_a_word_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    """The standard library leaves the whole subject encoded then (DESIGN 13)."""
    decoded = decode_words(b"=?utf-8?B?" + base64.b64encode(NAME.encode())[:14])
    assert decoded.text.startswith("受渡希")
    assert ProblemCode.BROKEN_ENCODED_WORD in decoded.codes


@given(st.binary(max_size=300))
def test_no_header_value_can_break_the_decoder(value: bytes) -> None:
    assert "\n" not in decode_words(value).text
    assert "\n" not in decode_words(b"=?utf-8?B?" + value + b"?= =?iso-2022-jp?Q?" + value).text


@pytest.mark.parametrize(
    "value",
    [
        b'attachment; filename="' + NAME.encode() + b'.xlsx"',
        b'attachment; filename="=?utf-8?B?' + base64.b64encode(f"{NAME}.xlsx".encode()) + b'?="',
        b"attachment; filename*=utf-8''" + quote(NAME).encode() + b".xlsx",
        b"attachment; filename*0*=utf-8''%E5%8F%97%E6%B8%A1%E5%B8%8C%E6%9C%9B%E6%97;"
        b" filename*1*=%A5%E3%81%AE;"
        b' filename*2*=%E5%A4%89%E6%9B%B4; filename*3=".xlsx"',
        b"attachment; filename=x.xlsx; filename*=iso-2022-jp''%1B%24B%3CuEO4uK%3EF%7C%24NJQ99%1B%28B.xlsx",
    ],
)
def test_attachment_names_are_read_in_every_way_they_are_written(value: bytes) -> None:
    assert read_parameters(value).text("filename") == f"{NAME}.xlsx"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\台帳.xlsx", "台帳.xlsx"),
        ("a\u202ecod.exe", "acod.exe"),
        ("a\x00b\nc", "abc"),
        ("..", ""),
        ("/", ""),
        ("長" * 300, "長" * 200),
    ],
)
def test_attachment_names_lose_path_and_control_characters(name: str, clean: str) -> None:
    assert clean_filename(name) == clean
