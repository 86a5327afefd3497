"""Tables leave as files that Excel opens safely, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.sheet import UnreadableSheet, as_meant, harmless, read_sheet, write_sheet

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
HEADINGS = ("管理番号", "状態", "備考")


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_what_was_written_is_read_as_it_was(rows: list[tuple[str, str, str]]) -> None:
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    found = read_sheet(write_sheet(HEADINGS, kept))
    assert [tuple(row.cells[name] for name in HEADINGS) for row in found.rows] == kept


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1"])
def test_ap_46_no_cell_starts_as_a_formula(cell: str) -> None:
    written = harmless(cell)
    assert written.startswith("'")
    assert as_meant(written) == cell


@pytest.mark.parametrize("cell", ["0012", "00", "090123456789"])
def test_ap_46_leading_zeros_survive_a_spreadsheet(cell: str) -> None:
    assert harmless(cell) == f'="{cell}"'
    assert as_meant(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["12", "0", "LTE-0012", "'quoted'", ""])
def test_harmless_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_ap_46_a_file_begins_with_the_mark_that_excel_wants() -> None:
    assert write_sheet(["氏名"], [["髙橋"]]) == "\ufeff氏名\r\n髙橋\r\n".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    sheet = read_sheet("氏名,所属\r\n髙橋 徹,道路計画課\r\n".encode(encoding))
    assert sheet.rows[0].cells == {"氏名": "髙橋 徹", "所属": "道路計画課"}


def test_tabs_separate_where_there_is_no_comma() -> None:
    assert read_sheet(b"a\tb\n1\t2\n").rows[0].cells == {"a": "1", "b": "2"}


def test_rows_know_the_line_they_begin_on_and_blank_ones_are_skipped() -> None:
    sheet = read_sheet(b'a,b\n1,"x\ny"\n,\n2,z\n3,z,too much\n')
    assert [(row.line, row.surplus) for row in sheet.rows] == [(2, 0), (5, 0), (6, 1)]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"a,a\n", "twice"),
        (b"a\n\0\n", "nul"),
        (b'a\n"b\n', "csv"),
        (b"\x81\xff\xfe\n", "encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(raw)
    assert refused.value.reason == reason
