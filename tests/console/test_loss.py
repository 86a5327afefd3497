"""紛失・盗難 on the request's page: the reason leads to the decision, the decision shows what follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import html
from playwright.sync_api import expect

from tests.console.screens import Screen, form, open_screen, words
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.console.test_request import page_of
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState

LOST = "LTE-0012を紛失しました。必要な手続きをお願いします。\n"
SUBJECT = "LTE接続端子の紛失"


def test_the_reason_leads_to_the_decision_and_no_words_pass_it_over(screen: Screen) -> None:
    page = page_of(screen, screen.arrive(LOST, subject=SUBJECT))
    assert "#f_loss" in page.xpath("//*[@id='gate']//a/@href")
    options = page.xpath("//select[@id='f_loss']/option")
    assert [words(one) for one in options] == ["―", "紛失", "盗難", "紛失・盗難ではない"]
    assert not page.xpath("//*[@id='soft']//input")
    assert "必要な項目がそろうと" in words(page.get_element_by_id("plan"))


def test_choosing_loss_shows_work_row_and_letter_and_runs_them(screen: Screen) -> None:
    number = screen.arrive(LOST, subject=SUBJECT)
    screen.send(form(page_of(screen, number), "/correct"), "保存して再チェック", f__loss="stolen")
    page = page_of(screen, number)
    will = words(page.get_element_by_id("plan"))
    for part in ("回線の停止", "紛失・盗難の報告", "払出済", "紛失", "回線停止のお知らせ"):
        assert part in will
    screen.send(form(page, "/correct"), "確認して実行")
    screen.desk.work()
    assert screen.desk.request(number).state is RequestState.RUNNING
    work = words(screen.get("/work-items"))
    assert "回線の停止" in work
    assert "紛失・盗難の報告" in work


def test_the_work_page_records_who_confirmed_the_stop(screen: Screen) -> None:
    number = screen.arrive(LOST, subject=SUBJECT)
    screen.send(form(page_of(screen, number), "/correct"), "保存して再チェック", f__loss="lost")
    screen.send(form(page_of(screen, number), "/correct"), "確認して実行")
    screen.desk.work()
    (href,) = [
        one.get("href")
        for one in screen.get("/work-items").xpath("//a[starts-with(@href, '/work-items/')]")
        if "回線の停止" in words(one)
    ]
    answer = screen.send(form(screen.get(href), href), code=422)
    assert "停止を確認した相手" in words(html.fromstring(answer.text).xpath("//*[@class='errsum']")[0])
    screen.send(form(screen.get(href), href), r__confirmed_by="法人窓口 佐藤")
    screen.desk.work()
    assert screen.desk.unit("LTE-0012")["status"] == "lost"
    plan = words(page_of(screen, number).get_element_by_id("plan"))
    assert "回線の停止" in plan
    assert "受渡しの当日" not in plan, "no hand-over is part of a loss"


def test_a_note_does_not_ask_what_only_the_request_decides(screen: Screen) -> None:
    asked = screen.get("/requests/new?s=lte-handover&who=髙橋")
    assert not asked.xpath("//*[@id='n_loss']")


@pytest.fixture
def served() -> Iterator[tuple[Screen, str, str]]:
    """A console with one mail about a loss: screen, address, receipt number."""
    screen = open_screen()
    number = screen.arrive(LOST, subject=SUBJECT)
    with serving(create_app(screen.desk.app)) as url:
        yield screen, url, number
    screen.desk.app.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_decision_is_accessible_fits_and_shows_what_follows_at_once(
    served: tuple[Screen, str, str], window: Window, width: int
) -> None:
    _, url, number = served
    page = sign_in(url, window.open(width, 844))
    page.goto(f"{url}/requests/{number}?view=review")
    look(page)
    page.click("#gate a[href='#f_loss']")
    expect(page.locator("#f_loss")).to_be_focused()
    page.select_option("#f_loss", label="盗難")
    expect(page.locator("#plan")).to_contain_text("回線の停止")
    expect(page.locator("#gate")).to_contain_text("理由はありません")
    look(page)
