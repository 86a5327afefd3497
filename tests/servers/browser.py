"""The distribution's Chromium, driven by Playwright, and axe-core inside it.

Pages must not leave the machine, must not break the content security policy, and must not throw: each page
is watched, and the fixture fails the test when it did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ProxySettings, Request, sync_playwright

from .programs import find_program

AXE = Path(__file__).resolve().parents[1] / "browser" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NOWHERE: ProxySettings = {"server": "http://127.0.0.1:1", "bypass": "127.0.0.1,localhost,[::1]"}
"""Where calls outside end. Holding each request up instead would switch off the browser's cache."""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless browser until the block ends.

    While it runs, Playwright keeps an event loop in this thread: `asyncio.run` fails here; put what needs
    one into a thread or process of its own.
    """
    program = find_program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS), proxy=NOWHERE)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """Pages of one test, and what they did that they should not have."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, width: int = 1280, height: int = 800, javascript: bool = True) -> Page:
        """An empty page in Japanese and Japan's time, with cookies of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        context.on("request", self._watch)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", lambda message: self._listen(message.text))
        return page

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()

    def _watch(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname not in LOOPBACK:
            self.faults.append(f"call outside: {request.url}")

    def _listen(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.faults.append(text)


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    result: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    assert result["passes"], "axe looked at nothing"
    found: list[dict[str, Any]] = result["violations"]
    return found


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or of axe's best practices; says which element and what to do."""
    lines = [
        f"{found['id']}: {found['help']}\n    {node['html'][:160]}\n    {node['failureSummary']}"
        for found in violations(page)
        for node in found["nodes"]
    ]
    assert not lines, f"{len(lines)} accessibility faults on {page.url}:\n" + "\n".join(lines)


def assert_fits(page: Page) -> None:
    """The page does not scroll sideways (WCAG 1.4.10 at 320 px); names the elements that stick out."""
    wide: list[str] = page.evaluate(
        """() => {
          const limit = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= limit) return [];
          return [...document.body.querySelectorAll('*')]
            .filter(element => element.getBoundingClientRect().right > limit + 1)
            .map(element => element.outerHTML.slice(0, 120));
        }"""
    )
    assert not wide, f"{page.url} is wider than the window:\n" + "\n".join(wide)
