"""A request with a table in a real browser: on a wide screen, as cards, and checked while somebody types."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.serving import serving
from tests.console.sight import small_text
from tests.console.test_browser import sign_in
from tests.console.test_tables import arrive, open_desk
from tests.processors.tables import NAKAMURA
from tests.servers.browser import Window, assert_accessible, assert_fits
from uketsuke.console.web import create_app

pytestmark = pytest.mark.browser


def test_a_table_fits_is_accessible_and_is_checked_cell_by_cell(window: Window) -> None:
    screen = open_desk()
    number = arrive(screen, NAKAMURA, {"氏名": "原 美咲"})
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(1280, 900))
        page.goto(f"{url}/requests/{number}")
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert_fits(page)
            assert not small_text(page)
        assert_accessible(page)
        cell = page.locator("#f_users_1_user_email")
        expect(cell).to_have_attribute("aria-invalid", "true")
        cell.fill("hara-m@city.example.lg.jp")
        cell.blur()
        expect(page.locator("#f_users_1_user_email_m .msg")).to_have_count(0)
        expect(cell).not_to_have_attribute("aria-invalid", "true")
        cell.press("Enter")
        expect(page.locator(".rows tbody tr")).to_have_count(2)
        page.get_by_role("button", name="利用者一覧に行を足す").click()
        expect(page.locator("#f_users_1000_user_name")).to_be_visible()
    screen.desk.app.close()
