"""分割 and 統合 on the pages, as a browser without JavaScript sees them (AP-25)."""

from __future__ import annotations

import pytest
from lxml import html

from tests.console.screens import Screen, form, text_of, words
from tests.desk import OPERATOR
from uketsuke.domain.states import RequestState
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.inquiries import make_request
from uketsuke.store.requests import RequestRow

TWO_UNITS = (
    "申請区分：返却\n所属：道路計画課\n氏名：髙橋 徹\n管理番号：LTE-0012\n返却希望日：12月18日\n\n"
    "LTE-0017も一緒に返却します。\n"
)
UNCLEAR = "お世話になります。モバイル回線の件でご相談です。よろしくお願いします。"


def second_half(screen: Screen, number: str, parts: str) -> html.HtmlElement:
    """その他 → 分割, the count typed, 次へ pressed."""
    request = screen.get(f"/requests/{number}")
    answer = screen.send(form(request, "/correct"), "分割")
    page = screen.get(answer.headers["location"])
    return html.fromstring(screen.send(form(page, "/decide/split"), "次へ", 200, parts=parts).text)


def numbers_on(page: html.HtmlElement) -> list[str]:
    """The numbers on the card of a request's parts."""
    return [
        words(one) for one in page.xpath("//section[@aria-labelledby='rl_parts']//*[contains(@class,'num')]")
    ]


@pytest.mark.parametrize("typed", ["3", "３", "3件"])
def test_ap_25_a_request_becomes_three_each_with_its_number_the_original_and_the_others(
    screen: Screen, typed: str
) -> None:
    number = screen.arrive(TWO_UNITS)
    page = second_half(screen, number, typed)
    assert len(page.xpath("//form[contains(@class,'decide')]//select")) == 3
    answer = screen.send(form(page, "/decide/split"), "3件に分割する", reason="端末2台と配布1本")
    here = screen.get(answer.headers["location"])
    parts = numbers_on(here)
    assert parts[0] == number
    assert len(set(parts)) == 3
    assert f"{parts[1]} から {parts[2]} まで" in words(here.xpath("//*[@role='status']")[0])
    for part in parts:
        page = screen.get(f"/requests/{part}")
        assert numbers_on(page) == parts
        assert "LTE-0017も一緒に" in words(page.xpath("//*[contains(@class,'mailb')]")[0])
        assert "端末2台と配布1本" in words(page.xpath("//section[h2[@id='hi']]")[0])
        assert screen.client.get(f"/requests/{part}/original").content


def test_ap_25_the_button_names_the_count_and_the_page_says_that_it_stays(screen: Screen) -> None:
    page = second_half(screen, screen.arrive(TWO_UNITS), "20")
    text = words(page.xpath("//form[contains(@class,'decide')]")[0])
    assert "20件に分けます" in text
    assert "ほかの19件には新しい受付番号" in text
    assert "分割は取り消せません" in text


@pytest.mark.parametrize("typed", ["", "1", "21", "0", "二", "-3", "9999999999"])
def test_ap_25_an_impossible_count_is_said_at_its_field_and_splits_nothing(
    screen: Screen, typed: str
) -> None:
    number = screen.arrive(TWO_UNITS)
    page = screen.get(f"/requests/{number}/decide/split")
    for button in ("次へ", None):
        answer = screen.send(form(page, "/decide/split"), button, 422, parts=typed)
        field = html.fromstring(answer.text).get_element_by_id("d_parts")
        assert field.get("value") == typed
        assert field.get("aria-invalid") == "true"
    assert len(parts_of(screen, number)) == 1


def test_ap_25_nobody_splits_without_having_seen_the_second_half(screen: Screen) -> None:
    number = screen.arrive(TWO_UNITS)
    page = screen.get(f"/requests/{number}/decide/split")
    answer = screen.send(form(page, "/decide/split"), None, 200, parts="2")
    assert "2件に分割する" in text_of(answer.text)
    assert len(parts_of(screen, number)) == 1


