"""Labels and values are found however people write them; spans are true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.text import label_key
from uketsuke.processors.labels import find_pairs, masked

KNOWN = {
    label_key(label)
    for label in ("所属", "氏名", "管理番号", "申請区分", "受渡希望日", "症状", "備考", "メールアドレス")
}


def found(text: str) -> dict[str, str]:
    """Known label → words of its value."""
    return {pair.key: text[pair.start : pair.end] for pair in find_pairs(text, KNOWN) if pair.key in KNOWN}


@pytest.mark.parametrize(
    "text",
    [
        "所属：道路計画課",
        "所属: 道路計画課",
        "所属 ： 道路計画課",
        "【所属】道路計画課",
        "［所属］　道路計画課",
        "■所属：道路計画課",
        "・所属：道路計画課",
        "①所属：道路計画課",
        "（1）所属：道路計画課",
        "1. 所属：道路計画課",
        "所属\t道路計画課",
        "所属　　道路計画課",
        "所属　道路計画課",
        "所属  道路計画課",
        "■所属 道路計画課",
        "所属（必須）：道路計画課",
        "　所属：道路計画課　",
        "所属\n道路計画課",
        "所属：\n道路計画課",
        "■所属\n　道路計画課\n",
        "氏名：小林 誠　所属：道路計画課",
        "氏名：小林 誠、所属：道路計画課",
        "所属：道路計画課／氏名：小林 誠",
    ],
)
def test_a_label_is_found_in_every_way_of_writing(text: str) -> None:
    assert found(text)[label_key("所属")] == "道路計画課"


@pytest.mark.parametrize(
    "text",
    [
        "所属の変更をお願いします。",
        "所属 道路計画課です。",
        "12:30に伺います",
        "https://city.example.lg.jp/所属",
        "私の所属は道路計画課です",
    ],
)
def test_a_sentence_is_no_label(text: str) -> None:
    assert label_key("所属") not in found(text)


def test_an_unknown_label_ends_the_value_before_it() -> None:
    assert found("症状：点灯しない\n　色：赤\n所属：道路計画課") == {
        label_key("症状"): "点灯しない",
        label_key("所属"): "道路計画課",
    }


def test_indented_lines_go_on_with_a_value_and_others_do_not() -> None:
    assert found("症状：点灯しない\n　　電源も入らない\nよろしくお願いします。") == {
        label_key("症状"): "点灯しない\n　　電源も入らない"
    }


def test_an_empty_value_does_not_take_the_next_label() -> None:
    assert found("備考：\n所属：道路計画課") == {label_key("備考"): "", label_key("所属"): "道路計画課"}


def test_labelled_lines_are_blanked_and_lengths_kept() -> None:
    text = "お世話になります。\n所属：道路計画課\n返却します。"
    rest = masked(text, find_pairs(text, KNOWN))
    assert len(rest) == len(text)
    assert "所属" not in rest
    assert "返却します。" in rest


@given(st.text(alphabet="所属氏名：:【】\t 　\n①・■備考なしa1。、／", max_size=120))
def test_spans_are_in_order_inside_the_text_and_never_overlap(text: str) -> None:
    pairs = find_pairs(text, KNOWN)
    edges = [edge for pair in pairs for edge in (pair.start, pair.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert all(text[pair.start : pair.end].strip() == text[pair.start : pair.end] for pair in pairs)
