"""The directory as personnel systems and Excel give it: their headings, dates, numbers, workbooks."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Cli
from uketsuke.cli.opening import app_of

HEADINGS = (
    "職員コード",
    "姓",
    "名",
    "セイ",
    "メイ",
    "E-mail",
    "内線番号",
    "所属名",
    "役職名",
    "発令日",
    "退職日",
)
ROWS: Sequence[Sequence[object]] = (
    (12, "髙橋", "徹", "タカハシ", "トオル", "takahashi-t@city.example.lg.jp", 3458, "道路計画課", "係長",
     datetime(2026, 4, 1), "9999/12/31"),
    (13, "﨑山", "直人", "サキヤマ", "ナオト", None, None, "防災危機管理課", None, "令和8年4月1日", None),
)  # fmt: skip
KEPT = [
    ("0012", "髙橋 徹", "タカハシ トオル", "3458", "道路計画課", "2026-04-01", ""),
    ("0013", "﨑山 直人", "サキヤマ ナオト", "", "防災危機管理課", "2026-04-01", ""),
]


def write_workbook(
    file: Path, rows: Sequence[Sequence[object]] = ROWS, title: str | None = "職員名簿"
) -> Path:
    """An Excel file with a title above the table, and employee numbers that only look padded."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [*([(title,)] if title else []), HEADINGS, *rows]:
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=2):
        cells[0].number_format = "0000"
    book.save(file)
    return file


def listed(cli: Cli, desk: Path) -> list[tuple[str, ...]]:
    """What the directory holds."""
    rows = cli("export", "people", "--config", desk, "--format", "json").json["rows"]
    names = ("employee_number", "name", "kana", "phone", "department", "valid_from", "valid_to")
    return [tuple(row[name] for name in names) for row in rows]


def bring(cli: Cli, desk: Path, file: Path, *options: object) -> dict[str, list[str]]:
    """Import people; gives who got which verdict."""
    ended = cli("import", "people", file, "--config", desk, "--format", "json", *options)
    assert ended.code in (0, 5), ended.err
    found: dict[str, list[str]] = {}
    for row in ended.json["rows"]:
        found.setdefault(row["verdict"], []).append(row["key"])
    return found


