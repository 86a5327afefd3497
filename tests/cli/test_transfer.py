"""`import` and `export`: a verdict for every row, nothing lost on the way out and in again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from uketsuke.domain.sheet import read_sheet

PEOPLE = """職員番号,氏名,フリガナ,メールアドレス,内線,所属,役職,有効終了日,状態
0012,髙橋 徹,タカハシ トオル,takahashi-t@city.example.lg.jp,3458,道路計画課,,,
0013,﨑山 直人,サキヤマ ナオト,,=2851,防災危機管理課,課長:officer lead;班長:,2027/3/31,無効
"""
LTE = """LTE接続端子の管理番号,状態,所属,受払日
ＬＴＥ－００１２,払出済,道路計画課,2026年4月1日
LTE-0050,在庫,,
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, "utf-8")
    return file


def test_each_row_gets_a_verdict_and_the_totals_add_up(cli: Cli, desk: Path, sheet: Path) -> None:
    sheet.write_text(
        PEOPLE + "0012,二度目,,,,道路計画課,,,\n,名無し,,,,税務課,,,\n0014,原 美咲,,not mail,,環境保全課,,,\n"
    )
    words = ("import", "people", sheet, "--config", desk, "--format", "json")
    ended = cli(*words)
    verdicts = [row["verdict"] for row in ended.json["rows"]]
    assert verdicts == ["added", "added", "refused", "refused", "refused"]
    assert ended.json["totals"] == {"added": 2, "changed": 0, "same": 0, "left": 0, "refused": 3, "all": 5}
    assert all(row["reason"] for row in ended.json["rows"] if row["verdict"] == "refused")
    assert (ended.code, ended.json["written"]) == (5, False)
    assert numbers(cli, desk) == []
    skipped = cli(*words, "--skip-errors")
    assert (skipped.code, skipped.json["written"]) == (5, True)
    assert numbers(cli, desk) == ["0012", "0013"]


def numbers(cli: Cli, desk: Path) -> list[str]:
    """Who is in the directory."""
    rows = cli("export", "people", "--config", desk, "--format", "json").json["rows"]
    return [row["employee_number"] for row in rows]


def test_what_was_exported_imports_as_the_same(cli: Cli, desk: Path, sheet: Path, tmp_path: Path) -> None:
    assert cli("import", "people", sheet, "--config", desk).code == 0
    out = cli("export", "people", "--config", desk).out
    again = tmp_path / "again.csv"
    again.write_text(out, "utf-8", newline="")
    assert '"=""0012"""' in out
    assert "'=2851" in out
    ended = cli("import", "people", again, "--config", desk, "--format", "json")
    assert ended.json["totals"]["same"] == 2
    assert cli("export", "people", "--config", desk).out == out


def test_departments_keep_aliases_and_shared_mailboxes(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "departments.csv"
    file.write_text(
        "所属コード,所属名,別名,共有メールボックス\n110300,福祉総務課,福祉局総務課;福祉:総,fukushi@city.example.lg.jp\n",
        "utf-8",
    )
    assert cli("import", "departments", file, "--config", desk).code == 0
    out = cli("export", "departments", "--config", desk).out
    file.write_text(out, "utf-8", newline="")
    ended = cli("import", "departments", file, "--config", desk, "--format", "json")
    assert ended.json["totals"]["same"] == 1
    assert "fukushi@city.example.lg.jp" in out


def test_a_dry_run_judges_and_writes_nothing(cli: Cli, desk: Path, sheet: Path) -> None:
    dry = cli("import", "people", sheet, "--config", desk, "--dry-run", "--format", "json")
    assert dry.json["totals"]["added"] == 2
    real = cli("import", "people", sheet, "--config", desk, "--format", "json")
    assert real.json["rows"] == dry.json["rows"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_a_ledger_comes_in_from_excel_in_any_of_its_encodings(
    cli: Cli, desk: Path, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "lte.csv"
    file.write_bytes(LTE.encode(encoding))
    assert cli("import", "ledger", "lte-ledger", file, "--config", desk).code == 0
    rows = cli("export", "ledger", "lte-ledger", "--config", desk, "--format", "json").json["rows"]
    assert [(row["asset_no"], row["status"], row["hand_over_date"]) for row in rows] == [
        ("LTE-0012", "払出済", "2026-04-01"),
        ("LTE-0050", "在庫", ""),
    ]


def test_a_ledger_goes_round_without_loss(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "lte.csv"
    file.write_text(LTE, "utf-8")
    cli("import", "ledger", "lte-ledger", file, "--config", desk)
    out = cli("export", "ledger", "lte-ledger", "--config", desk).out
    assert out.startswith("\ufeffLTE接続端子の管理番号,")
    file.write_text(out, "utf-8", newline="")
    ended = cli("import", "ledger", "lte-ledger", file, "--config", desk, "--format", "json")
    assert ended.json["totals"] == {"added": 0, "changed": 0, "same": 2, "left": 0, "refused": 0, "all": 2}


def test_columns_that_a_file_leaves_out_stay_as_they_are(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "lte.csv"
    file.write_text(LTE, "utf-8")
    cli("import", "ledger", "lte-ledger", file, "--config", desk)
    file.write_text("asset_no,status\nLTE-0012,lost\n", "utf-8")
    ended = cli("import", "ledger", "lte-ledger", file, "--config", desk, "--format", "json")
    assert ended.json["totals"]["changed"] == 1
    rows = cli("export", "ledger", "lte-ledger", "--config", desk, "--format", "json").json["rows"]
    assert (rows[0]["status"], rows[0]["department"]) == ("紛失", "道路計画課")


def test_a_ledger_can_be_exported_as_it_stood(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "lte.csv"
    file.write_text(LTE, "utf-8")
    cli("import", "ledger", "lte-ledger", file, "--config", desk)
    days = [date.today() - timedelta(days=2), date.today() + timedelta(days=2)]  # noqa: DTZ011 - either side
    past, now = (cli("export", "ledger", "lte-ledger", "--as-of", day, "--config", desk).out for day in days)
    assert len(read_sheet(past.encode()).rows) == 0
    assert len(read_sheet(now.encode()).rows) == 2


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("asset_no,status\nLTE-0001,こわれた\n", "状態"),
        ("asset_no,hand_over_date\nLTE-0001,2026-02-30\n", "受払日"),
        ("asset_no,status\nPC-1,在庫\n", "管理番号"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_column(
    cli: Cli, desk: Path, tmp_path: Path, text: str, column: str
) -> None:
    (tmp_path / "lte.csv").write_text(text, "utf-8")
    ended = cli("import", "ledger", "lte-ledger", "lte.csv", "--config", desk)
    assert ended.code == 5
    assert column in ended.out


def test_unknown_headings_and_ledgers_are_told_before_anything_is_written(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    (tmp_path / "lte.csv").write_text("asset_no,color\nLTE-0001,red\n", "utf-8")
    ended = cli("import", "ledger", "lte-ledger", "lte.csv", "--config", desk)
    assert (ended.code, "color" in ended.err) == (1, True)
    ended = cli("import", "ledger", "lte", "lte.csv", "--config", desk)
    assert (ended.code, "lte-ledger" in ended.err) == (2, True)
