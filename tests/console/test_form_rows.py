"""Tables in a form: rows pasted from Excel, each bad cell told by row and column, good ones kept (AP-36)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html

from tests.console.screens import Screen, form, words
from tests.console.test_forms import sign_up
from tests.console.test_tables import open_desk
from tests.processors.tables import Accounts, User
from uketsuke.console.pasted import read_pasted
from uketsuke.domain.request import FieldSpec

ADDRESS = f"/forms/{Accounts.id}"
COLUMNS: dict[str, FieldSpec] = User.specs()


@pytest.fixture
def clerk() -> Iterator[Screen]:
    """中村 淳 of 環境保全課, with a service whose requests have tables."""
    opened = open_desk()
    sign_up(opened, "nakamura-j", "中村 淳")
    yield opened.sign_in("nakamura-j")
    opened.desk.app.close()


def paste(screen: Screen, text: str, code: int) -> Any:
    page = screen.get(ADDRESS)
    sent = {"n.kind": "新規", "p.users": text}
    return html.fromstring(screen.send(form(page, ADDRESS), "表を読み込む", code, **sent).text)


def table(*bad: int, count: int = 12) -> str:
    """Twelve people as Excel copies them; those named have an address without @."""
    rows = (f"甲 {n}\tp{n}{'' if n in bad else '@city.example.lg.jp'}" for n in range(1, count + 1))
    return "\r\n".join(["氏名\tメールアドレス", *rows, ""])


def test_ap_36_twelve_rows_with_two_bad_ones_tell_row_and_column_of_both(clerk: Screen) -> None:
    page = paste(clerk, table(3, 11), 422)
    said = {one.get("href"): words(one) for one in page.xpath("//section[@class='errsum']//a")}
    assert set(said) == {"#n_users.2.user_email", "#n_users.10.user_email"}
    assert "3行目のメールアドレス" in said["#n_users.2.user_email"]
    assert "11行目のメールアドレス" in said["#n_users.10.user_email"]
    assert page.get_element_by_id("n_users.2.user_email").get("value") == "p3"
    assert len(page.xpath("//*[@id='n_users']/fieldset")) == 12


def test_a_pasted_table_is_confirmed_sent_and_read_as_it_was(clerk: Screen) -> None:
    page = paste(clerk, table(count=30 - 12), 200)
    last = html.fromstring(clerk.send(form(page, ADDRESS), "確認へ進む", 200).text)
    answer = clerk.send(form(last, ADDRESS), "この内容で依頼する", 303)
    clerk.desk.work()
    row = clerk.desk.request(str(answer.headers["location"]).rpartition("/")[2])
    found: Any = row.reading.plain()["users"]
    assert [one["user_name"] for one in found] == [f"甲 {n}" for n in range(1, 19)]
    assert found[17]["user_email"] == "p18@city.example.lg.jp"


def test_a_row_more_is_asked_for_without_a_script_and_what_is_typed_stays(clerk: Screen) -> None:
    page = clerk.get(ADDRESS)
    sent = {"r.users.0.user_name": "乙"}
    page = html.fromstring(clerk.send(form(page, ADDRESS), "行を増やす", 200, **sent).text)
    assert page.get_element_by_id("n_users.0.user_name").get("value") == "乙"
    assert page.get_element_by_id("n_users.1.user_name").get("value") == ""


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("甲\ta@x", [{"user_name": "甲", "user_email": "a@x"}]),
        (
            "甲,a@x\n\n,\n乙,b@x",
            [{"user_name": "甲", "user_email": "a@x"}, {"user_name": "乙", "user_email": "b@x"}],
        ),
        ("メールアドレス\t氏名\na@x\t甲", [{"user_name": "甲", "user_email": "a@x"}]),
        ("ﾒｰﾙｱﾄﾞﾚｽ,備考,氏 名\na@x,なし,甲", [{"user_name": "甲", "user_email": "a@x"}]),
        ('"甲\n乙"\ta@x', [{"user_name": "甲\n乙", "user_email": "a@x"}]),
        ('甲 "ta\tb@x', [{"user_name": '甲 "ta', "user_email": "b@x"}]),
        ('=cmd|"/c"\ta@x', [{"user_name": '=cmd|"/c"', "user_email": "a@x"}]),
        ("", []),
        ("氏名", []),
    ],
)
def test_tables_as_people_paste_them(text: str, rows: list[dict[str, str]]) -> None:
    assert [dict(row) for row in read_pasted(text, COLUMNS).rows] == rows


def test_a_row_with_more_cells_than_columns_is_told_by_its_place() -> None:
    assert read_pasted("甲\ta\nb\t1\t2\t3\t4\t5\t6", COLUMNS).too_wide == (2,)
