"""The pictures of the README, made again from the demo's city and the desk that the page tests look at.

`python -m tests.console.pictures` writes docs/images; run it when the looks of a page have changed.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.console.scenes import HASHIMOTO, busy_desk
from tests.console.serving import serving
from tests.console.test_browser import sign_in
from tests.servers.browser import Window, running_chromium
from uketsuke.cli.demo import city_of, tell_here
from uketsuke.cli.demo_city import DemoFolder
from uketsuke.console.web import create_app
from uketsuke.domain.calendar import JST
from uketsuke.queue import decide

IMAGES = Path(__file__).parents[2] / "docs" / "images"
AFTERNOON = datetime(2026, 12, 10, 14, 20, tzinfo=JST)


def take(page: Page, url: str, name: str) -> None:
    """One picture of what stands in the window."""
    page.goto(url)
    page.screenshot(path=IMAGES / f"{name}.png")


def of_the_demo(chromium: Browser, folder: DemoFolder) -> None:
    """The tray as the demo leaves it."""
    folder.make("127.0.0.1:8765", undo_seconds=0)
    with city_of(folder) as app:
        tell_here(app, folder)
        with serving(create_app(app)) as url:
            window = Window(chromium)
            page = sign_in(url, window.open(), "operator01", folder.sign_ins()["operator01"])
            take(page, f"{url}/queue", "tray")
            window.close()


def of_the_desk(chromium: Browser) -> None:
    """A request, its work, and what requesters see, on a desk in the middle of its day."""
    scene = busy_desk()
    desk = scene.screen.desk
    desk.clock.at = AFTERNOON
    row = desk.request(scene.flagged)
    decide.reassign(desk.app, HASHIMOTO, row.id, row.version, HASHIMOTO.login)
    with serving(create_app(desk.app)) as url:
        window = Window(chromium)
        page = sign_in(url, window.open(1280, 1000))
        take(page, f"{url}/requests/{scene.flagged}?view=review", "request")
        page.set_viewport_size({"width": 1280, "height": 800})
        take(page, f"{url}/work-items/{scene.work}", "work")
        take(window.open(), url + scene.token(scene.running), "status")
        take(window.open(390, 844), url + scene.token(scene.waiting_date), "status-phone")
        window.close()
    desk.app.close()


def main() -> None:
    """Make all of them."""
    with running_chromium() as chromium, tempfile.TemporaryDirectory() as folder:
        of_the_demo(chromium, DemoFolder(Path(folder) / "city"))
        of_the_desk(chromium)


if __name__ == "__main__":
    main()
