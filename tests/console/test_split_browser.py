"""分割 in a real browser: with the keyboard, without JavaScript, at three widths (AP-25, AP-12)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.console.screens import Screen, open_screen
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.console.test_split import TWO_UNITS, parts_of
from tests.servers.browser import Window
from uketsuke.console.web import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def served() -> Iterator[tuple[Screen, str, str]]:
    """A console with one mail about two units: screen, address, receipt number."""
    screen = open_screen()
    number = screen.arrive(TWO_UNITS)
    with serving(create_app(screen.desk.app)) as url:
        yield screen, url, number
    screen.desk.app.close()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_ap_25_both_halves_an_error_and_the_parts_are_accessible_and_fit(
    served: tuple[Screen, str, str], window: Window, width: int
) -> None:
    _, url, number = served
    page = sign_in(url, window.open(width, 844))
    page.goto(f"{url}/requests/{number}/decide/split?view=review")
    look(page)
    page.click("form.decide .btn.p")
    page.wait_for_selector(".errsum")
    expect(page.locator("#d_parts")).to_be_focused()
    look(page)
    page.fill("#d_parts", "20")
    page.click("form.decide .btn.p")
    page.wait_for_selector("text=20件に分割する")
    look(page)
    page.click("form.decide .btn.p")
    page.wait_for_selector(".rel")
    look(page)


def test_ap_25_the_keyboard_alone_splits(served: tuple[Screen, str, str], window: Window) -> None:
    screen, url, number = served
    page = sign_in(url, window.open())
    page.goto(f"{url}/requests/{number}?view=review")
    page.focus("details.more summary")
    page.keyboard.press("Enter")
    page.focus("details.more button:has-text('分割')")
    page.keyboard.press("Enter")
    page.focus("#d_parts")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=3件に分割する")
    page.wait_for_load_state()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".rel")
    assert len(parts_of(screen, number)) == 3


def test_ap_25_the_same_without_javascript(served: tuple[Screen, str, str], window: Window) -> None:
    screen, url, number = served
    page = sign_in(url, window.open(javascript=False))
    page.goto(f"{url}/requests/{number}?view=review")
    page.click("details.more summary")
    page.click("details.more button:has-text('分割')")
    page.fill("#d_parts", "2")
    page.click("text=次へ")
    page.click("text=2件に分割する")
    page.wait_for_selector(".rel")
    assert len(parts_of(screen, number)) == 2