def test_ap_25_a_split_on_an_older_version_answers_409_and_writes_nothing(screen: Screen) -> None:
    number = screen.arrive(TWO_UNITS)
    mine, theirs = (second_half(screen, number, "2") for _ in range(2))
    other = Screen(screen.desk).sign_in("tanaka")
    screen.send(form(mine, "/decide/split"))
    secret = other.get("/queue").xpath("//input[@name='csrf']/@value")[0]
    other.send(form(theirs, "/decide/split"), code=409, csrf=secret)
    assert len(parts_of(screen, number)) == 2


def test_ap_25_a_service_that_there_is_not_is_refused(screen: Screen) -> None:
    number = screen.arrive(TWO_UNITS)
    screen.send(form(second_half(screen, number, "2"), "/decide/split"), code=422, service__2="nonsense")
    assert len(parts_of(screen, number)) == 1


def test_ap_25_the_service_of_a_part_can_be_chosen_where_none_was_recognised(screen: Screen) -> None:
    number = screen.arrive(UNCLEAR, subject="ご相談")
    page = second_half(screen, number, "2")
    assert words(page.xpath("//select[1]/option")[0]) == "まだ選ばない"
    screen.send(form(page, "/decide/split"), service__2="lte-handover")
    assert [row.service for row in parts_of(screen, number)] == [None, "lte-handover"]


def test_ap_25_the_status_page_of_a_part_shows_that_part_alone(screen: Screen) -> None:
    number = screen.arrive(TWO_UNITS)
    screen.send(form(second_half(screen, number, "2"), "/decide/split"))
    first, second = (row.number for row in parts_of(screen, number))
    for mine, other in ((first, second), (second, first)):
        page = text_of(screen.client.get(f"/s/{status_token(screen.desk.app, mine)}").text)
        assert mine in page
        assert other not in page


def test_what_has_begun_cannot_be_split(screen: Screen) -> None:
    number = screen.arrive(TWO_UNITS.replace("\nLTE-0017も一緒に返却します。\n", ""))
    assert screen.desk.request(number).state is RequestState.RUNNING
    screen.get(f"/requests/{number}/decide/split", 409)


def test_ap_25_what_was_merged_keeps_its_original_one_press_away(screen: Screen) -> None:
    first = screen.arrive()
    second = screen.arrive(message_id="<again@mail.city.example.lg.jp>", subject="再送 LTEの返却")
    request = screen.get(f"/requests/{second}")
    page = screen.get(screen.send(form(request, "/correct"), "統合").headers["location"])
    screen.send(form(page, "/decide/merge"), into=first)
    (link,) = screen.get(f"/requests/{first}").xpath("//section[@aria-labelledby='rl_taken-over']//a")
    merged = screen.get(link.get("href"))
    assert "再送" in words(merged.xpath("//dl[@class='mailh']")[0])
    (back,) = merged.xpath("//section[@aria-labelledby='rl_survivor']//a")
    assert words(back) == first


def parts_of(screen: Screen, number: str) -> list[RequestRow]:
    """The requests of one message."""
    row = screen.desk.request(number)
    with screen.desk.app.database.reading() as tx:
        return tx.requests.of_receipt(row.receipt_id)


def test_the_request_that_an_inquiry_gave_rise_to_is_listed_beside_it_and_is_no_part(screen: Screen) -> None:
    number = screen.arrive("LTE接続端子の返却は、いつまでにすればよいですか。", subject="お尋ね")
    row = screen.desk.request(number)
    made = make_request(screen.desk.app, OPERATOR, row.id, row.version, "lte-handover")
    (card,) = screen.get(f"/requests/{made}").xpath("//section[@aria-labelledby='rl_beside']")
    assert words(card.xpath("./h2")[0]).startswith("同じ受付の問合せ・依頼")
    assert words(card.xpath(".//a")[0]) == number