def test_a_personnel_systems_workbook_is_read_as_a_person_sees_it(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    file = write_workbook(tmp_path / "people.xlsx")
    assert bring(cli, desk, file) == {"added": ["0012", "0013"]}
    assert listed(cli, desk) == KEPT
    assert bring(cli, desk, file) == {"same": ["0012", "0013"]}


def test_a_changed_row_says_which_columns(cli: Cli, desk: Path, tmp_path: Path) -> None:
    bring(cli, desk, write_workbook(tmp_path / "people.xlsx"))
    file = tmp_path / "people.csv"
    file.write_text("職員番号,内線,所属\n0012,3459,税務課\n", "cp932")
    ended = cli("import", "people", file, "--config", desk)
    assert "2行目 0012 変更（内線、所属）" in ended.out
    assert listed(cli, desk)[0][1:5] == ("髙橋 徹", "タカハシ トオル", "3459", "税務課")


def test_who_a_complete_list_no_longer_names_has_left_and_comes_back(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    whole = write_workbook(tmp_path / "people.xlsx")
    bring(cli, desk, whole)
    part = write_workbook(tmp_path / "part.xlsx", ROWS[:1])
    assert bring(cli, desk, part) == {"same": ["0012"]}
    assert bring(cli, desk, part, "--complete") == {"same": ["0012"], "left": ["0013"]}
    assert bring(cli, desk, part, "--complete") == {"same": ["0012"]}
    assert bring(cli, desk, whole, "--complete") == {"same": ["0012"], "changed": ["0013"]}


def test_a_list_that_was_cut_off_makes_nobody_leave(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    lines = ["職員番号,氏名,所属", *(f"{number},職員 {number},税務課" for number in range(1000, 1010))]
    file.write_text("\n".join(lines), "utf-8")
    bring(cli, desk, file)
    file.write_text("\n".join(lines[:3]), "utf-8")
    words = ("import", "people", file, "--config", desk, "--format", "json", "--complete")
    ended = cli(*words)
    assert (ended.code, "8 人" in ended.err) == (5, True)
    assert cli(*words, "--dry-run").json["totals"]["left"] == 8
    assert cli(*words, "--leavers", 8).json["totals"]["left"] == 8
    assert cli(*words, "--skip-errors").code == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("12,髙橋 徹,税務課,", "先頭の 0"),
        ("1.2E+11,髙橋 徹,税務課,", "指数"),
        ("0014,#N/A,税務課,", "Excel のエラー"),
        ("0014,髙橋 徹,税務課,4月1日", "日付"),
        ("0014,髙橋 徹,税務課,2026/2/30", "日付"),
        ("0014,髙橋 徹,,", "所属"),
    ],
)
def test_what_excel_made_of_a_value_is_an_error_with_its_column(
    cli: Cli, desk: Path, tmp_path: Path, row: str, reason: str
) -> None:
    bring(cli, desk, write_workbook(tmp_path / "people.xlsx"))
    (tmp_path / "people.csv").write_text(f"職員番号,氏名,所属,発令日\n{row}\n", "utf-8")
    ended = cli("import", "people", "people.csv", "--config", desk)
    assert (ended.code, reason in ended.out) == (5, True)
    assert listed(cli, desk) == KEPT


def test_columns_we_may_not_keep_are_passed_over_only_when_asked(
    cli: Cli, desk: Path, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(
        "職員番号,氏名,所属,生年月日\n0012,髙橋 徹,税務課,S55.1.1\n", "utf-8"
    )
    words = ("import", "people", "people.csv", "--config", desk)
    assert (cli(*words).code, "生年月日" in cli(*words).err) == (1, True)
    assert cli(*words, "--other-columns").code == 0


def test_one_audit_entry_counts_in_the_open_and_names_apart(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "people.xlsx")
    for _ in range(2):
        bring(cli, desk, file)
    with app_of(desk) as app, app.database.reading() as tx:
        (entry,) = tx.audit.about("register:people")
        mark = tx.marks.get("import:people")
    assert entry.facts["added"] == 2
    assert "髙橋" not in str(entry.facts)
    assert entry.personal == {"added": ["0012 髙橋 徹", "0013 﨑山 直人"]}
    assert mark is not None
    assert mark.value == {"rows": 2}


def test_accounts_and_mailboxes_come_in_and_go_out(cli: Cli, desk: Path, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(
        "システム名,ログインID,職員番号\nintranet_cms,A0012,0012\nintranet_cms,B0013,0013\n", "utf-8"
    )
    words = ("import", "accounts", accounts, "--config", desk, "--format", "json", "--complete")
    assert cli(*words).json["totals"]["added"] == 2
    accounts.write_text("システム名,ログインID,職員番号\nintranet_cms,ａ００１２,0012\n", "utf-8")
    totals = cli(*words).json["totals"]
    assert (totals["same"], totals["left"]) == (1, 1)
    rows = cli("export", "accounts", "--config", desk, "--format", "json").json["rows"]
    assert [(row["id"], row["active"]) for row in rows] == [("A0012", "有効"), ("B0013", "無効")]
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("メールアドレス,所属\nZeimu@city.example.lg.jp,税務課\n", "utf-8")
    again = [cli("import", "mailboxes", boxes, "--config", desk, "--format", "json").json for _ in range(2)]
    assert [one["rows"][0]["verdict"] for one in again] == ["added", "same"]


@pytest.mark.parametrize("kind", ["old", "bomb", "not-excel", "two-sheets"])
def test_a_workbook_that_cannot_be_trusted_is_refused_in_words(
    cli: Cli, desk: Path, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "people.xlsx"
    if kind == "old":
        file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    elif kind == "two-sheets":
        book = openpyxl.Workbook()
        for name in ("本庁", "区役所"):
            book.create_sheet(name).append(["職員番号", "氏名"])
        book.save(file)
    else:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml" if kind == "bomb" else "word/document.xml", "<x/>")
            if kind == "bomb":
                packed.writestr("xl/sharedStrings.xml", bytes(201 * 1024 * 1024))
    ended = cli("import", "people", file, "--config", desk)
    words = {"old": "パスワード", "bomb": "大きすぎ", "not-excel": "Excel", "two-sheets": "本庁、区役所"}
    assert (ended.code, words[kind] in ended.err) == (1, True)


def test_a_sheet_is_chosen_by_name(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "people.xlsx")
    book = openpyxl.load_workbook(file)
    book.create_sheet("記入例").append(["9999", "見本"])
    book.save(file)
    assert bring(cli, desk, file, "--sheet", "Sheet") == {"added": ["0012", "0013"]}


def test_a_day_that_a_list_names_is_that_day() -> None:
    from uketsuke.cli.cells import day, last_day

    first = date(2026, 4, 1)
    written = ("2026/4/1", "2026-04-01 00:00:00", "20260401", "R8.4.1", "R080401", "令和８年４月１日付")
    assert [day(text, "") for text in written] == [first] * len(written)
    assert last_day("9999/12/31", "") is None


def test_a_list_may_say_ahead_who_moves_and_correct_the_day(cli: Cli, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    moves = "職員番号,氏名,所属,発令日\n0012,髙橋 徹,税務課,2099-04-{day}\n"
    bring(cli, desk, write_workbook(tmp_path / "now.xlsx"))
    for day in ("01", "02"):
        file.write_text(moves.format(day=day), "utf-8")
        assert bring(cli, desk, file) == {"changed": [f"0012 2099-04-{day}"]}
        assert bring(cli, desk, file) == {"same": [f"0012 2099-04-{day}"]}
    found = [(row[0], row[4], row[5]) for row in listed(cli, desk)]
    assert found == [
        ("0012", "道路計画課", "2026-04-01"),
        ("0012", "税務課", "2099-04-02"),
        ("0013", "防災危機管理課", "2026-04-01"),
    ]
    assert bring(cli, desk, tmp_path / "now.xlsx") == {"same": ["0012", "0013"]}
