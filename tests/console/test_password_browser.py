"""The work page with an initial password, and that of a step that stands still, in a real browser (UX 6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.console.serving import serving
from tests.console.test_browser import sign_in
from tests.console.test_password import Handover, handover
from tests.console.test_split_browser import look
from tests.console.test_stopped import finds
from tests.desk import OPERATOR
from tests.queue.accounts import account_step, changed
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.errors import Refused
from uketsuke.queue import stopped

pytestmark = pytest.mark.browser
__all__ = ["handover"]
WIDTHS = (1280, 390, 320)


@pytest.fixture
def served(handover: Handover) -> Iterator[tuple[Handover, str]]:
    with serving(create_app(handover.screen.desk.app)) as url:
        yield handover, url


def test_hidden_shown_and_incomplete_it_is_accessible_and_fits(
    served: tuple[Handover, str], window: Window
) -> None:
    handover, url = served
    step = handover.start()
    for width in WIDTHS:
        page = sign_in(url, window.open(width, 844))
        page.goto(f"{url}/work-items/{step.id}")
        look(page)
        page.click("text=初期パスワードを表示")
        expect(page.locator(".vals .told")).to_have_text(handover.directory.given[0])
        expect(page.locator("#vh4")).to_be_focused()
        look(page)
        page.click("text=作業を完了して次へ")
        page.wait_for_selector(".errsum")
        expect(page.locator(".told")).to_have_count(0)
        look(page)


def test_work_that_came_of_a_refusal_is_accessible_and_fits(
    served: tuple[Handover, str], window: Window
) -> None:
    handover, url = served
    desk, steps = handover.screen.desk, []
    finds(handover.screen, Refused("ekobe", "several-accounts"))
    for place in range(2):
        steps.append(account_step(desk, changed(desk, f"tanaka{place:02}")).id)
    stopped.hand_step_over(desk.app, OPERATOR, steps[1])
    for width in WIDTHS:
        page = sign_in(url, window.open(width, 844))
        for step in steps:
            page.goto(f"{url}/work-items/{step}")
            expect(page.locator(".resume")).to_contain_text("同じIDのアカウントが複数あります")
            look(page)
