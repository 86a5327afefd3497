"""Who may ask for whom comes in as a list: a verdict for every row, and nothing that gives a wrong right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

PEOPLE = "職員番号,氏名,所属\n0012,髙橋 徹,税務課\n0013,﨑山 直人,広報課\n0014,原 美咲,広報課\n"
SECTIONS = "所属コード,所属名,別名\n1,税務課,\n2,広報課,広報\n3,道路計画課,道路\n4,道路管理課,道路\n"
HEAD = "職員コード,兼務職名,兼務所属,代理する職員番号,発令日,解除日\n"


@pytest.fixture
def listed(cli: Cli, desk: Path, tmp_path: Path) -> Path:
    """A desk with three people in four sections."""
    for name, text in (("departments", SECTIONS), ("people", PEOPLE)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        assert cli("import", name, tmp_path / f"{name}.csv", "--config", desk).code == 0
    return desk


def bring(cli: Cli, desk: Path, rows: str, *options: object) -> list[tuple[str, str]]:
    """Verdict and reason of each row."""
    file = desk.parent / "posts.csv"
    file.write_text(HEAD + rows, "cp932")
    ended = cli("import", "posts", file, "--config", desk, "--format", "json", *options)
    assert ended.code in (0, 5), ended.err
    return [(row["verdict"], row["reason"] or "") for row in ended.json["rows"]]


def test_posts_come_in_under_the_directorys_names_and_go_out_again(
    cli: Cli, listed: Path, tmp_path: Path
) -> None:
    rows = "0012,主査,広報、道路計画課,,R8.4.1,2027/3/31\n0013,秘書,,0014,,\n"
    (first, second) = bring(cli, listed, rows)
    assert first == ("added", "")
    assert second[0] == "added"
    assert "終わりの日がありません" in second[1]
    out = cli("export", "posts", "--config", listed)
    assert "主査,広報課;道路計画課,,2026-04-01,2027-03-31" in out.out
    (tmp_path / "again.csv").write_text(out.out, "utf-8")
    again = cli("import", "posts", tmp_path / "again.csv", "--config", listed, "--format", "json").json
    assert [row["verdict"] for row in again["rows"]] == ["same", "same"]


WRONG = {
    "0012,主査,無い課,,,": "所属の一覧にありません",
    "0012,主任,道路,,,": "いくつもあります",
    "12,主査,広報課,,,": "先頭の 0",
    "0099,主査,広報課,,,": "名簿にありません",
    "0012,秘書,,0099,,": "名簿にありません",
    "0012,補佐,,0012,,": "本人です",
    "0012,参事,,,,": "所属も職員番号も",
    "0012,係長,広報課,,2027/4/1,2027/3/31": "始まりより前",
    "0012,,広報課,,,": "「役職」が空です",
    "0012,部長,広報課,,来月,": "日付ではありません",
}


def test_a_row_that_would_give_a_wrong_right_is_refused(cli: Cli, listed: Path) -> None:
    """And with it the whole list: nothing is given to anybody."""
    verdicts = bring(cli, listed, "\n".join(["0013,主査,税務課,,,2027/3/31", *WRONG]))
    assert verdicts[0] == ("added", "")
    for (verdict, reason), (row, expected) in zip(verdicts[1:], WRONG.items(), strict=True):
        assert verdict == "refused", row
        assert expected in reason, row
    assert cli("export", "posts", "--config", listed, "--format", "json").json["rows"] == []


def test_who_a_complete_list_no_longer_names_acts_for_nobody_from_today(cli: Cli, listed: Path) -> None:
    bring(cli, listed, "0012,主査,広報課,,2026/4/1,\n0013,主査,税務課,,2027/4/1,\n0014,主査,税務課,,,\n")
    verdicts = bring(cli, listed, "0014,主査,税務課,,,\n", "--complete")
    assert [verdict for verdict, _ in verdicts] == ["same", "left", "left"]
    rows = cli("export", "posts", "--config", listed, "--format", "json").json["rows"]
    assert [(row["employee_number"], bool(row["valid_to"])) for row in rows] == [
        ("0012", True),
        ("0014", False),
    ]
    assert [verdict for verdict, _ in bring(cli, listed, "0014,主査,税務課,,,\n", "--complete")] == ["same"]


def test_a_transfer_says_which_posts_go_on(cli: Cli, listed: Path, tmp_path: Path) -> None:
    """And a personnel list takes none of them away."""
    bring(cli, listed, "0012,主査,広報課,,,\n")
    file = tmp_path / "moved.csv"
    file.write_text("職員番号,氏名,所属,役職\n0012,髙橋 徹,広報課,課長\n", "utf-8")
    (row,) = cli("import", "people", file, "--config", listed, "--format", "json").json["rows"]
    assert "兼務・代理が残っています: 主査" in row["reason"]
    assert len(cli("export", "posts", "--config", listed, "--format", "json").json["rows"]) == 1
