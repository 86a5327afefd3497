"""What every page has to be to the eye: accessible, inside its window, large enough to read."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.servers.browser import assert_accessible, assert_fits


def look(page: Page) -> None:
    """Accessible, inside the window, nothing cut off, no small text; once all that moves has come to rest."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    assert_accessible(page)
    assert_fits(page)
    assert not small_text(page)
    assert not overflowing(page)


def small_text(page: Page) -> list[str]:
    """Visible text below 14 px."""
    found: list[str] = page.evaluate(
        """() => {
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = [];
          while (walk.nextNode()) {
            const element = walk.currentNode.parentElement;
            if (!walk.currentNode.textContent.trim() || !element.getClientRects().length) continue;
            if (parseFloat(getComputedStyle(element).fontSize) < 14) small.push(walk.currentNode.textContent);
          }
          return small;
        }"""
    )
    return found


def overflowing(page: Page) -> list[str]:
    """Bands and cards that hold something wider than themselves."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main section, main td, main form.card")]
          .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className)"""
    )
    return found
