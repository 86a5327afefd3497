"""新規受付 in a real browser while answers are slow: nothing under somebody's hands changes (AP-82)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.console.screens import open_screen
from tests.console.serving import serving
from tests.console.test_browser import sign_in
from tests.servers.browser import Window
from uketsuke.console.web import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def call(window: Window) -> Iterator[Page]:
    """A note begun: caller and service are found, the unit is not typed yet."""
    screen = open_screen()
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open())
        page.goto(f"{url}/requests/new")
        page.fill("#who", "髙橋")
        expect(page.locator("#hits")).to_contain_text("髙橋 徹")
        page.fill("#what", "LTEを返却したい")
        expect(page.locator("#services")).to_contain_text("「LTE")
        page.check("[name=s][value=lte-handover]")
        page.select_option("#n_kind", "返却")
        expect(page.locator("#n_current_asset_no")).to_be_visible()
        page.wait_for_load_state("networkidle")
        yield page
    screen.desk.app.close()


def hold_back(page: Page, source: str) -> Callable[[], None]:
    """Keep the answers asked for by a control until the function is called."""
    held: list[Route] = []
    let_go: list[bool] = []

    def keep(route: Route) -> None:
        if not let_go and route.request.headers.get("hx-source") == source:
            held.append(route)
        else:
            route.continue_()

    page.route("**/requests/new/look", keep)

    def release() -> None:
        assert held, "nothing was asked"
        let_go.append(True)
        for route in held:
            with page.expect_response("**/requests/new/look"):
                route.continue_()

    return release


def typed_while_waiting(page: Page) -> Callable[[], None]:
    """The words change, and while their answer is on its way the unit is typed."""
    release = hold_back(page, "input#what")
    with page.expect_request("**/requests/new/look"):
        page.fill("#what", "LTE端末を返却したい、会議室で借りたもの")
    page.focus("#n_current_asset_no")
    page.keyboard.type("LTE-0012")
    return release


def test_ap_82_what_is_typed_while_an_answer_is_on_its_way_stays(call: Page) -> None:
    typed_while_waiting(call)()
    call.keyboard.type("X")
    expect(call.locator("#n_current_asset_no")).to_have_value("LTE-0012X")
    expect(call.locator("#n_current_asset_no")).to_be_focused()


def test_ap_82_what_an_answer_could_not_change_is_asked_again_when_the_control_is_left(call: Page) -> None:
    typed_while_waiting(call)()
    with call.expect_request(lambda one: one.headers.get("hx-source") == "input#what"):
        call.keyboard.press("Tab")
    call.wait_for_load_state("networkidle")
    expect(call.locator("#n_current_asset_no")).to_have_value("LTE-0012")
    expect(call.locator("#follows")).to_contain_text("LTE-0012")


def test_ap_82_a_choice_made_while_an_answer_is_on_its_way_stays(call: Page) -> None:
    release = hold_back(call, "input#what")
    with call.expect_request("**/requests/new/look"):
        call.fill("#what", "LTE端末のことで")
    call.check("[name=s][value=inquiry]")
    expect(call.locator("#q_question")).to_be_visible()
    release()
    expect(call.locator("[name=s][value=inquiry]")).to_be_checked()
    expect(call.locator("#q_question")).to_be_visible()


def test_ap_82_an_answer_that_was_overtaken_changes_nothing(call: Page) -> None:
    release = hold_back(call, "select#n_kind")
    with call.expect_request("**/requests/new/look"):
        call.select_option("#n_kind", "配布")
    call.check("[name=s][value=inquiry]")
    expect(call.locator("#follows")).to_contain_text("その場で済みます")
    release()
    expect(call.locator("#follows")).to_contain_text("その場で済みます")
    expect(call.locator("#q_question")).to_be_visible()
