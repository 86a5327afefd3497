"""操作記録: every entry in words, looked through, written out, checked (UX 5.9, AP-57, FAULTS S11)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.console.scenes import Scene, busy_desk
from tests.console.screens import PASSWORD_HASH, Screen, form, open_screen, words
from tests.console.serving import serving
from tests.console.test_browser import overflowing, small_text
from tests.servers.browser import Window, assert_accessible, assert_fits
from uketsuke.console.views.audit import KINDS
from uketsuke.console.web import create_app
from uketsuke.console.words import Words
from uketsuke.domain.states import Role
from uketsuke.store.users import User

SOURCE = Path(__file__).parents[2] / "uketsuke"
SECRET_WORDS = "課で確認中のため"


def with_auditors(screen: Screen) -> Screen:
    with screen.desk.app.database.transaction("people") as tx:
        for login, name, role in (("lead", "責任 太郎", Role.LEAD), ("root", "管理 花子", Role.ADMIN)):
            tx.users.put(User(login=login, name=name, roles=(role,), password_hash=PASSWORD_HASH))
    return screen


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A busy day's log, only looked at."""
    made = busy_desk()
    with_auditors(made.screen)
    yield made
    made.screen.desk.app.close()


def opened(scene: Scene, login: str = "mori") -> Screen:
    return Screen(scene.screen.desk).sign_in(login)


def rows(screen: Screen, query: str = "", code: int = 200) -> list[str]:
    return [words(row) for row in screen.get(f"/audit{query}", code).xpath("//table//tbody/tr")]


