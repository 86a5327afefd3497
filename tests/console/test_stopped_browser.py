"""The page of a step that stands still, in a real browser: accessible, fitting, told in words (UX 5.7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.screens import Screen, open_screen
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.console.test_stopped import bare_codes, finds
from tests.queue.accounts import account_step, changed
from tests.servers.browser import Window
from uketsuke.connectors.base import Found
from uketsuke.console.web import create_app
from uketsuke.errors import Refused

pytestmark = pytest.mark.browser
STOPPED = (Found.OTHER, Found.UNKNOWN, Refused("ekobe", "no-such-account", "cn=nobody"))


@pytest.fixture
def served() -> Iterator[tuple[Screen, str, list[int]]]:
    """A console, its address, and steps that stopped: so already, nobody can tell, refused."""
    screen, steps = open_screen(), []
    for place, found in enumerate(STOPPED):
        finds(screen, found)
        request = changed(screen.desk, f"tanaka{place:02}")
        steps.append(account_step(screen.desk, request).id)
    with serving(create_app(screen.desk.app)) as url:
        yield screen, url, steps
    screen.desk.app.close()


def look_for_codes(page: Page) -> None:
    """See `look`; and no code."""
    look(page)
    assert bare_codes(page.locator("main").inner_text()) == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_why_it_stands_still_and_the_ways_on_are_accessible_and_fit(
    served: tuple[Screen, str, list[int]], window: Window, width: int
) -> None:
    _, url, steps = served
    page = sign_in(url, window.open(width, 844))
    for step in steps:
        page.goto(f"{url}/outbox/steps/{step}")
        look_for_codes(page)
    page.click("text=やめて差し戻す")
    expect(page.get_by_text("理由を書いてください").first).to_be_visible()
    look_for_codes(page)


def test_the_keyboard_alone_lets_it_stand(served: tuple[Screen, str, list[int]], window: Window) -> None:
    screen, url, steps = served
    page = sign_in(url, window.open())
    page.goto(f"{url}/outbox/steps/{steps[0]}")
    page.focus("button:has-text('そのままで進める')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/outbox")
    with screen.desk.app.database.reading() as tx:
        assert tx.steps.get(steps[0]).state.value == "done"
