"""The console in a real browser: access, keyboard, checks without a page load, copying (UX 4, 9)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.scenes import Scene, busy_desk
from tests.console.screens import FLAGGED, PASSWORD, open_screen
from tests.console.serving import serving
from tests.console.sight import overflowing, small_text
from tests.servers.browser import Window, assert_accessible, assert_fits
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState, StepState
from uketsuke.settings import Queue

pytestmark = pytest.mark.browser


class Served:
    """A scene and where it is served."""

    def __init__(self, scene: Scene, url: str) -> None:
        """Remember both."""
        self.scene, self.url = scene, url

    def sign_in(self, page: Page, login: str = "hashimoto") -> Page:
        """Sign in with the keyboard."""
        return sign_in(self.url, page, login)


def sign_in(url: str, page: Page, login: str = "hashimoto", password: str = PASSWORD) -> Page:
    """Sign in with the keyboard to what is served there."""
    page.goto(f"{url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    return page


@pytest.fixture(scope="module")
def looked_at() -> Iterator[Served]:
    """A scene that is only looked at."""
    scene = busy_desk()
    with serving(create_app(scene.screen.desk.app)) as url:
        yield Served(scene, url)


@pytest.fixture
def served() -> Iterator[Served]:
    """A scene of a test's own."""
    scene = busy_desk()
    with serving(create_app(scene.screen.desk.app)) as url:
        yield Served(scene, url)


def pages(scene: Scene) -> dict[str, str]:
    """Every page, in normal and in error state."""
    return {
        "tray": "/queue",
        "tray, empty": "/queue?view=overdue",
        "tray, waiting": "/queue?view=waiting",
        "request": f"/requests/{scene.flagged}?view=review",
        "request, unclear": f"/requests/{scene.unclear}",
        "request, date awaited": f"/requests/{scene.waiting_date}",
        "request, asked": f"/requests/{scene.asked}",
        "request, running": f"/requests/{scene.running}",
        "ask": f"/requests/{scene.flagged}/decide/ask",
        "return": f"/requests/{scene.flagged}/decide/return",
        "hold": f"/requests/{scene.flagged}/decide/hold",
        "reassign": f"/requests/{scene.flagged}/decide/reassign",
        "withdraw": f"/requests/{scene.flagged}/decide/withdraw",
        "work list": "/work-items",
        "work": f"/work-items/{scene.work}",
        "note": "/requests/new",
        "requests": "/requests",
        "requests, nothing found": "/requests?q=無いもの",
        "requests, wrong number": "/requests?q=2026-000001-0",
        "outbox": "/outbox",
        "ledgers": "/ledgers",
        "ledger": "/ledgers/lte-ledger",
        "ledger, wrong day": "/ledgers/lte-ledger?on=いつか",
        "asset": "/ledgers/lte-ledger/LTE-0012",
        "status, asked": scene.token(scene.asked),
        "status, dates": scene.token(scene.waiting_date),
        "status, running": scene.token(scene.running),
        "status, unknown": "/s/unknown",
        "not found": "/nowhere",
        "forbidden number": "/requests/123",
    }


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_page_is_accessible_fits_and_has_no_small_text(
    looked_at: Served, window: Window, width: int
) -> None:
    page = looked_at.sign_in(window.open(width, 844))
    for name, address in pages(looked_at.scene).items():
        page.goto(looked_at.url + address)
        assert_accessible(page)
        assert_fits(page)
        assert not small_text(page), name


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_form_with_errors_is_accessible_too(looked_at: Served, window: Window, width: int) -> None:
    page = looked_at.sign_in(window.open(width, 844))
    for address, press, focused in (
        (f"/work-items/{looked_at.scene.work}", "button[form=wf]", "r_hand_over_result"),
        ("/requests/new", "footer button[form=nf]", "who"),
        (f"/requests/{looked_at.scene.flagged}/decide/return", "form.decide .btn.p", "d_reason"),
        (f"/requests/{looked_at.scene.flagged}", "#bar .btn.p", "f_desired_date"),
    ):
        page.goto(looked_at.url + address)
        page.click(press)
        page.wait_for_selector(".errsum")
        expect(page.locator(f"#{focused}")).to_be_focused()
        assert_accessible(page)
        assert_fits(page)
    page.context.clear_cookies()
    page.goto(f"{looked_at.url}/sign-in")
    page.fill("#login", "nobody")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert_accessible(page)


