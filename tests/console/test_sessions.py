"""Sessions end: unused, after their whole length, beyond the limit, elsewhere, with role and office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.console.screens import PASSWORD, Screen, form, open_screen, words
from tests.console.serving import serving
from tests.console.test_browser import overflowing, sign_in, small_text
from tests.servers.browser import Window, assert_accessible, assert_fits
from uketsuke.app import Actor
from uketsuke.console.browsers import browser_of
from uketsuke.console.throttle import LIMITS
from uketsuke.console.web import create_app
from uketsuke.domain.people import Person
from uketsuke.domain.states import Role
from uketsuke.queue import sign_ins
from uketsuke.settings import Console
from uketsuke.store.users import User

NEW = "あたらしい合言葉 5678"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140"


def is_in(screen: Screen) -> bool:
    return screen.client.get("/queue").status_code == 200


def again(screen: Screen, login: str = "hashimoto") -> Screen:
    """The same person in another browser."""
    return Screen(screen.desk).sign_in(login)


def test_a_session_lives_while_it_is_used_and_ends_with_its_day() -> None:
    screen = open_screen(console=Console(session_minutes=60, session_hours=3)).sign_in()
    for _ in range(3):
        screen.desk.clock.at += timedelta(minutes=50)
        assert is_in(screen)
    screen.desk.clock.at += timedelta(minutes=31)
    assert not is_in(screen)
    screen.sign_in()
    screen.desk.clock.at += timedelta(minutes=61)
    assert not is_in(screen)
    screen.desk.app.close()


def test_looking_at_pages_writes_only_now_and_then(screen: Screen) -> None:
    screen.get("/queue")
    written: list[str] = []
    engine = screen.desk.app.database._engine
    event.listen(engine, "before_cursor_execute", lambda *of: written.append(of[2]))
    for _ in range(3):
        screen.get("/queue")
    assert not [one for one in written if not one.startswith(("SELECT", "PRAGMA", "BEGIN"))]
    screen.desk.clock.at += timedelta(minutes=6)
    screen.get("/queue")
    assert [one.split()[:2] for one in written if one.startswith("UPDATE")] == [["UPDATE", "sessions"]]


def test_beyond_the_limit_the_browser_used_longest_ago_is_signed_out() -> None:
    screen = open_screen(console=Console(sessions_per_user=2))
    browsers = []
    for _ in range(3):
        screen.desk.clock.at += timedelta(minutes=10)
        browsers.append(again(screen))
    assert [is_in(one) for one in browsers] == [False, True, True]
    screen.desk.app.close()


def test_whoever_has_just_signed_in_is_in_although_the_clock_stood_still() -> None:
    """A demo's days stand still while somebody looks."""
    screen = open_screen(console=Console(sessions_per_user=2))
    for place in range(12):
        assert is_in(again(screen)), place
    screen.desk.app.close()


def test_signing_in_anew_ends_what_this_browser_had(screen: Screen) -> None:
    old = screen.client.cookies["uketsuke_session"]
    screen.sign_in()
    assert screen.client.cookies["uketsuke_session"] != old
    other = Screen(screen.desk)
    other.client.cookies.set("uketsuke_session", old)
    assert not is_in(other)


def test_one_ends_ones_screens_elsewhere_and_sees_where_they_are(guest: Screen) -> None:
    elsewhere = again(guest)
    guest.client.headers["User-Agent"] = EDGE
    guest.sign_in()
    page = guest.get("/my/sign-in")
    assert "Edge / Windows（この端末）" in words(page)
    assert len(page.xpath("//tbody/tr")) == 2
    guest.send(form(page, "/others"), "この端末以外を終了")
    assert "ほかの1件の画面を終了しました" in words(guest.get("/my/sign-in"))
    assert (is_in(guest), is_in(elsewhere)) == (True, False)


def test_a_new_password_ends_every_session_and_this_browser_gets_another(guest: Screen) -> None:
    elsewhere = again(guest)
    guest.sign_in()
    old = guest.client.cookies["uketsuke_session"]
    page = form(guest.get("/my/sign-in"), "/password")
    guest.send(page, old=PASSWORD, new=NEW, again=NEW)
    assert guest.client.cookies["uketsuke_session"] != old
    assert (is_in(guest), is_in(elsewhere)) == (True, False)
    Screen(guest.desk).sign_in(password=NEW)
    with guest.desk.app.database.reading() as tx:
        actions = [one.action for one in tx.audit.about("user:hashimoto")]
    assert actions == ["sign-in", "sign-in", "user-password", "sign-in"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": "wrong", "new": NEW, "again": NEW}, "いまのパスワードが違います"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "12文字以上"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "二つの新しいパスワードが違います"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "いまと違うパスワード"),
    ],
)
def test_a_wrong_password_form_says_so_and_shows_no_password(
    screen: Screen, typed: dict[str, str], said: str
) -> None:
    page = screen.send(form(screen.get("/my/sign-in"), "/password"), code=422, **typed).text
    assert said in page
    assert not any(value in page for value in typed.values() if value != "short")
    assert is_in(screen)


def test_an_open_screen_is_no_place_to_guess_the_password_in(screen: Screen) -> None:
    page = form(screen.get("/my/sign-in"), "/password")
    for _ in range(LIMITS["login"].free):
        screen.send(page, code=422, old="wrong", new=NEW, again=NEW)
    assert "いまは変えられません" in screen.send(page, code=429, old=PASSWORD, new=NEW, again=NEW).text
    assert is_in(again(screen))


def test_another_role_takes_effect_at_once_and_closes_the_screens(screen: Screen) -> None:
    with screen.desk.app.database.transaction("lead") as tx:
        tx.users.put(User(login="lead", name="lead", roles=(Role.LEAD,)))
    actor = Actor("lead", Role.LEAD)
    sign_ins.change(screen.desk.app, actor, "hashimoto", {Role.OPERATOR, Role.OFFICER}, True, "異動")
    assert not is_in(screen)


def test_who_has_left_by_the_directory_is_out_that_day_and_does_not_get_in(screen: Screen) -> None:
    today = screen.desk.app.today()
    person = Person(employee_number="D1001", name="橋本 香織", kana="", department="情報課", valid_to=today)
    with screen.desk.app.database.transaction("left") as tx:
        tx.people.import_rows([person])
    assert is_in(screen)
    screen.desk.clock.at += timedelta(hours=14, minutes=30)
    assert not is_in(screen)
    screen.send(form(screen.get("/sign-in"), "/sign-in"), code=422, login="hashimoto", password=PASSWORD)


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (EDGE, "Edge / Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox / Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1", "Safari / iPhone"),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_told_in_a_word(agent: str, told: str) -> None:
    assert browser_of(agent) == told


@pytest.mark.browser
def test_the_page_of_ones_own_sign_in_is_accessible_and_fits(window: Window) -> None:
    screen = open_screen()
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(1280, 844))
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(f"{url}/my/sign-in")
            for _ in range(2):
                assert_accessible(page)
                assert_fits(page)
                assert not small_text(page)
                assert not overflowing(page)
                page.fill("#o_old", "x")
                page.keyboard.press("Enter")
                page.wait_for_selector("#o_new_m")
    screen.desk.app.close()
