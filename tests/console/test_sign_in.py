"""Signing in: sessions, throttling, and what an answer carries (FAULTS S5)."""

from __future__ import annotations

import pytest

from tests.console.screens import PASSWORD, Screen, form, open_screen, text_of, words
from uketsuke.console.guard import CONTENT_SECURITY_POLICY
from uketsuke.console.routes.sign_in import local_address
from uketsuke.settings import Console


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


ELSEWHERE = (
    *(
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "//evil.example/%2f..",
        "//evil.example@here/",
    ),
    *("/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/evil.example", "/\\\\evil.example"),
    *(
        "https://evil.example/",
        "HTTPS://evil.example",
        "http:evil.example",
        "https:/evil.example",
        "https:///evil",
    ),
    *(
        "ftp://evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "vbscript:x",
    ),
    *(
        "data:text/html,x",
        "data:text/html;base64,eA==",
        "file:///etc/passwd",
        "blob:x",
        "mailto:a@evil.example",
    ),
    *("/\tqueue", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "\n//evil.example", "/queue\n"),
    *("/queue\r\nSet-Cookie: a=b", "/queue\r\n\r\n<script>", "/\x00/evil.example", "/\x0b/evil", "/\x7fevil"),
    *(" /queue", " //evil.example", "/ /evil.example\\", "/queue ", "\u3000/queue", "/\u2028/evil.example"),
    *(
        "/％0d",
        "／／evil.example",
        "/／evil.example",
        "/。evil",
        "﹨evil",
        "/\u202eelpmaxe.live",
        "/\ufeff/evil",
    ),
    *(
        "",
        "queue",
        "?next=/queue",
        "#x",
        ".",
        "..",
        "evil.example",
        "@evil.example",
        ":80",
        "%2f%2fevil.example",
    ),
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_to_no_address_but_ours(address: str) -> None:
    assert local_address(address) == "/"


def test_what_leads_elsewhere_leads_to_the_front_page(guest: Screen) -> None:
    page = form(guest.get("/sign-in"), "/sign-in")
    answer = guest.send(page, login="hashimoto", password=PASSWORD, next="//evil.example")
    assert answer.headers["location"] == "/"


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
    page = form(guest.get("/sign-in"), "/sign-in")
    cookies = guest.send(page, login="hashimoto", password=PASSWORD).headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in one and "SameSite=lax" in one and "Domain" not in one for one in cookies)


def test_over_https_cookies_are_secure_and_no_other_host_can_set_them() -> None:
    screen = open_screen(console=Console(base_url="https://uketsuke.city.example.lg.jp"))
    screen.client.base_url = screen.client.base_url.copy_with(scheme="https")
    page = form(screen.get("/sign-in"), "/sign-in")
    cookies = screen.send(page, login="hashimoto", password=PASSWORD).headers.get_list("set-cookie")
    screen.get("/queue")
    assert all(one.startswith("__Host-uketsuke_") and "Secure" in one and "Path=/;" in one for one in cookies)
    screen.client.cookies.clear()
    screen.client.cookies.set("uketsuke_session", "of a neighbouring host")
    assert screen.client.get("/queue").status_code == 303
    screen.desk.app.close()


def test_pages_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(screen: Screen) -> None:
    for address in ("/queue", f"/requests/{screen.arrive()}", "/requests/new", "/ledgers/lte-ledger"):
        page = screen.get(address)
        assert not page.xpath("//script[not(@src)] | //style | //*[@style] | //@*[starts-with(name(), 'on')]")
        sources = page.xpath("//script/@src | //link/@href | //img/@src | //use/@href")
        assert all(source.startswith("/static/") for source in sources)
