"""その場で完了 in a real browser: keyboard, what will be recorded as it is typed, access (AP-85)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.screens import Screen, open_screen
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState

pytestmark = pytest.mark.browser


@pytest.fixture
def counter() -> Iterator[tuple[Screen, str]]:
    """An empty desk, and where it is served."""
    screen = open_screen()
    with serving(create_app(screen.desk.app)) as url:
        yield screen, url
    screen.desk.app.close()


def exchange(page: Page, url: str) -> None:
    """Somebody stands at the counter with a broken unit; the part is opened."""
    sign_in(url, page)
    page.goto(f"{url}/requests/new")
    page.fill("#who", "髙橋")
    expect(page.locator("#hits")).to_contain_text("髙橋 徹")
    page.check("[name=check][value=staff-card]")
    page.fill("#what", "LTE端子が故障したので交換したい")
    expect(page.locator("#services")).to_contain_text("「LTE")
    page.check("[name=s][value=lte-handover]")
    page.select_option("#n_kind", "故障交換")
    page.fill("#n_current_asset_no", "LTE-0012")
    page.fill("#n_failure_detail", "電源が入らない")
    page.click("text=その場で完了")
    expect(page.locator("#n3s")).to_be_focused()
    page.wait_for_load_state()  # the field has the focus before the scripts are there


def test_ap_85_an_exchange_is_recorded_in_one_press(counter: tuple[Screen, str], window: Window) -> None:
    screen, url = counter
    page = window.open()
    exchange(page, url)
    with screen.desk.app.database.reading() as tx:
        unit = tx.stock.free("lte-ledger", {"status": "in_stock"})[-1].key
    expect(page.locator("#onspot-says")).to_contain_text("必要なことがそろうと")
    page.fill("#d_units", unit)
    page.keyboard.press("Tab")
    expect(page.locator("#onspot-says")).to_contain_text("橋本 香織が「受渡しの確認」まで済ませたものとして")
    expect(page.locator("#follows")).to_contain_text("お手続きは済みました")
    expect(page.locator("#follows")).to_contain_text(f"{unit} 状態 在庫")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/requests/2026-*")
    screen.desk.work()
    row = screen.desk.request(page.url.rpartition("/")[2])
    assert row.state is RequestState.DONE
    assert screen.desk.unit(unit)["replaced_asset_no"] == "LTE-0012"
    assert screen.desk.unit("LTE-0012")["status"] == "in_repair"


def test_the_fields_of_the_part_follow_the_kind_and_what_was_typed_stays(
    counter: tuple[Screen, str], window: Window
) -> None:
    page = window.open()
    exchange(page, counter[1])
    page.fill("#d_handed_over_on", "12/9")
    page.select_option("#n_kind", "返却")
    expect(page.locator("#d_units")).to_have_count(0)
    expect(page.locator("#d_handed_over_on")).to_have_value("12/9")


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_part_is_accessible_and_fits_opened_and_with_errors(
    counter: tuple[Screen, str], window: Window, width: int
) -> None:
    page = window.open(width, 844)
    exchange(page, counter[1])
    for _ in range(2):
        look(page)
        page.fill("#d_units", "LTE-0017")
        page.click("footer .btn.p")
        page.wait_for_selector(".errsum")
        expect(page.locator("#d_units")).to_be_focused()


def test_without_javascript_the_same_buttons_do_it(counter: tuple[Screen, str], window: Window) -> None:
    screen, url = counter
    page = window.open(javascript=False)
    sign_in(url, page)
    page.goto(f"{url}/requests/new")
    page.fill("#who", "髙橋")
    page.fill("#what", "LTEを返却したい")
    page.check("[name=check][value=counter]")
    page.click("text=探す")
    page.check("[name=s][value=lte-handover]")
    page.click("text=探す")
    page.select_option("#n_kind", "返却")
    page.click("text=探す")
    page.fill("#n_current_asset_no", "LTE-0012")
    page.click("text=その場で完了")
    page.click("footer .btn.p")
    page.wait_for_url("**/requests/2026-*")
    screen.desk.work()
    assert screen.desk.unit("LTE-0012")["status"] == "in_stock"
