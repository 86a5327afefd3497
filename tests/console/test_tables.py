"""A request with a table on its page: cells, rows put in and taken out, without JavaScript (UX 5.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from tests.console.screens import Screen, buttons, controls, form, open_screen, words
from tests.desk import Desk
from tests.processors.tables import AT, HARA, NAKAMURA, Accounts
from uketsuke.domain.content import Channel
from uketsuke.domain.people import Account
from uketsuke.processors.catalogue import Catalogue
from uketsuke.queue.correspondence import status_token

CREATOR = {"code": "nakamura-j", "name": "中村 淳"}
FIELDS: dict[str, Any] = {
    "$id": {"type": "__ID__", "value": "7"},
    "$revision": {"type": "__REVISION__", "value": "1"},
    "作成者": {"type": "CREATOR", "value": CREATOR},
    "作成日時": {"type": "CREATED_TIME", "value": AT.isoformat()},
    "申請区分": {"type": "DROP_DOWN", "value": "新規"},
    "所属": {"type": "SINGLE_LINE_TEXT", "value": "環境保全課"},
    "申請者": {"type": "USER_SELECT", "value": [CREATOR]},
}


@pytest.fixture
def screen() -> Iterator[Screen]:
    opened = open_desk()
    yield opened.sign_in()
    opened.desk.app.close()


def open_desk() -> Screen:
    """A desk with a service whose requests have tables; kintone's login of who asks is known."""
    desk = open_screen().desk
    known = desk.app.catalogue
    app = replace(desk.app, catalogue=Catalogue([*known.all(), Accounts()], known.ledgers.values()))
    with app.database.transaction("accounts") as tx:
        tx.accounts.put(Account(system="kintone_admin", id="nakamura-j", employee_number="10007"))
    return Screen(Desk(app, desk.clock))


def arrive(screen: Screen, *rows: dict[str, str]) -> str:
    """A record with that table comes in and is read."""
    table = [
        {"value": {label: {"type": "SINGLE_LINE_TEXT", "value": text} for label, text in row.items()}}
        for row in rows
    ]
    fields = {**FIELDS, "利用者一覧": {"type": "SUBTABLE", "value": table}}
    told = {"type": "RECORD", "app": {"id": "41", "name": "アカウント申請"}, "record": fields}
    number = screen.desk.receive(json.dumps(told).encode(), Channel.KINTONE).number
    screen.desk.work()
    return number


def page_of(screen: Screen, number: str) -> html.HtmlElement:
    return screen.get(f"/requests/{number}?view=review")


def rows_of(page: html.HtmlElement) -> list[dict[str, str]]:
    """The table as it stands on the page, by the labels of its columns."""
    lines = page.xpath("//table[@class='rows']/tbody/tr")
    return [
        {cell.get("data-label"): cell.xpath("./input/@value")[0] for cell in line.xpath("./td[@data-label]")}
        for line in lines
    ]


def press(screen: Screen, number: str, says: str, code: int = 303, **typed: str) -> Any:
    """Press a button of the fields' form, with these texts typed into controls by name."""
    form_ = form(page_of(screen, number), "/correct")
    for control in controls(form_):
        if (name := control.get("name")) in typed:
            control.set("value", typed[name])
    return screen.send(form_, says, code)


def test_rows_stand_in_a_table_and_each_cell_says_what_is_wrong_with_it(screen: Screen) -> None:
    number = arrive(
        screen, NAKAMURA, {**HARA, "利用者メール": "hara@freemail.example.jp"}, {"氏名": "森 さくら"}
    )
    page = page_of(screen, number)
    assert [(row["氏名"], row["メールアドレス"]) for row in rows_of(page)] == [
        ("中村 淳", "nakamura-j@city.example.lg.jp"),
        ("原 美咲", "hara@freemail.example.jp"),
        ("森 さくら", ""),
    ]
    links = {words(link): link.get("href") for link in page.xpath("//section[contains(@class,'flag')]//a")}
    assert "#f_users_2_user_email" in links.values()
    assert any(text.startswith("利用者一覧の3行目のメールアドレス") for text in links)
    cell = page.get_element_by_id("f_users_2_user_email")
    assert (cell.get("aria-invalid"), cell.get("aria-describedby")) == ("true", "f_users_2_user_email_m")
    assert words(page.get_element_by_id("f_users_2_user_email_m"))
    assert not page.get_element_by_id("f_users_0_user_email").get("aria-invalid")
    assert (
        words(page.xpath("//label[@for='f_users_2_user_email']")[0])
        == "利用者一覧 3行目 メールアドレス（必須）"
    )
    mark = page.get_element_by_id(
        page.xpath("//td[@data-row-of='users[1].user_name']//a[@class='src']/@href")[0][1:]
    )
    assert words(mark).endswith("原 美咲")
    assert mark.xpath(".//a/@href") == ["#f_users_1_user_name"]


def test_a_cell_is_corrected_and_the_request_can_run(screen: Screen) -> None:
    number = arrive(screen, NAKAMURA, {"氏名": "原 美咲"})
    press(screen, number, "保存して再チェック", **{"f.users[1].user_email": "ＨＡＲＡ-m@city.example.lg.jp"})
    page = page_of(screen, number)
    assert rows_of(page)[1]["メールアドレス"] == "hara-m@city.example.lg.jp"
    assert "実行できます" in words(page.get_element_by_id("bar"))
    reading = screen.desk.request(number).reading
    assert [one.value for one in reading.values["users[1].user_name"]] == ["原 美咲"]
    request = screen.desk.request(number).request
    assert request is not None
    assert request["users"][1]["user_email"] == "hara-m@city.example.lg.jp"


