"""問合せ in a real browser: three widths, the keyboard, without JavaScript (AP-86, AP-12)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.console.screens import Screen, open_screen
from tests.console.serving import serving
from tests.console.test_browser import sign_in
from tests.console.test_inquiry import act, ask
from tests.console.test_split_browser import look
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState
from uketsuke.queue.correspondence import status_token

pytestmark = pytest.mark.browser


@pytest.fixture
def served() -> Iterator[tuple[Screen, str, str]]:
    """A console with one inquiry that has been to another section and back: screen, address, number."""
    screen = open_screen()
    screen.sign_in()
    number = ask(screen)
    act(screen, number, "hand-over", to="管財課 施設係", asked="庁舎の外でも使ってよいか教えてください。")
    act(screen, number, "hand-back", heard="届出があれば使えます。")
    act(screen, number, "make-request", service="lte-handover")
    with serving(create_app(screen.desk.app)) as url:
        yield screen, url, number
    screen.desk.app.close()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_ap_86_page_tray_and_status_are_accessible_and_fit(
    served: tuple[Screen, str, str], window: Window, width: int
) -> None:
    screen, url, number = served
    page = sign_in(url, window.open(width, 844))
    page.goto(f"{url}/queue?view=inquiry-open")
    look(page)
    page.goto(f"{url}/requests/{number}")
    page.evaluate("document.querySelectorAll('details.fold').forEach((one) => { one.open = true; })")
    look(page)
    page.fill("#number", "3120")
    page.fill("#at", "明日")
    page.click("text=折返しを約束 >> nth=-1")
    page.wait_for_selector("#at_m")
    expect(page.locator("#at")).to_have_value("明日")
    look(page)
    page.fill("#text", "届出をすれば使えます。\n所属長の確認を受けてください。")
    page.click("text=通知文を確かめる")
    page.wait_for_selector(".preview")
    look(page)
    page.click(".bar .btn.p")
    page.wait_for_selector(f"text={number} に回答しました")
    page.goto(f"{url}/requests/{number}")
    look(page)
    screen.desk.work()
    page.goto(f"{url}/s/{status_token(screen.desk.app, number)}")
    look(page)
    assert page.locator("text=所属長の確認を受けてください。").count() == 1


def test_ap_86_the_keyboard_alone_answers(served: tuple[Screen, str, str], window: Window) -> None:
    screen, url, number = served
    page = sign_in(url, window.open(1280, 844))
    page.goto(f"{url}/queue?view=inquiry-open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/requests/{number}**")
    page.focus("#text")
    page.keyboard.type("使えます。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue**")
    assert screen.desk.request(number).state in (RequestState.RUNNING, RequestState.DONE)


def test_ap_86_without_javascript_the_same_forms_work(
    served: tuple[Screen, str, str], window: Window
) -> None:
    screen, url, number = served
    page = sign_in(url, window.open(390, 844, javascript=False))
    page.goto(f"{url}/requests/{number}")
    page.click("summary:has-text('引き継ぐ')")
    page.fill("#to", "情報政策課")
    page.fill("#asked", "設定の要否")
    page.click("button:has-text('引き継ぐ')")
    page.wait_for_selector(f"text={number} を引き継ぎました")
    assert screen.desk.request(number).state is RequestState.WAITING_REPLY


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_ap_86_noting_a_call_as_an_inquiry_is_accessible_and_fits(
    served: tuple[Screen, str, str], window: Window, width: int
) -> None:
    screen, url, _ = served
    page = sign_in(url, window.open(width, 844))
    page.goto(f"{url}/requests/new")
    page.fill("#who", "髙橋")
    page.wait_for_selector("text=髙橋 徹")
    page.fill("#what", "VPNは自宅で使えますか")
    page.locator("#services input[value=inquiry]").check()
    expect(page.locator("#q_question")).to_have_value("VPNは自宅で使えますか")
    expect(page.locator("button[value=onspot]")).to_be_hidden()
    look(page)
    for chosen, control in (("hand-over", "#q_to"), ("call-back", "#q_at"), ("answer", "#q_answer")):
        page.locator(f"#q_act_{chosen}").check()
        expect(page.locator(control)).to_be_visible()
        expect(page.locator(".by:visible")).to_have_count(1)
        page.evaluate("scrollTo(0, 0)")  # half under the sticky header any control is too small for axe
        look(page)
    page.locator("#q_act_call-back").check()
    page.fill("#q_at", "明日 10:00")
    page.keyboard.press("Tab")
    expect(page.locator("#follows")).to_contain_text("12/11(金) 10:00に、こちらからお電話します")
    page.locator("#q_act_answer").check()
    page.click(".bar .btn.p")
    page.wait_for_selector(".errsum")
    expect(page.locator("#q_answer")).to_be_focused()
    page.evaluate("scrollTo(0, 0)")
    look(page)
    page.fill("#q_answer", "届出をすれば使えます。")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=で受け付けました")
    screen.desk.work()
    page.reload()
    expect(page.locator("main")).to_contain_text("その場で回答")


def test_a_call_due_today_fits_its_place_in_the_tray_on_a_phone(
    served: tuple[Screen, str, str], window: Window
) -> None:
    screen, url, number = served
    act(screen, number, "promise-call", number="3120", at="15:00")
    page = sign_in(url, window.open(320, 844))
    page.goto(f"{url}/queue?view=inquiry-call")
    look(page)
