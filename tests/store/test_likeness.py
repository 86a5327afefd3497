"""A slip of the pen finds whom it meant, or nobody; measured on invented names."""

from __future__ import annotations

import random

import pytest

from uketsuke.domain.text import person_key
from uketsuke.store.likeness import nearest

SEED = 20261120
_FAMILY = """
佐藤 鈴木 髙橋 田中 伊藤 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上
木村 林 斎藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田
長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 斉藤 福田 太田 西村 藤井 岡本 金子 藤原
三浦 中川 原田 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 酒井
宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 大塚
新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 菅原 岩崎 木下 久保
"""
FAMILY = _FAMILY.split()
_GIVEN = """
花子 徹 直人 美咲 香織 実 千夏 誠 健一 健二 裕子 裕美 真由美 真理子 由美子 由美
大輔 大介 翔太 翔 拓也 拓哉 達也 和也 和彦 和子 幸子 恵子 恵 恵美 恵理 洋子
洋介 陽子 陽介 智子 智也 久美子 直樹 直子 直美 英樹 秀樹 秀明 浩 浩二 博 博之
博美 隆 孝 貴之 修 学 豊 茂 明 明美 彩 彩香 綾 綾香 愛 愛子
優 優子 優花 結衣 陽菜 葵 蓮 悠斗 湊 樹 颯太 悠真
"""
GIVEN = _GIVEN.split()
CHARACTERS = sorted({one for name in FAMILY + GIVEN for one in name})


def somebody(chance: random.Random) -> str:
    return f"{chance.choice(FAMILY)} {chance.choice(GIVEN)}"


def slip(chance: random.Random, name: str) -> str:
    """One character wrong, missing or too many."""
    letters = list(name.replace(" ", ""))
    at = chance.randrange(len(letters))
    kind = chance.choice(("wrong", "missing", "surplus"))
    if kind == "missing" and len(letters) > 3:
        del letters[at]
    elif kind == "surplus":
        letters.insert(at, chance.choice(CHARACTERS))
    else:
        letters[at] = chance.choice(CHARACTERS)
    return "".join(letters)


@pytest.mark.parametrize("size", [300, 1500])
def test_a_slip_of_the_pen_finds_whom_it_meant_or_nobody(size: int) -> None:
    chance = random.Random(SEED)
    people = {str(number): (somebody(chance),) for number in range(size)}
    keys = {person_key(name) for (name,) in people.values()}
    asked = 0
    said = {"right": 0, "wrong": 0, "nobody": 0, "a stranger": 0}
    for number in chance.sample(sorted(people), 200):
        (name,) = people[number]
        written = slip(chance, name)
        if person_key(written) in keys:
            continue
        asked += 1
        found = nearest(written, people)
        meant = found is not None and person_key(people[found][0]) == person_key(name)
        said["nobody" if found is None else "right" if meant else "wrong"] += 1
    strangers = (name for name in (somebody(chance) for _ in range(400)) if person_key(name) not in keys)
    said["a stranger"] = sum(nearest(name, people) is not None for name in list(strangers)[:100])
    print(f"seed {SEED}, {size} people, {asked} slips and 100 strangers: {said}")
    assert said["wrong"] <= asked // 100
    assert said["right"] >= asked // 3


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("道路計面課", "道路計画課"),
        ("市民共働課", "市民協働課"),
        ("総務部財政課", None),
        ("税務課", "財務課"),
        ("福祉課", None),
        ("", None),
    ],
)
def test_a_section_is_suggested_only_where_it_stands_out(written: str, found: str | None) -> None:
    known = {
        name: (name,)
        for name in ("道路計画課", "道路管理課", "市民協働課", "財務課", "福祉総務課", "福祉政策課")
    }
    assert nearest(written, known) == found
