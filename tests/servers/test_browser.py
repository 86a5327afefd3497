"""Chromium answers, axe sees what is wrong, and nothing leaves the machine unnoticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .browser import Window, assert_accessible, assert_fits, violations
from .programs import HOST

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'"
GOOD = (
    "<!doctype html><html lang=ja><meta name=viewport content='width=device-width'><title>受付</title>"
    "<main><h1>受付トレイ</h1><label>名前 <input autocomplete=name></label></main>"
)
BAD = (
    "<!doctype html><html><title></title><main><h1>受付</h1><img src='/none.png'><input>"
    "<p style='color:#ccc;background:#fff'>薄い文字</p><div style='width:2000px'>広い</div></main>"
)
EXPECTED = {"color-contrast", "document-title", "html-has-lang", "image-alt", "label"}


class Strict(SimpleHTTPRequestHandler):
    """Serves a folder under the console's kind of policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """URL of a little site under a strict policy."""
    (tmp_path / "good.html").write_text(GOOD, encoding="utf-8")
    (tmp_path / "inline.html").write_text(GOOD + "<script>1</script>", encoding="utf-8")
    with ThreadingHTTPServer((HOST, 0), partial(Strict, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_address[1]}"
        server.shutdown()


def test_a_good_page_passes_under_a_strict_policy(page: Page, site: str) -> None:
    page.goto(f"{site}/good.html")
    assert_accessible(page)
    assert_fits(page)


def test_axe_finds_what_is_known_to_be_wrong(page: Page) -> None:
    """A silent axe would make every accessibility test worthless."""
    page.set_content(BAD)
    assert {found["id"] for found in violations(page)} >= EXPECTED
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
    with pytest.raises(AssertionError, match="2000px"):
        assert_fits(page)


def test_breaking_the_policy_is_noticed(chromium: Browser, site: str) -> None:
    window = Window(chromium)
    window.open().goto(f"{site}/inline.html")
    window.close()
    assert "Content Security Policy" in window.faults[0]


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<img src='http://192.0.2.1/x' alt=''>", "call outside: http://192.0.2.1/x"),
        ("<script>throw new Error('broken')</script>", "script error: broken"),
    ],
)
def test_calling_outside_and_throwing_are_noticed(chromium: Browser, html: str, fault: str) -> None:
    window = Window(chromium)
    window.open().set_content(html)
    window.close()
    assert window.faults[:1] == [fault]


def test_pages_come_in_every_width_and_without_javascript(window: Window, site: str) -> None:
    narrow = window.open(width=320)
    narrow.goto(f"{site}/good.html")
    assert narrow.evaluate("[innerWidth, navigator.language, new Date(0).getHours()]") == [320, "ja-JP", 9]
    still = window.open(javascript=False)
    still.set_content("<p id=a>0</p><script>a.textContent = 1</script>")
    assert still.inner_text("#a") == "0"