def test_a_row_is_put_in_and_taken_out_and_what_was_typed_is_kept(screen: Screen) -> None:
    number = arrive(screen, NAKAMURA)
    answer = press(screen, number, "利用者一覧に行を足す", **{"f.users[0].user_name": "中村 純"})
    assert answer.headers["location"].endswith("#f_users")
    press(
        screen,
        number,
        "保存して再チェック",
        **{"f.users[1000].user_name": "原 美咲", "f.users[1000].user_email": HARA["利用者メール"]},
    )
    page = page_of(screen, number)
    assert [row["氏名"] for row in rows_of(page)] == ["中村 純", "原 美咲"]
    press(screen, number, "外す（利用者一覧 1行目）")
    assert [row["氏名"] for row in rows_of(page_of(screen, number))] == ["原 美咲"]
    press(screen, number, "利用者一覧に行を足す")
    reading = screen.desk.request(number).reading
    assert reading.row_ids("users") == (1000, 1001)
    assert [one.value for one in reading.values["users[0].user_name"]][0:2] == ["中村 淳", "中村 純"]
    history = words(page_of(screen, number).xpath("//section[@aria-labelledby='hi']")[0])
    assert "（利用者一覧の行を追加、利用者一覧の氏名）" in history
    assert "（利用者一覧の行を削除）" in history


def test_enter_in_a_field_saves_and_takes_no_row_out(screen: Screen) -> None:
    form_ = form(page_of(screen, arrive(screen, NAKAMURA)), "/correct")
    first = buttons(form_)[0]
    assert (first.get("name"), first.get("formaction")) == (None, None)


def test_a_row_that_is_gone_is_not_typed_into(screen: Screen) -> None:
    number = arrive(screen, NAKAMURA, HARA)
    stale = form(page_of(screen, number), "/correct")
    press(screen, number, "外す（利用者一覧 1行目）")
    fresh = form(page_of(screen, number), "/correct")
    gone = (("f.users[0].user_name", "x"), ("f.users[77].user_name", "x"), ("row", "users[0]"))
    for name, value in (*gone, ("row", "kind[+]"), ("row", "users[1].x"), ("row", "kind[1]")):
        fresh.append(html.fromstring(f'<input name="{name}" value="{value}">'))
        screen.send(fresh, code=409)
        fresh.remove(fresh[-1])
    answer = screen.send(stale, "保存して再チェック", 409, **{"f__users[1]__user_name": "原 美紀"})
    assert "利用者一覧" in answer.text
    assert "原 美紀" in answer.text


def test_a_check_answers_for_every_cell(screen: Screen) -> None:
    form_ = form(page_of(screen, arrive(screen, NAKAMURA, {"氏名": "原 美咲"})), "/correct")
    form_.set("action", form_.get("action").replace("/correct", "/check"))
    answer = screen.send(form_, code=200, **{"f__users[1]__user_email": "x"})
    parts = html.fromstring(f"<div>{answer.text}</div>")
    found = {part.get("hx-target"): words(part) for part in parts.iter("template")}
    assert found["#f_users_0_user_email_m"] == ""
    assert found["#f_users_1_user_email_m"]
    screen.send(form_, code=200, **{"f__users[9]__user_email": "x"})


def test_of_a_record_the_page_says_whose_and_which_it_is_and_shows_its_fields_once(screen: Screen) -> None:
    page = page_of(screen, arrive(screen, NAKAMURA))
    original = words(page.xpath("//section[@aria-labelledby='mh']")[0])
    assert "作成者nakamura-j" in original
    assert "アカウント申請 の 7 番（1 版）" in original
    assert original.count("nakamura-j@city.example.lg.jp") == 1
    assert not page.xpath("//label[@for='f_requester_email']/span[@class='req']")


def test_people_in_a_table_are_found_and_the_requester_sees_the_rows(screen: Screen) -> None:
    number = arrive(screen, NAKAMURA, HARA)
    assert number in words(screen.get("/requests?q=原美咲"))
    assert number not in words(screen.get("/requests?q=user_name"))
    status = screen.get(f"/s/{status_token(screen.desk.app, number)}")
    shown = "氏名：原 美咲、メールアドレス：hara-m@city.example.lg.jp、台数：1"
    assert shown in words(status)


def test_a_caller_s_people_are_written_as_lines_and_become_rows(screen: Screen) -> None:
    call = {"who": "中村 淳", "what": "アカウント申請", "s": "test-accounts", "n__kind": "新規"}
    page = screen.get("/requests/new")
    page = html.fromstring(screen.send(form(page, "/requests/new"), "探す", 200, **call).text)
    assert "1行に1件ずつ" in words(page.get_element_by_id("fields"))
    lines = "\n".join(" ".join(row.values()) for row in (NAKAMURA, HARA))
    answer = screen.send(form(page, "/requests/new"), "受付する", n__users=lines)
    screen.desk.work()
    reading = screen.desk.request(answer.headers["location"].removeprefix("/requests/")).reading
    rows = reading.plain()["users"]
    assert isinstance(rows, list)
    assert [row["user_email"] for row in rows if isinstance(row, dict)] == [
        NAKAMURA["利用者メール"],
        HARA["利用者メール"],
    ]
