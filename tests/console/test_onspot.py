"""その場で完了 on 新規受付 (AP-85), as a browser without JavaScript does it."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from tests.console.screens import Screen, form, text_of, words
from uketsuke.domain.states import RequestState

CALL = {"who": "髙橋", "what": "LTEを返却したい", "s": "lte-handover", "check": "counter"}
RETURN = {**CALL, "n__kind": "返却", "n__current_asset_no": "ＬＴＥ－００１２"}


def press(screen: Screen, page: Any, button: str, code: int = 200, **values: str) -> Any:
    return screen.send(form(page, "/requests/new"), button, code, **values)


def opened(screen: Screen, **values: str) -> Any:
    """The page with the part open, after the caller and the service are found."""
    page = html.fromstring(press(screen, screen.get("/requests/new"), "探す", **values).text)
    return html.fromstring(press(screen, page, "その場で完了").text)


def test_ap_85_a_return_at_the_counter_is_recorded_in_one_press(screen: Screen) -> None:
    page = opened(screen, **RETURN)
    part = page.get_element_by_id("onspot")
    assert "受渡済" in words(part)
    assert (
        "橋本 香織が「受渡しの確認」まで済ませたものとして、台帳を2件更新し、通知文を1通送ります。"
        in words(part)
    )
    answer = press(screen, page, "その場で完了", 303)
    screen.desk.work()
    number = answer.headers["location"].removeprefix("/requests/")
    assert screen.desk.request(number).state is RequestState.DONE
    assert screen.desk.unit("LTE-0012")["status"] == "in_stock"
    assert len(screen.desk.letters()) == 1
    told = words(screen.get(answer.headers["location"]))
    assert "その場で完了として実行しました" in told
    assert "橋本 香織" in told
    assert "実行した内容です" in told, "what has ended is not said to be running"


def test_pressing_it_twice_does_it_once(screen: Screen) -> None:
    page = opened(screen, **RETURN)
    first = press(screen, page, "その場で完了", 303)
    screen.desk.work()
    second = press(screen, page, "その場で完了", 303)
    screen.desk.work()
    assert first.headers["location"] == second.headers["location"]
    assert len(screen.desk.letters()) == 1


def test_what_is_handed_over_is_named_and_must_be_in_stock(screen: Screen) -> None:
    values = {**CALL, "what": "LTEを配布してほしい", "n__kind": "配布"}
    page = opened(screen, **values)
    assert "渡したLTE接続端子の管理番号" in words(page.get_element_by_id("onspot"))
    for typed, said in (
        ("", "渡したものの番号を記入してください"),
        ("LTE-0017", "LTE-0017 は払出済です"),
        ("LTE-9999", "LTE-9999 は台帳にありません"),
    ):
        answer = press(screen, page, "その場で完了", 422, d__units=typed)
        assert said in text_of(answer.text)
        again = html.fromstring(answer.text)
        assert again.get_element_by_id("d_units").get("value") == typed
        assert again.xpath("//*[@autofocus]/@id") == ["d_units"]
    with screen.desk.app.database.reading() as tx:
        free = tx.stock.free("lte-ledger", {"status": "in_stock"})[-1].key
    press(screen, page, "その場で完了", 303, d__units=free.lower())
    screen.desk.work()
    assert screen.desk.unit(free)["status"] == "handed_out"


@pytest.mark.parametrize(
    ("values", "said", "focused"),
    [
        ({"check": ""}, "本人確認が必要です", "check"),
        ({"n__current_asset_no": "LTE-9999"}, "LTE-9999", "n_current_asset_no"),
        ({"d__handed_over_on": "12/11"}, "先の日付は記入できません", "d_handed_over_on"),
        ({"d__handed_over_on": "きのう？"}, "「4/6」のように", "d_handed_over_on"),
    ],
)
def test_what_is_missing_is_said_where_it_is_put_right_and_nothing_is_accepted(
    screen: Screen, values: dict[str, str], said: str, focused: str
) -> None:
    answer = press(screen, opened(screen, **RETURN), "その場で完了", 422, **values)
    page = html.fromstring(answer.text)
    assert said in text_of(answer.text)
    assert "まだ受け付けていません" in text_of(answer.text)
    assert focused in page.xpath("//*[@autofocus]/@id")
    assert page.xpath(f"//*[@class='errsum']//a[@href='#{focused}']")
    screen.desk.work()
    with screen.desk.app.database.reading() as tx:
        assert tx.series.peek("receipt-2026") == 1


def test_the_part_is_not_there_until_it_is_asked_for_and_goes_away_again(screen: Screen) -> None:
    closed = screen.get("/requests/new")
    assert not closed.xpath("//*[@id='onspot']")
    page = opened(screen, **RETURN)
    again = html.fromstring(press(screen, page, "やめて閉じる").text)
    assert not again.xpath("//*[@id='onspot']")
    assert again.get_element_by_id("n_current_asset_no").get("value") == "ＬＴＥ－００１２"
    answer = press(screen, page, "受付だけする", 303)
    screen.desk.work()
    number = answer.headers["location"].removeprefix("/requests/")
    assert screen.desk.request(number).state is not RequestState.DONE
