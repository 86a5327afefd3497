"""New text, quotes and signatures; in doubt a line is new text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.intake.quoted import separate

NEW = "日程を変更してください。"
QUOTES = [
    "> 受渡日：2026年11月27日\n> 管理番号：PC-0101",
    "＞受渡日：2026年11月27日",
    "-----Original Message-----\nFrom: a\nTo: b\n\n受渡日：11月27日",
    "-----元のメッセージ-----\n受渡日：11月27日",
    "---------- Forwarded message ---------\nFrom: a\n受渡日：11月27日",
    "Begin forwarded message:\n\n受渡日：11月27日",
    "________________________________\n差出人: a\n送信日時: b\n宛先: c\n件名: d\n\n受渡日：11月27日",
    "From: a\nSent: b\nTo: c\nSubject: d\n\n受渡日：11月27日",
    "2026年11月24日(火) 17:10 田中 花子 <tanaka-h@city.example.lg.jp>:\n\n> 受渡日：11月27日",
    "On Tue, Nov 24, 2026 at 5:10 PM Tanaka <a@b.example> wrote:\n> 受渡日：11月27日",
    "On Tue, Nov 24, 2026 at 5:10 PM\nTanaka <a@b.example> wrote:\n> 受渡日：11月27日",
    "田中さんは書きました：\n> 受渡日：11月27日",
]
SIGNATURES = [
    "-- \nみなと市総務課 田中\n内線 2345",
    "--\nみなと市総務課 田中\nTEL: 078-000-1234",
    "━━━━━━━━━━━━\nみなと市総務課 田中\nTEL：078-000-1234（内線 2345）\nE-mail：a@b.example\n━━━━━━━━━━━━",
    "**********\n田中\nhttps://www.city.example.lg.jp/",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quote_is_kept_apart(quote: str) -> None:
    layers = separate(f"{NEW}\n\n{quote}")
    assert (layers.new, layers.quoted, layers.signature) == (NEW, quote, "")


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_kept_apart(signature: str) -> None:
    layers = separate(f"{NEW}\n\n{signature}\n")
    assert (layers.new, layers.signature) == (NEW, signature)


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("quote", QUOTES)
def test_a_signature_before_a_quote_is_found_too(signature: str, quote: str) -> None:
    layers = separate(f"{NEW}\n\n{signature}\n\n{quote}")
    assert (layers.new, layers.signature, layers.quoted) == (NEW, signature, quote)


def test_answers_between_quoted_lines_are_new_text() -> None:
    layers = separate("田中さんは書きました：\n> いつですか\n11月30日です\n> 何台ですか\n2台です")
    assert layers.new == "11月30日です\n2台です"


@pytest.mark.parametrize(
    "text",
    [
        "━━━━━━━━━━\n申請内容\n━━━━━━━━━━\n所属：福祉総務課\n氏名：鈴木 健一\n電話番号：078-000-5678",
        "----------------------------------------\n[所属]\n道路計画課\n\n[内線番号]\n3456",
        "アンケートの回答です。\n--------------------\n[所属]\n道路計画課\n[内線番号]\n3456",
        "申請区分：配布\n電話番号：078-000-5678\n本数：２本",
        "From: の欄が空です\n直してください",
        "宛先：総務課\n件名：端末\n差出人：田中",
        "田中さんは書きました。\n以上です。",
        "--\n所属：福祉総務課\nTEL：078-000-5678",
    ],
)
def test_a_form_that_looks_like_a_signature_or_a_quote_stays_new_text(text: str) -> None:
    assert separate(text).new == text


@given(st.text(st.sampled_from("> -━_\nあFrom:差出人：wrote"), max_size=200))
def test_no_line_is_lost_or_doubled(text: str) -> None:
    layers = separate(text)
    found = [line for layer in (layers.new, layers.signature, layers.quoted) for line in layer.split("\n")]
    assert sorted(filter(str.strip, found)) == sorted(
        filter(str.strip, (line.rstrip() if line not in found else line for line in text.split("\n")))
    )
