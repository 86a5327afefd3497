"""Signing in: sessions, throttling, and what an answer carries (FAULTS S5)."""

from __future__ import annotations

import pytest

from tests.console.screens import PASSWORD, Screen, form, text_of, words
from uketsuke.console.guard import CONTENT_SECURITY_POLICY
from uketsuke.console.routes.sign_in import local_address
from uketsuke.console.throttle import FAILURES_ALLOWED, PAUSE_SECONDS, Throttle


def test_an_operator_who_signs_in_sees_the_tray_and_signs_out_for_good(guest: Screen) -> None:
    guest.sign_in()
    page = guest.get("/queue")
    assert words(page.xpath("//h1")[0]) == "要確認 0件"
    guest.send(form(page, "/sign-out"))
    assert guest.client.get("/queue").headers["location"].startswith("/sign-in")


def test_a_session_of_before_signing_in_is_worth_nothing_afterwards(guest: Screen) -> None:
    """Session fixation: the cookie that an attacker knows never becomes somebody's session."""
    guest.client.cookies.set("uketsuke_session", "chosen by somebody else")
    guest.sign_in()
    fresh = type(guest)(guest.desk)
    fresh.client.cookies.set("uketsuke_session", "chosen by somebody else")
    assert fresh.client.get("/queue").status_code == 303


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(guest: Screen) -> None:
    answers = []
    for login in ("hashimoto", "nobody"):
        page = guest.get("/sign-in")
        answer = guest.send(form(page, "/sign-in"), code=422, login=login, password="wrong")
        answers.append(text_of(answer.text))
    assert answers[0] == answers[1]
    assert "利用者名またはパスワードが違います" in answers[0]


def test_guessing_is_stopped_even_with_the_right_password(guest: Screen) -> None:
    for _ in range(FAILURES_ALLOWED):
        guest.send(form(guest.get("/sign-in"), "/sign-in"), code=422, login="hashimoto", password="wrong")
    last = guest.send(form(guest.get("/sign-in"), "/sign-in"), code=429, login="hashimoto", password=PASSWORD)
    assert "しばらく受け付けません" in text_of(last.text)


def test_the_throttle_forgets_after_a_while() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(FAILURES_ALLOWED):
        throttle.failed("a", "1")
    assert throttle.must_wait("a", "1")
    assert not throttle.must_wait("a", "2")
    now[0] = PAUSE_SECONDS + 1
    assert not throttle.must_wait("a", "1")


ELSEWHERE = (
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil",
    "javascript:alert(1)",
    "queue",
    "",
    "/\tqueue",
    "/queue\r\nSet-Cookie: a=b",
    "///evil",
    "/\\/evil",
    " /queue",
    "/％0d",
    "data:text/html,x",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_to_no_address_but_ours(address: str) -> None:
    assert local_address(address) == "/"


def test_a_link_to_a_request_opens_after_signing_in(guest: Screen) -> None:
    asked = guest.client.get("/queue?view=mine").headers["location"]
    assert asked == "/sign-in?next=%2Fqueue%3Fview%3Dmine"
    answer = guest.send(form(guest.get(asked), "/sign-in"), login="hashimoto", password=PASSWORD)
    assert answer.headers["location"] == "/queue?view=mine"


def test_every_answer_carries_the_policy_and_is_kept_by_no_cache(guest: Screen) -> None:
    for address in ("/sign-in", "/nowhere", "/healthz", "/s/unknown"):
        headers = guest.client.get(address).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "HX-Request" in headers["vary"]
    assert guest.client.get("/s/unknown").headers["referrer-policy"] == "no-referrer"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(guest: Screen) -> None:
    page = guest.client.get("/sign-in")
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_pages_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(screen: Screen) -> None:
    for address in ("/queue", f"/requests/{screen.arrive()}", "/requests/new", "/ledgers/lte-ledger"):
        page = screen.get(address)
        assert not page.xpath("//script[not(@src)] | //style | //*[@style] | //@*[starts-with(name(), 'on')]")
        sources = page.xpath("//script/@src | //link/@href | //img/@src | //use/@href")
        assert all(source.startswith("/static/") for source in sources)
