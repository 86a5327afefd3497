"""まとめて確認 in a real browser: waiting, refused, nothing left (UX 5.12)."""

from __future__ import annotations

import pytest

from tests.console.screens import PASSWORD
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_checks_page import Checking
from tests.servers.browser import Window
from uketsuke.console.web import create_app

pytestmark = pytest.mark.browser


def test_waiting_refused_and_empty_it_is_accessible_and_fits(window: Window) -> None:
    city = Checking()
    with serving(create_app(city.office.desk.app)) as url:
        for width in (1280, 390, 320):
            page = window.open(width, 844)
            page.goto(f"{url}/sign-in")
            page.fill("#login", "mori")
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/checks")
            look(page)
        page.locator("text=ヘルプデスクへ差戻し").first.click()
        page.wait_for_selector(".fd.err")
        page.evaluate("scrollTo(0, 0)")  # axe takes what the header covers in part for small
        look(page)
        for box in page.locator("input[name=check]").all():
            box.check()
        page.click("text=選んだものを確認")
        page.wait_for_selector(".empty")
        look(page)