def test_ap_10_no_key_does_anything_while_the_input_method_composes_or_somebody_types(
    served: Served, window: Window
) -> None:
    page = served.sign_in(window.open())
    here = f"{served.url}/requests/{served.scene.flagged}?view=review"
    page.goto(here)
    page.focus("#f_desired_date")
    for event in ("{keyCode: 229}", "{isComposing: true}"):
        page.evaluate(
            f"""() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', Object.assign(
                {{key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true}}, {event})))"""
        )
    page.keyboard.type("jksrn?")
    page.wait_for_timeout(200)
    assert page.url == here
    assert not page.locator("dialog[open]").count()
    assert served.scene.screen.desk.request(served.scene.flagged).state is RequestState.NEEDS_REVIEW


def test_ap_12_tray_request_fix_run_work_next_with_the_keyboard_alone(served: Served, window: Window) -> None:
    page = served.sign_in(window.open())
    desk, number = served.scene.screen.desk, served.scene.flagged
    page.keyboard.press("j")
    assert number in page.evaluate("document.activeElement.closest('tr').textContent")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/requests/{number}?view=review")
    page.focus("#gate a")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.focus("#f_desired_date")
    page.keyboard.press("Control+a")
    page.keyboard.type("12/18")
    page.keyboard.press("Tab")
    expect(page.locator("#bar")).to_contain_text("実行できます")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/requests/{served.scene.unclear}?view=review")
    expect(page.locator("h1")).to_be_focused()
    assert desk.request(number).state is RequestState.RUNNING
    page.goto(f"{served.url}/work-items")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/work-items/{served.scene.work}")
    page.focus("[name='r.hand_over_result']")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work-items")
    with desk.app.database.reading() as tx:
        assert tx.steps.get(served.scene.work).state is StepState.DONE


def test_ap_12_the_same_way_without_javascript(served: Served, window: Window) -> None:
    page = served.sign_in(window.open(javascript=False))
    number = served.scene.flagged
    page.click(f"a[href^='/requests/{number}']")
    page.fill("#f_desired_date", "12/18")
    page.click("#rf button:has-text('保存して再チェック')")
    page.wait_for_selector("text=確認が必要な理由はありません")
    page.click("#bar .btn.p")
    page.wait_for_url(f"**/requests/{served.scene.unclear}?view=review")
    assert served.scene.screen.desk.request(number).state is RequestState.RUNNING
    page.goto(f"{served.url}/work-items/{served.scene.work}")
    page.check("[name='r.hand_over_result'][value=handed_over]")
    page.click("button[form=wf]")
    page.wait_for_url("**/work-items")
    page.click(".me summary")
    page.click("text=サインアウト")
    page.wait_for_url("**/sign-in")


def test_ap_19_a_focused_field_outlines_its_place_and_a_place_its_field(
    looked_at: Served, window: Window
) -> None:
    page = looked_at.sign_in(window.open())
    page.goto(f"{looked_at.url}/requests/{looked_at.scene.flagged}")
    page.focus("#f_department")
    assert page.locator("mark.on").inner_text().endswith("道路計画課")
    page.focus("mark:has-text('ＬＴＥ－００１７') a")
    assert page.locator(".fr.on").get_attribute("data-row-of") == "current_asset_no"
    assert page.locator("mark.on").count() == 0


def test_ap_20_a_change_rechecks_reasons_plan_and_bar_without_a_page_load(
    looked_at: Served, window: Window
) -> None:
    page = looked_at.sign_in(window.open())
    page.goto(f"{looked_at.url}/requests/{looked_at.scene.flagged}")
    page.evaluate("window.sameLoad = true")
    page.fill("#f_desired_date", "12/18")
    page.press("#f_desired_date", "Tab")
    expect(page.locator("#gate")).to_contain_text("理由はありません")
    assert page.get_attribute("#f_desired_date", "aria-invalid") is None
    assert "12/18(金) で調整済み" in page.inner_text("#plan")
    page.fill("#f_current_asset_no", "LTE-9999")
    page.press("#f_current_asset_no", "Tab")
    page.wait_for_selector("#f_current_asset_no[aria-invalid=true]")
    assert "台帳にありません" in page.inner_text("#f_current_asset_no_m")
    assert "未解決 1件" in page.inner_text("#bar")
    assert page.evaluate("window.sameLoad") is True
    assert looked_at.scene.screen.desk.request(looked_at.scene.flagged).version == 1


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_ap_73_c_copies_the_next_value_exactly_also_without_a_clipboard_api(
    looked_at: Served, window: Window, has_clipboard: bool
) -> None:
    page = window.open()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not has_clipboard:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    looked_at.sign_in(page)
    page.goto(f"{looked_at.url}/work-items/{looked_at.scene.work}")
    shown = page.locator(".cp > span").all_inner_texts()
    for place, text in enumerate(shown):
        page.keyboard.press("c")
        expect(page.locator(".cp.done")).to_have_count(place + 1)
        page.focus("#gs")
        page.fill("#gs", "")
        page.keyboard.press("Control+v")
        assert page.input_value("#gs") == text
        page.evaluate("document.activeElement.blur()")


