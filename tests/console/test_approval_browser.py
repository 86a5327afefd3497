"""承認, 事後確認 and the owner's page in a real browser, at three widths (UX 5.3, UX 6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.serving import serving
from tests.console.test_approval import Scene, scene, service_of
from tests.console.test_browser import sign_in
from tests.console.test_split_browser import look
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.store.ledgers import Origin

pytestmark = pytest.mark.browser
__all__ = ["scene"]


@pytest.fixture
def served(scene: Scene) -> Iterator[tuple[Scene, str]]:
    with serving(create_app(scene.vault.desk.app)) as url:
        yield scene, url


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_page_is_accessible_and_fits(served: tuple[Scene, str], window: Window, width: int) -> None:
    """With something waiting, with a changed row, as the maker sees it, with a comment missing, empty."""
    scene, url = served
    page = sign_in(url, window.open(width, 844))
    for address in ("/approvals", "/reviews"):
        page.goto(f"{url}{address}")
        look(page)
    asked = scene.vault.run(scene.vault.ask(account="v00003", place=3))
    link = scene.vault.link()
    waiting, changed = scene.waiting(1), scene.waiting(2)
    scene.unlocked(4)
    with scene.vault.desk.app.database.transaction("elsewhere") as tx:
        now = tx.ledgers.row("vault-ledger", "v00002")
        assert now is not None
        tx.ledgers.update("vault-ledger", "v00002", now.version, {"state": "moved"}, Origin(actor="x"))
    approvals = [f"/approvals/{row.plan_id}" for row in (waiting, changed)]
    for address in ("/approvals", *approvals, "/reviews", f"/requests/{asked.number}", f"/c/{link}", "/c/x"):
        page.goto(f"{url}{address}")
        look(page)
    page.goto(f"{url}/c/{link}")
    page.click("text=確認する")
    page.wait_for_selector("text=確認しました")
    look(page)
    other = sign_in(url, window.open(width, 844), "tanaka")
    for address in (*approvals, "/reviews"):
        other.goto(f"{url}{address}")
        look(other)
    service_of(scene).most_deeds = 0
    other.goto(f"{url}{approvals[0]}")
    other.click("footer >> text=承認")
    other.wait_for_selector("#count_m")
    look(other)
    other.goto(f"{url}{approvals[0]}")
    other.click("details.more summary")
    other.click("text=ヘルプデスクへ差し戻す")
    other.wait_for_selector("#comment_m")
    look(other)
