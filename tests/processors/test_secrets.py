"""Passwords in messages are covered wherever people could read them (EU-3, FR-11)."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.content import Channel, Content, FormValue
from uketsuke.intake.message import read_mail
from uketsuke.processors.secrets import covered, holds_secret, without_secrets

WRITTEN = (
    "パスワードは Sakura2026! にしてください",
    "パスワードはＳａｋｕｒａ２０２６！です",
    "パスワード：\nSakura2026!",
    "[パスワード]\nsakurasakura",
    "【新パスワード】Sakura2026!",
    "パスワードを Haru2027# に戻して",
    "Haru2027#というパスワードで",
    "> パスワード：\n> Sakura2026!",
    ">> [パスワード]\n>> sakurasakura",
    "| パスワードは Haru2027# です",
    "ﾊﾟｽﾜｰﾄﾞ:Haru2027#",
    "PW: abcd",
    "password = correct-horse",
)
NOT_ONE = (
    "パスワードを5回間違えました",
    "パスワードは忘れました",
    "パスワードは2026/12/01に変更しました",
    "パスワードは https://city.example.lg.jp で変更できます",
    "パスワードを忘れました。\n職員用ID：K1102003",
    "K1102003のパスワードを初期化してください",
    "passport: AB12345",
    "> パスワードは忘れました。\n> 職員用ID：K1102003",
    "パスワード：\n> 職員用ID：K1102003",
)
PIECES = (
    "パスワード",
    "PW",
    "は",
    "：",
    "を",
    "という",
    "Sakura2026!",
    "Ｈａｒｕ２０２７",
    "\n",
    " ",
    "【",
    "】",
    "K1",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_password_is_covered_whatever_way_it_is_written(text: str) -> None:
    assert holds_secret(text)
    assert not any(word in covered(text) for word in ("2026!", "2027", "sakura", "horse", "abcd", "２０２６"))


@pytest.mark.parametrize("text", NOT_ONE)
def test_the_word_alone_is_no_password(text: str) -> None:
    assert (holds_secret(text), covered(text)) == (False, text)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join))
def test_covering_keeps_lengths_and_does_nothing_the_second_time(text: str) -> None:
    once = covered(text)
    assert len(once) == len(text)
    assert covered(once) == once
    assert holds_secret(once) == holds_secret(text)


@pytest.mark.parametrize("piece", ["a1", "\n", "パスワード は", "[パスワード]\n", " ", "pass ", "ab1 という"])
def test_a_long_text_costs_its_length_and_no_more(piece: str) -> None:
    started = time.perf_counter()
    covered(piece * 50_000)
    assert time.perf_counter() - started < 4


def test_every_readable_part_of_a_message_is_covered() -> None:
    secret = "パスワードは Sakura2026!"
    content = Content(
        channel=Channel.NOTE,
        subject=secret,
        text=secret,
        signature=secret,
        quoted_text=secret,
        full_text=secret,
        values=(FormValue(label="パスワード", value="Sakura2026!"), FormValue(label="備考", value=secret)),
    )
    assert "Sakura2026!" in content.model_dump_json()
    assert "Sakura2026!" not in without_secrets(content).model_dump_json()


FORWARDED = f"""\
From: a@city.example.lg.jp
Subject: =?utf-8?B?{b64encode("Fwd: パスワードは Haru2027# です".encode()).decode()}?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain; charset=utf-8

転送します。

> パスワード：
> Haru2027#
--x
Content-Type: message/rfc822
Content-Disposition: attachment; filename="PW=Haru2027#.eml"

From: b@city.example.lg.jp
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>パスワードは<b>Haru2027#</b>です。</p>
--x--
"""


def test_a_forwarded_mail_is_covered_in_subject_quote_attached_message_and_file_name() -> None:
    content = read_mail(FORWARDED.encode())
    assert content.model_dump_json().count("Haru2027#") >= 5
    assert "Haru2027#" not in without_secrets(content).model_dump_json()