def test_the_help_lists_exactly_the_keys_that_work_here(looked_at: Served, window: Window) -> None:
    page = looked_at.sign_in(window.open())
    page.goto(f"{looked_at.url}/requests/{looked_at.scene.flagged}?view=review")
    page.keyboard.press("?")
    listed = set(page.locator("#keys dt").all_inner_texts())
    keys = "[...document.querySelectorAll('[data-key]')].filter(e => e.getClientRects().length)"
    shown = page.evaluate(f"{keys}.map(e => e.dataset.key)")
    assert {one.strip().lower() for one in listed} == {one.lower() for one in shown} | {"?"}
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/requests/new")


def test_a_call_becomes_a_receipt_with_the_keyboard_alone(served: Served, window: Window) -> None:
    page = served.sign_in(window.open())
    page.keyboard.press("n")
    page.wait_for_url("**/requests/new")
    page.keyboard.type("髙橋")
    page.wait_for_selector("#hits :checked")
    page.focus("#what")
    page.keyboard.type("LTEを返却したい")
    page.wait_for_selector("#services :checked")
    page.wait_for_selector("#n_kind")
    page.select_option("#n_kind", "返却")
    page.wait_for_selector("#n_current_asset_no")
    page.fill("#n_current_asset_no", "LTE-0018")
    page.keyboard.press("Tab")
    page.wait_for_selector("#follows .say")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("h1.no")
    served.scene.screen.desk.work()
    page.wait_for_selector("h1:has-text('LTE接続端子の返却')")


def test_ap_04_the_control_goes_away_by_itself_when_the_window_is_over(window: Window) -> None:
    screen = open_screen(queue=Queue(undo_seconds=2, lease_seconds=30))
    number = screen.arrive(FLAGGED.replace("12月19日", "12月18日") + "至急お願いします。\n")
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open())
        page.goto(f"{url}/requests/{number}?view=review")
        page.click("#soft summary")
        page.fill("[name^='over.']", "課へ電話で確認済み")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".toast form")).to_have_count(1)
        expect(page.locator(".toast form")).to_have_count(0)
        expect(page.locator(".toast")).to_contain_text(f"{number} を受け付けました")
    assert screen.desk.request(number).state is RequestState.RUNNING


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_long_words_and_names_break_and_stay_inside_their_boxes(window: Window, width: int) -> None:
    screen = open_screen()
    body = f"申請区分：返却\n所属：{'都市計画' * 12}課\n氏名：{'寿限無' * 20}\n管理番号：LTE-{'9' * 90}\n"
    number = screen.arrive(f"{body}https://example.lg.jp/{'a' * 200}\n", subject="端末" * 60 + "W" * 90)
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(width, 844))
        for address in ("/queue", "/requests", f"/requests/{number}"):
            page.goto(url + address)
            assert_fits(page)
            assert not overflowing(page), address


def test_badges_of_all_colours_stand_alike_and_every_decision_is_in_reach_on_a_phone(
    looked_at: Served, window: Window
) -> None:
    page = looked_at.sign_in(window.open(390, 844))
    page.goto(f"{looked_at.url}/requests/{looked_at.scene.flagged}")
    for word in ("依頼者に確認", "差戻し", "保留", "その他"):
        expect(page.locator("#bar").get_by_text(word)).to_be_visible()
    styles = "el => { const s = getComputedStyle(el); return [s.padding, s.marginTop]; }"
    badge = page.locator(".due").first
    plain = badge.evaluate(styles)
    badge.evaluate("el => { el.className = 'due over'; }")
    assert badge.evaluate(styles) == plain
