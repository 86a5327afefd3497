"""What everybody must know until it is mended stands above every page."""

from __future__ import annotations

import pytest

from tests.console.screens import Screen, open_screen, words
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.servers.browser import Window
from uketsuke.console.web import create_app

STALE = "職員名簿が41日前のままです"
PAGES = ("/queue", "/work-items", "/requests", "/ledgers", "/outbox", "/requests/new")


def alerts(screen: Screen, address: str) -> list[str]:
    return [words(one) for one in screen.get(address).xpath("//aside[@aria-label='お知らせ']/p")]


def imported(screen: Screen, days_ago: int) -> None:
    """People came in so long ago."""
    clock = screen.desk.clock
    clock.forward(days=-days_ago)
    with screen.desk.app.database.transaction("import") as tx:
        tx.marks.set("import:people")
    clock.forward(days=days_ago)


@pytest.mark.parametrize("address", PAGES)
def test_a_stale_directory_is_a_banner_on_every_page(screen: Screen, address: str) -> None:
    imported(screen, 41)
    assert [alert[: len(STALE)] for alert in alerts(screen, address)] == [STALE]


def test_a_directory_that_is_young_enough_is_no_news(screen: Screen) -> None:
    imported(screen, 40)
    assert alerts(screen, "/queue") == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_the_banner_is_accessible_and_fits(window: Window, width: int) -> None:
    screen = open_screen()
    imported(screen, 41)
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(width, 844))
        assert STALE in page.inner_text("aside.alerts")
        look(page)
    screen.desk.app.close()
