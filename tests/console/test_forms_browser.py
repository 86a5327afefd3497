"""Forms, their receipts and the section's list to the eye, and a choice that changes what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.console.screens import FLAGGED, PASSWORD, Screen
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_forms import LTE, sign_up
from tests.console.test_tables import open_desk
from tests.processors.tables import Accounts
from tests.servers.browser import Window
from uketsuke.console.web import create_app

pytestmark = pytest.mark.browser


@dataclass
class Staff:
    """The pages of 髙橋 徹, served."""

    screen: Screen
    url: str
    window: Window
    number: str

    def open(self, width: int = 1280, javascript: bool = True) -> Page:
        page = self.window.open(width, 800, javascript)
        page.goto(f"{self.url}/sign-in")
        page.fill("#login", "takahashi-t")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/forms")
        return page


@pytest.fixture
def staff(window: Window) -> Iterator[Staff]:
    screen = open_desk()
    sign_up(screen, "takahashi-t", "髙橋 徹")
    number = screen.arrive(FLAGGED)
    with serving(create_app(screen.desk.app)) as url:
        yield Staff(screen, url, window, number)
    screen.desk.app.close()


def test_every_page_of_staff_is_accessible_and_fits_the_narrowest_screen(staff: Staff) -> None:
    page = staff.open(320)
    look(page)
    page.goto(staff.url + LTE)
    page.select_option("#n_kind", "返却")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.locator("#n_current_asset_no")).to_be_focused()
    look(page)
    page.fill("#n_current_asset_no", "LTE-0012")
    page.get_by_role("button", name="確認へ進む").click()
    page.set_input_files("#f_files", [{"name": "写真.png", "mimeType": "image/png", "buffer": b"x"}])
    look(page)
    page.get_by_role("button", name="この内容で依頼する").click()
    page.wait_for_url("**/forms/done/*")
    look(page)
    page.goto(f"{staff.url}/forms/{Accounts.id}")
    page.select_option("#n_kind", "新規")
    page.get_by_text("Excel・CSVから貼り付ける").first.click()
    page.fill("#p_users", "甲 一\ta@x\n乙 二\tb@city.example.lg.jp")
    page.get_by_role("button", name="表を読み込む").first.click()
    expect(page.locator(".errsum")).to_be_visible()
    look(page)
    for address in ("/my", "/my/section", f"/my/section/{staff.number}"):
        page.goto(staff.url + address)
        look(page)


def test_a_choice_changes_what_is_asked_and_keeps_what_is_typed(staff: Staff) -> None:
    page = staff.open()
    page.goto(staff.url + LTE)
    page.fill("#n_desired_date", "12/18")
    page.select_option("#n_kind", "故障交換")
    expect(page.locator("#n_failure_detail")).to_be_visible()
    expect(page.locator("#n_desired_date")).to_have_value("12/18")
    page.fill("#n_failure_detail", "圏外のままです")
    page.select_option("#n_kind", "返却")
    expect(page.locator("#n_failure_detail")).to_have_value("圏外のままです")
