"""職員と利用者: who is in the directory, and who may do what; never by oneself, never the last admin."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.console.screens import PASSWORD_HASH, Screen, form, open_screen, words
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.servers.browser import Window, assert_fits
from uketsuke.app import Actor
from uketsuke.console.web import create_app
from uketsuke.domain.people import Post
from uketsuke.domain.states import Role
from uketsuke.errors import NotAllowed
from uketsuke.queue import sign_ins
from uketsuke.store.users import User

USERS = tuple(
    User(login=login, name=name, roles=(role,), password_hash=PASSWORD_HASH, employee_number=number)
    for login, name, role, number in (
        ("lead", "責任 太郎", Role.LEAD, "1"),
        ("root", "管理 花子", Role.ADMIN, "2"),
        ("root2", "管理 花子", Role.OPERATOR, "2"),
    )
)
WHY = "4月の人事異動のため"


def with_users(screen: Screen) -> Screen:
    with screen.desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
    return screen


def known(screen: Screen, login: str) -> User:
    with screen.desk.app.database.reading() as tx:
        user = tx.users.get(login)
    assert user is not None
    return user


def test_a_lead_finds_people_and_sees_what_belongs_to_them(guest: Screen) -> None:
    with_users(guest).sign_in("lead")
    number = guest.arrive()
    page = guest.get("/settings/people?q=髙橋")
    (link,) = [one for one in page.xpath("//table[1]//th/a/@href") if one.startswith("/settings/people/")][:1]
    person = words(guest.get(link))
    assert "髙橋 徹" in person
    assert number in person
    guest.get("/settings/people/無い", 404)


def test_a_lead_sees_for_whom_somebody_may_ask_and_until_when(guest: Screen) -> None:
    with_users(guest).sign_in("lead")
    with guest.desk.app.database.transaction("posts") as tx:
        for title, last in (("兼務", date(2026, 12, 9)), ("併任", date(2027, 3, 31)), ("秘書", None)):
            section, persons = ((), ("10002",)) if title == "秘書" else (("環境保全課",), ())
            tx.posts.put("10001", Post(title=title, sections=section, persons=persons, valid_to=last))
    page = words(guest.get("/settings/people/10001"))
    assert "兼務：環境保全課（終了 2026-12-09 まで）" in page
    assert "併任：環境保全課（有効 2027-03-31 まで）" in page
    assert "秘書：小林 誠（有効 終わりの日なし）" in page
    assert "兼務・代理ありません" in words(guest.get("/settings/people/10002"))


def test_a_role_is_given_with_a_reason_and_audited(guest: Screen) -> None:
    with_users(guest).sign_in("lead")
    page = form(guest.get("/settings/sign-ins/tanaka"), "/tanaka")
    assert "理由を書いて" in guest.send(page, "役割を変える", 422).text
    guest.send(page, "役割を変える", role="officer", reason=WHY)
    assert known(guest, "tanaka").roles == (Role.OFFICER,)
    with guest.desk.app.database.reading() as tx:
        (entry,) = tx.audit.about("user:tanaka")
    assert (entry.actor, entry.action, entry.reason) == ("lead", "user-roles", WHY)
    assert entry.facts == {"before": "operator", "after": "officer"}


def test_who_may_no_longer_sign_in_has_no_open_screen(guest: Screen) -> None:
    other = Screen(with_users(guest).desk).sign_in("tanaka")
    guest.sign_in("lead")
    guest.send(
        form(guest.get("/settings/sign-ins/tanaka"), "/tanaka"), "役割を変える", active=None, reason=WHY
    )
    assert other.client.get("/queue").status_code == 303


def test_open_screens_are_closed_at_once(guest: Screen) -> None:
    other = Screen(with_users(guest).desk).sign_in("tanaka")
    guest.sign_in("lead")
    guest.send(form(guest.get("/settings/sign-ins/tanaka"), "/tanaka"), "すべて閉じる", reason=WHY)
    assert other.client.get("/queue").status_code == 303
    assert known(guest, "tanaka").active


@pytest.mark.parametrize(
    ("actor", "login", "roles", "why"),
    [
        ("lead", "lead", {Role.LEAD, Role.ADMIN}, "oneself"),
        ("root", "root", {Role.ADMIN, Role.LEAD}, "oneself"),
        ("root", "root2", {Role.OPERATOR, Role.LEAD}, "oneself"),
        ("lead", "tanaka", {Role.ADMIN}, "admin"),
        ("lead", "root", {Role.OPERATOR}, "admin"),
        ("tanaka", "mori", {Role.LEAD}, "role"),
        ("gone", "mori", {Role.LEAD}, "role"),
    ],
)
def test_nobody_raises_oneself_and_only_admins_make_admins(
    guest: Screen, actor: str, login: str, roles: set[Role], why: str
) -> None:
    with_users(guest)
    before = known(guest, login)
    with pytest.raises(NotAllowed) as refused:
        sign_ins.change(guest.desk.app, Actor(actor, Role.LEAD), login, roles, True, WHY)
    assert (refused.value.why, known(guest, login)) == (why, before)


def test_the_last_admin_stays(guest: Screen) -> None:
    app = with_users(guest).desk.app
    with app.database.transaction("people") as tx:
        tx.users.put(User(login="second", name="管理 次郎", roles=(Role.ADMIN,), employee_number="3"))
    sign_ins.change(app, Actor("second", Role.ADMIN), "root", {Role.LEAD}, True, WHY)
    for login in ("second", "root", "lead"):
        with pytest.raises(NotAllowed):
            sign_ins.change(app, Actor(login, Role.ADMIN), "second", {Role.LEAD}, False, WHY)
    assert known(guest, "second").roles == (Role.ADMIN,)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_are_accessible_and_fit(window: Window, width: int) -> None:
    screen = with_users(open_screen())
    with screen.desk.app.database.reading() as tx:
        person = tx.people.named("髙橋 徹")[0]
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(width, 844), "lead")
        for address in (
            "people",
            "people?q=髙橋",
            f"people/{person.employee_number}",
            "sign-ins/tanaka",
            "sign-ins/lead",
        ):
            page.goto(f"{url}/settings/{address}")
            look(page)
    screen.desk.app.close()


@pytest.mark.browser
def test_a_leads_own_menu_shows_people_and_signing_out(window: Window) -> None:
    screen = with_users(open_screen())
    with serving(create_app(screen.desk.app)) as url:
        page = sign_in(url, window.open(1280, 844), "lead")
        page.click("details.me summary")
        expect(page.locator(".me form").get_by_text("職員と利用者")).to_be_in_viewport(ratio=1)
        expect(page.locator(".me form button")).to_be_in_viewport(ratio=1)
    screen.desk.app.close()


@pytest.mark.browser
def test_the_menu_of_somebody_with_every_role_fits_into_every_window(window: Window) -> None:
    """Eight entries are more than 1280 px hold: name and search give way, then the menu folds."""
    screen = open_screen()
    everything = tuple(role for role in Role if role not in (Role.SYSTEM, Role.STAFF))
    with screen.desk.app.database.transaction("every role") as tx:
        tx.users.put(USERS[0].model_copy(update={"roles": everything}))
    with serving(create_app(screen.desk.app)) as url:
        for login in ("lead", "tanaka"):
            page = sign_in(url, window.open(1280, 700), login)
            for width in (
                1600,
                1461,
                1366,
                1301,
                1280,
                1200,
                1181,
                1100,
                1081,
                1024,
                991,
                960,
                861,
                768,
                390,
            ):
                page.set_viewport_size({"width": width, "height": 700})
                assert_fits(page)
    screen.desk.app.close()
