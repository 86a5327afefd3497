"""The work page for several people in a real browser: looks, keyboard, fields saved at once (UX 5.10)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.console.test_people_table import Registering
from tests.desk import SECOND
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.queue.work import tick

pytestmark = pytest.mark.browser


def test_half_done_and_incomplete_it_is_accessible_and_fits(window: Window) -> None:
    work = Registering()
    tick(work.office.desk.app, SECOND, work.prod, [0, 1])
    tick(work.office.desk.app, SECOND, work.verify, [0])
    with serving(create_app(work.office.desk.app)) as url:
        for width in (1280, 390, 320):
            page = sign_in(url, window.open(width, 844))
            page.goto(f"{url}/work-items/{work.prod}")
            look(page)
        page.click("text=作業を完了して次へ")
        page.wait_for_selector(".errsum")
        page.evaluate("scrollTo(0, 0)")  # axe takes what the header covers in part for small
        look(page)


def test_c_copies_the_next_value_t_ticks_and_a_field_saves_itself(window: Window) -> None:
    work = Registering()
    with serving(create_app(work.office.desk.app)) as url:
        page = sign_in(url, window.open())
        page.goto(f"{url}/work-items/{work.prod}")
        with page.expect_response("**/ticks"):
            page.fill("#r_registered_on", "12/9")
            page.locator("#r_registered_on").blur()
        for said in ("書庫番号", "所属", "氏名", "利用者番号"):
            page.keyboard.press("c")
            expect(page.locator("#copied")).to_have_text(f"{said} をコピーしました")
        page.keyboard.press("t")
        expect(page.locator("tr.nx th")).to_contain_text("乙野 二")
        expect(page.locator("button.tick.next")).to_be_focused()
        expect(page.locator("#r_registered_on")).to_have_value("12/9")
        page.keyboard.press("c")
        expect(page.locator("#copied")).to_have_text("氏名 をコピーしました")
        expect(page.locator("tr.nx th .cp")).to_have_class("cp done")
