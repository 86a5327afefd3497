"""A pasted result file ticks exactly the people it names, and says which lines name nobody (AP-78)."""

from __future__ import annotations

import pytest

from uketsuke.domain.result_file import match_result

IDS = ("K1104001", "K1104002", "K1104003")
HEADINGS = ("職員用ID", "氏名", "結果")


@pytest.mark.parametrize(
    "text",
    [
        "K1104001\nK1104003\n",
        '職員用ID,氏名,結果\n"K1104001",甲,OK\r\nK1104003,丙,OK\n',
        "Ｋ１１０４００１\t甲\nk1104003\t丙",
        "\n\nK1104003\nK1104001\nK1104001\n",
    ],
)
def test_lines_of_any_shape_name_their_people(text: str) -> None:
    assert match_result(text, IDS, HEADINGS).people == (0, 2)
    assert match_result(text, IDS, HEADINGS).rest == ()


@pytest.mark.parametrize("line", ["K11040011", "K1104", "K1104001,K1104002", "エラー：K1104001", "x" * 5000])
def test_what_names_nobody_or_two_is_told_and_ticks_nobody(line: str) -> None:
    found = match_result(line, IDS, HEADINGS)
    assert (found.people, found.rest) == ((), (line,))


def test_what_two_people_share_names_neither() -> None:
    assert match_result("佐藤 恵", ("佐藤 恵", "佐藤 恵"), ()).people == ()
