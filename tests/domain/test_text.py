"""Folding: what counts as the same text, and what must stay different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.text import asset_key, fold, fold_marked, key, label_key, person_key

# U+2010..2015, U+2212, U+FF0D, and the marks that input methods offer instead.
HYPHENS = [*"\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "\uff70", "\u30fc", "\u2500", "-"]

japanese = st.text(st.sampled_from("aＺ０9 　ー－−～〜:：あゔアァヴｶﾞﾊﾟｰ一髙①㈱\u200b")) | st.text(max_size=12)


@pytest.mark.parametrize("hyphen", HYPHENS)
def test_every_kind_of_hyphen_in_a_number_is_the_same(hyphen: str) -> None:
    assert fold(f"LTE{hyphen}0217") == "LTE-0217"


@pytest.mark.parametrize("text", ["サーバー1", "コピー", "Aーのはずれ", "メールー", "データー2026"])
def test_a_long_vowel_is_no_hyphen(text: str) -> None:
    assert fold(text) == text


def test_half_width_kana_keep_their_long_vowel() -> None:
    assert fold("ｺﾋﾟｰ機 ﾙｰﾀｰ") == "コピー機 ルーター"


@pytest.mark.parametrize("wave", ["〜", "～", "~"])
def test_wave_dashes_are_one(wave: str) -> None:
    assert fold(f"10時{wave}12時") == "10時~12時"


@pytest.mark.parametrize(
    "text", ["ＬＴＥ－０２１７", "lte-0217", "ＬＴＥ ー ０２１７", "LTE−0217", "L\u200bTE-0217"]
)
def test_ap_13_a_full_width_number_is_saved_as_the_ledger_keeps_it(text: str) -> None:
    assert asset_key(text) == "LTE-0217"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("でんわ ばんごう", "デンワバンゴウ"),
        ("ﾃﾞﾝﾜ番号：", "デンワ番号"),
        ("e-KOBE", "Ｅ－Ｋｏｂｅ"),
        ("葛\U000e0100飾", "葛飾"),
    ],
)
def test_keys_ignore_width_case_kana_blanks_and_colons(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize("text", ["ハード", "バート", "ハート", "パート"])
def test_keys_keep_different_words_apart(text: str) -> None:
    words = {"ハード", "バート", "ハート", "パート"}
    assert [word for word in words if key(word) == key(text)] == [text]


@pytest.mark.parametrize(
    "label",
    [
        "氏名",
        "氏　名：",
        "■氏名",
        "【氏名】",
        "［氏名］",
        "(1) 氏名",
        "①氏名",
        "１．氏名",
        "氏名（必須）",
        "※氏名*",
    ],
)
def test_a_label_is_known_whatever_stands_around_it(label: str) -> None:
    assert label_key(label) == key("氏名")


@pytest.mark.parametrize("label", ["2台目の番号", "1次回答", "1.5GHz帯", "(本課)連絡先"])
def test_a_label_that_begins_with_a_digit_or_bracket_of_its_own_keeps_it(label: str) -> None:
    assert label_key(label) == key(label)


@pytest.mark.parametrize(("old", "new"), [("髙橋 渡邉", "高橋渡辺"), ("山﨑", "山崎"), ("齋藤", "斎藤")])
def test_old_characters_of_a_name_count_as_the_new_ones(old: str, new: str) -> None:
    assert person_key(old) == person_key(new)
    assert key(old) != key(new)


@pytest.mark.parametrize(
    ("one", "other"), [("斎藤", "斉藤"), ("渡辺", "渡部"), ("竜馬", "龍馬"), ("太田", "大田")]
)
def test_names_that_are_different_names_stay_different(one: str, other: str) -> None:
    assert person_key(one) != person_key(other)


@given(japanese)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("aＺ０9 　ー－～:：あゔアｶﾞﾊﾟｰ一髙\u200b")))
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)
    assert asset_key(asset_key(text)) == asset_key(text)


@given(japanese)
def test_a_marked_text_knows_where_its_characters_came_from(text: str) -> None:
    marked = fold_marked(text)
    assert len(marked.starts) == len(marked.text) + 1
    assert list(marked.starts) == sorted(marked.starts)
    assert marked.span(0, len(marked.text)) == (0, len(text))


@given(st.text(st.sampled_from("aＺ０9 　ー－−～〜:：あアヴｶﾞﾊﾟｰ一髙①㈱")))
def test_marking_gives_the_same_text_as_folding(text: str) -> None:
    assert fold_marked(text).text == fold(text)