def actions() -> set[str]:
    """Every action that the source names."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        source = path.read_text("utf-8")
        if "audit.append(" in source or "_note(" in source or ".change(" in source:
            found |= set(re.findall(r'action="([a-z-]+)"', source))
            found |= set(re.findall(r'(?:_note|_audit|\.change)\([^"\n]{0,40}"([a-z-]+)"', source))
    return found - {"owner", "member"}  # who acts, and an attribute of LDAP


def test_every_action_of_the_source_has_its_words() -> None:
    told = Words.load().under("history.did")
    assert len(actions()) > 30
    assert actions() - set(told) == set()


def test_every_entry_is_told_in_words_with_its_request(scene: Scene) -> None:
    screen = opened(scene)
    held = next(row for row in rows(screen) if "保留にしました" in row)
    assert scene.held in held
    assert SECRET_WORDS in held
    assert "状態 要確認 → 保留" in held
    page = screen.get("/audit")
    assert page.xpath(f"//table//a[@href='/requests/{scene.held}']")
    with scene.screen.desk.app.database.reading() as tx:
        assert len(rows(screen)) == min(50, tx.audit.head()[0])


def test_entries_are_found_by_day_person_number_asset_and_kind(scene: Scene) -> None:
    screen = opened(scene)
    assert all("12/10" in row for row in rows(screen, "?since=12/10&until=12月10日"))
    assert rows(screen, "?until=2026/11/30") == []
    assert all("橋本 香織" in row for row in rows(screen, "?who=hashimoto"))
    about = rows(screen, f"?about={scene.held}")
    assert any("受け付けました" in row for row in about)
    assert not any(scene.flagged in row for row in about)
    assert all(scene.running in row for row in rows(screen, "?about=ＬＴＥ－００１２"))
    kinds = [set(rows(screen, f"?kind={kind}")) for kind in KINDS]
    assert kinds[list(KINDS).index("decision")]
    assert not kinds[list(KINDS).index("decision")] & kinds[list(KINDS).index("letter")]


def test_a_wrong_day_or_number_is_said_at_its_field(scene: Scene) -> None:
    page = opened(scene).get("/audit?since=いつか&about=2026-000001-0", 422)
    assert [words(one) for one in page.xpath("//p[@class='msg']")] == [
        "日付は「4/6」のように書いてください",
        "その受付番号・管理番号の記録はありません",
    ]
    assert words(page.xpath("//*[@class='empty']")[0]) == "条件を直してください"


def test_an_admin_who_may_not_open_requests_sees_neither_their_reasons_nor_a_link(scene: Scene) -> None:
    page = opened(scene, "root").get("/audit")
    assert SECRET_WORDS not in words(page)
    assert scene.held in words(page)
    assert not page.xpath("//table//a[starts-with(@href, '/requests')]")


def test_pages_lead_to_older_entries_and_back(guest: Screen) -> None:
    with with_auditors(guest).desk.app.database.transaction("fill") as tx:
        for number in range(120):
            tx.audit.append(tx.now, "hashimoto", "run", f"request:{number}")
    guest.sign_in("lead")
    page, seen = guest.get("/audit?who=hashimoto"), []
    while True:
        seen += [words(one) for one in page.xpath("//table//summary")]
        older = page.xpath("//nav[@class='pager']/a[contains(., '古い')]/@href")
        if not older:
            break
        page = guest.get(older[0])
    assert seen == [f"{number}番" for number in range(120, 0, -1)]
    back = guest.get(page.xpath("//nav[@class='pager']/a[contains(., '新しい')]/@href")[0])
    assert words(back.xpath("//table//summary")[0]) == "70番"


def test_ap_46_the_csv_holds_all_pages_no_formula_and_nothing_personal(guest: Screen) -> None:
    with with_auditors(guest).desk.app.database.transaction("fill") as tx:
        for number in range(60):
            tx.audit.append(
                tx.now,
                "hashimoto",
                "run",
                f"request:{number}",
                reason='=HYPERLINK("http://evil.example")',
                personal={"reason": "個人の事情"},
            )
    page = guest.sign_in("lead").get("/audit?who=hashimoto")
    answer = guest.send(form(page, "/audit/export"), "CSV", 200)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(table), table[0][0], table[1][0]) == (61, "番号", "60")
    assert all(row[8].startswith("'=") for row in table[1:])
    assert "個人の事情" not in answer.text
    assert "操作記録を書き出しました" in rows(guest, "?kind=audit")[0]


def test_a_check_says_what_is_whole_what_is_broken_and_what_that_means(guest: Screen) -> None:
    with with_auditors(guest).desk.app.database.transaction("fill") as tx:
        for number in range(5):
            tx.audit.append(tx.now, "hashimoto", "run", f"request:{number}")
    guest.sign_in("lead")
    assert "まだ検査していません" in words(guest.get("/audit"))
    guest.send(form(guest.get("/audit"), "/audit/verify"), "検査")
    page = guest.get("/audit")
    said = words(page.xpath("//section[@id='check']")[0])
    assert "改ざんは見つかりませんでした（6件、1番から6番まで）" in said
    assert "責任 太郎" in said
    with guest.desk.app.database.transaction("tamper") as tx:
        tx.connection.execute(text("DELETE FROM audit WHERE id = 3"))
    guest.send(form(guest.get("/audit"), "/audit/verify"), "検査")
    said = words(guest.get("/audit").xpath("//section[@id='check']")[0])
    assert "3番で記録がつながっていません（2番までは正しくつながっています）" in said
    assert "データベースから削除されたか" in said


def test_a_long_check_shows_how_far_it_is_and_goes_on_by_hand(
    guest: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uketsuke.console.routes.audit.AT_ONCE", 0)
    monkeypatch.setattr("uketsuke.store.audit.PORTION", 2)
    with with_auditors(guest).desk.app.database.transaction("fill") as tx:
        for number in range(3):
            tx.audit.append(tx.now, "hashimoto", "run", f"request:{number}")
    guest.sign_in("lead")
    answer = guest.send(form(guest.get("/audit"), "/audit/verify"), "検査")
    page = guest.get(answer.headers["location"])
    assert "検査中（責任 太郎） 2 / 4件" in words(page)
    assert page.xpath("//form[@data-goes-on]")
    assert not guest.get("/audit").xpath("//form[@data-goes-on]"), "looking at the log starts nothing"
    for _ in range(2):
        guest.send(form(guest.get("/audit"), "/audit/verify"), "検査を続ける")
    assert "改ざんは見つかりませんでした" in words(guest.get("/audit"))


@pytest.mark.browser
def test_the_page_is_accessible_fits_and_checks_by_itself_to_the_end(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uketsuke.console.routes.audit.AT_ONCE", 0)
    monkeypatch.setattr("uketsuke.store.audit.PORTION", 20)
    made = busy_desk()
    with_auditors(made.screen)
    with serving(create_app(made.screen.desk.app)) as url:
        page = window.open(1280, 844)
        page.goto(f"{url}/sign-in?next=/audit")
        page.fill("#login", "lead")
        page.fill("#password", "ひみつの合言葉 1234")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="検査", exact=True).press("Enter")
        page.get_by_text("改ざんは見つかりませんでした").wait_for()
        for width, query in ((1280, ""), (390, "?since=いつか"), (320, "?kind=decision")):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(f"{url}/audit{query}")
            if not query.startswith("?since"):
                page.locator("table details").first.locator("summary").press("Enter")
            assert_accessible(page)
            assert_fits(page)
            assert not small_text(page)
            assert not overflowing(page)
    made.screen.desk.app.close()


def test_an_empty_log_says_so() -> None:
    screen = with_auditors(open_screen()).sign_in("root")
    assert rows(screen, "?kind=letter") == []
    assert "記録はありません" in words(screen.get("/audit?kind=letter"))
    screen.desk.app.close()
