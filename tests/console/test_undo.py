"""取り消す in the status line after 保留, 処理担当の変更, 差戻し and 統合 (UX 4 Undo, AP-3, AP-4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import html
from playwright.sync_api import expect

from tests.console.screens import CLEAN, FLAGGED, Screen, form, open_screen, text_of, words
from tests.console.serving import serving
from tests.console.test_browser import sign_in
from tests.console.test_loss import look
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState
from uketsuke.settings import Queue

DECISIONS = (
    ("hold", {"reason": "課で確認中"}, "保留"),
    ("reassign", {"to": "tanaka"}, "処理担当"),
    ("return", {"reason": "日付をお確かめください", "end": "returned"}, "差戻し"),
    ("merge", {}, "統合"),
)
DID = {
    "hold": "保留を取り消しました",
    "reassign": "処理担当を元に戻しました",
    "return": "差戻しを取り消し、お知らせを送りませんでした",
    "merge": "統合を取り消しました",
}


@pytest.fixture
def slow() -> Iterator[Screen]:
    """A desk with the undo window of the product."""
    opened = open_screen(queue=Queue(undo_seconds=10, lease_seconds=30)).sign_in()
    yield opened
    opened.desk.app.close()


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "values", "word"), DECISIONS, ids=[one[0] for one in DECISIONS])


def decided(screen: Screen, name: str, values: dict[str, str]) -> tuple[str, html.HtmlElement]:
    """The receipt number of what was decided, and the page that the browser comes to."""
    number = screen.arrive(FLAGGED)
    if name == "merge":
        other = screen.arrive(CLEAN.replace("LTE-0012", "LTE-0017"), "<a-2@mail.city.example.lg.jp>")
        values = {"into": other}
    page = screen.get(f"/requests/{number}/decide/{name}?view=review")
    answer = screen.send(form(page, f"/decide/{name}"), **values)
    return number, screen.get(answer.headers["location"])


@each()
def test_ap_03_the_status_line_takes_it_back_and_says_so(
    slow: Screen, name: str, values: dict[str, str], word: str
) -> None:
    number, page = decided(slow, name, values)
    sent = len(slow.desk.letters())
    toast = page.xpath("//div[contains(@class, 'toast')]")[0]
    assert number in words(toast)
    (undo,) = toast.xpath(".//form[contains(@action, '/undo')]")
    assert undo.xpath(".//button/@data-key") == ["z"]
    here = slow.get(slow.send(undo, "取り消す").headers["location"])
    said = words(here.xpath("//*[@role='status']")[0])
    assert word in said
    assert number in said
    row = slow.desk.request(number)
    assert (row.state, row.assignee, row.merged_into) == (RequestState.NEEDS_REVIEW, None, None)
    slow.desk.work()
    assert len(slow.desk.letters()) == sent
    lines = words(slow.get(f"/requests/{number}").xpath("//section[h2[@id='hi']]")[0])
    assert DID[name] in lines


@each()
def test_ap_04_after_the_window_the_control_is_gone_and_a_direct_post_answers_409(
    slow: Screen, name: str, values: dict[str, str], word: str
) -> None:
    number, page = decided(slow, name, values)
    row, secret = slow.desk.request(number), page.xpath("//input[@name='csrf']/@value")[0]
    slow.desk.clock.forward(seconds=10)
    here = slow.client.get(f"/requests/{number}", follow_redirects=True)
    assert (here.status_code, "/undo" in here.text) == (200, False)
    sent = {"csrf": secret, "version": str(row.version)}
    answer = slow.client.post(f"/requests/{number}/undo", data=sent)
    assert answer.status_code == 409
    assert "取り消せる時間が過ぎた" in text_of(answer.text)
    assert slow.desk.request(number) == row


def test_the_page_of_a_returned_request_says_until_when_its_letter_can_be_held_back(slow: Screen) -> None:
    number, _ = decided(slow, "return", DECISIONS[2][1])
    (line,) = slow.get(f"/requests/{number}").xpath("//form[contains(@class, 'resume')]")
    assert "お知らせはまだ送っていません" in words(line)
    assert "10:01:10 までは取り消せます" in words(line)


def test_of_several_rows_at_once_none_is_offered_to_be_taken_back_and_of_one_it_is(slow: Screen) -> None:
    numbers = [slow.arrive(FLAGGED, f"<a-{place}@mail.city.example.lg.jp>") for place in (1, 2, 3)]
    for chosen, offered in ((numbers[:1], 1), (numbers[1:], 0)):
        tray = slow.get("/queue")
        ids = [f"{number}.{slow.desk.request(number).version}" for number in chosen]
        secret = tray.xpath("//input[@name='csrf']/@value")[0]
        answer = slow.client.post("/queue/hold", data={"csrf": secret, "view": "review", "id": ids})
        assert answer.status_code == 303
        page = slow.get(answer.headers["location"])
        assert len(page.xpath("//*[contains(@class, 'toast')]//form")) == offered


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_ap_03_z_takes_a_return_back_before_its_letter_leaves(window: Window, width: int) -> None:
    screen = open_screen(queue=Queue(undo_seconds=60, lease_seconds=30))
    number = screen.arrive(FLAGGED)
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(width, 844))
        page.goto(f"{url}/requests/{number}/decide/return?view=review")
        page.check("input[name=end][value=returned]")
        page.fill("#d_reason", "日付をお確かめください")
        page.click("form.decide .btn.p")
        expect(page.locator(".toast form")).to_have_count(1)
        look(page)
        page.keyboard.press("z")
        expect(page.locator(".toast")).to_contain_text("お知らせは送っていません")
        look(page)
    screen.desk.work()
    assert screen.desk.request(number).state is RequestState.NEEDS_REVIEW
    assert len(screen.desk.letters()) == 1
    screen.desk.app.close()
