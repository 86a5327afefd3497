"""Guessing gets slower and slower, and nobody can lock the desk out (FAULTS S5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.console.screens import PASSWORD, PASSWORD_HASH, Screen, form, text_of, words
from tests.store.threads import together
from uketsuke.console.cookies import KNOWN
from uketsuke.console.throttle import (
    FORGOTTEN,
    LIMITS,
    Attempt,
    begin,
    is_known,
    known_mark,
    network_of,
    succeed,
    wait_words,
)
from uketsuke.console.words import Words
from uketsuke.domain.states import Role
from uketsuke.store.misses import KEPT
from uketsuke.store.users import User

FREE = LIMITS["login"].free


def fail(screen: Screen, count: int, login: str = "hashimoto") -> None:
    for _ in range(count):
        screen.send(form(screen.get("/sign-in"), "/sign-in"), code=422, login=login, password="wrong")


def try_in(screen: Screen, code: int, login: str = "hashimoto", password: str = PASSWORD) -> str:
    answer = screen.send(form(screen.get("/sign-in"), "/sign-in"), code=code, login=login, password=password)
    return text_of(answer.text)


def test_pauses_grow_to_their_limit_and_no_further() -> None:
    limit = LIMITS["login"]
    pauses = [limit.pause(count).total_seconds() for count in range(FREE - 1, FREE + 9)]
    assert pauses == [0, 5, 10, 20, 40, 80, 160, 320, 640, 900]
    assert limit.pause(10**9) == limit.longest


def test_guessing_is_stopped_for_a_told_time_even_with_the_right_password(guest: Screen) -> None:
    fail(guest, FREE)
    page = form(guest.get("/sign-in"), "/sign-in")
    answer = guest.send(page, code=429, login="hashimoto", password=PASSWORD)
    assert answer.headers["retry-after"] == "5"
    assert "あと5秒ほどたってから" in text_of(answer.text)
    guest.desk.clock.at += timedelta(seconds=5)
    try_in(guest, 303)


def test_a_name_that_nobody_has_is_slowed_down_with_the_same_words(guest: Screen) -> None:
    fail(guest, FREE, "hashimoto")
    fail(guest, FREE, "nobody")
    assert try_in(guest, 429, "hashimoto") == try_in(guest, 429, "nobody")
    assert "hashimoto" not in try_in(guest, 429, "hashimoto")


def test_what_is_refused_makes_no_pause_longer(guest: Screen) -> None:
    fail(guest, FREE)
    for _ in range(10):
        try_in(guest, 429)
    guest.desk.clock.at += timedelta(seconds=5)
    try_in(guest, 303)


def test_who_fails_on_purpose_does_not_lock_out_a_known_browser(guest: Screen) -> None:
    guest.sign_in()
    attacker = Screen(guest.desk)
    fail(attacker, FREE)
    try_in(attacker, 429)
    try_in(guest, 303)


def test_a_known_browser_may_not_guess_for_ever_either_and_is_known_for_one_name_only(guest: Screen) -> None:
    app = guest.desk.app
    mark = known_mark(app, "hashimoto")
    assert is_known(app, "Ｈashimoto ", mark)
    assert not is_known(app, "tanaka", mark)
    for wrong in ("", ".", "x.y", mark + "0", mark[1:]):
        assert not is_known(app, "hashimoto", wrong)
    guest.sign_in()
    assert guest.client.cookies[KNOWN]
    fail(guest, FREE)
    try_in(guest, 429)


def test_knowing_one_password_gives_no_free_tries_at_others_from_the_same_address(guest: Screen) -> None:
    app = guest.desk.app
    for number in range(LIMITS["address"].free - 1):
        assert not begin(app, Attempt(f"name{number}", "192.0.2.1"))
        own = Attempt("ono", "192.0.2.1")
        assert not begin(app, own)
        with app.database.transaction("right") as tx:
            succeed(app, tx, own)
    assert not begin(app, Attempt("last", "192.0.2.1"))
    assert begin(app, Attempt("one more", "192.0.2.1")) > timedelta(0)
    assert not begin(app, Attempt("one more", "192.0.2.2"))


def test_twenty_tries_at_once_are_counted_one_by_one(guest: Screen) -> None:
    app, gone_on = guest.desk.app, []

    def attempt(number: int) -> None:
        gone_on.extend(
            [1 for place in range(5) if not begin(app, Attempt("hashimoto", f"192.0.{number}.{place}"))]
        )

    together(attempt)
    assert len(gone_on) == FREE


def test_counters_are_forgotten_after_a_day_and_hold_no_names(guest: Screen) -> None:
    app = guest.desk.app
    for _ in range(FREE):
        begin(app, Attempt("ひみつの合言葉", "192.0.2.1"))
    with app.database.reading() as tx:
        kept = tx.connection.exec_driver_sql("SELECT * FROM guesses").all()
    assert len(kept) == 2
    assert "ひみつ" not in str(kept)
    assert "192" not in str([row.key for row in kept])
    guest.desk.clock.at += FORGOTTEN + timedelta(seconds=1)
    begin(app, Attempt("x", "192.0.2.9"))
    with app.database.reading() as tx:
        assert len(tx.connection.exec_driver_sql("SELECT * FROM guesses").all()) == 2


def test_a_clock_that_was_set_back_keeps_nobody_out(guest: Screen) -> None:
    fail(guest, FREE)
    guest.desk.clock.at -= timedelta(days=2)
    try_in(guest, 303)


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1:2:3:4", "2001:db8::/64"), ("testclient", "testclient")],
)
def test_a_network_of_ipv6_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_wait_is_told_in_the_unit_people_use() -> None:
    told = [wait_words(timedelta(seconds=seconds), Words.load()) for seconds in (0.2, 119, 120, 121, 900)]
    assert told == ["1秒", "119秒", "2分", "3分", "15分"]


def test_failures_are_shown_by_day_name_and_address_and_never_what_was_typed(guest: Screen) -> None:
    """People type passwords where the login belongs: only a sign-in that there is stands there."""
    lead = User(login="lead", name="責任 太郎", roles=(Role.LEAD,), password_hash=PASSWORD_HASH)
    with guest.desk.app.database.transaction("people") as tx:
        tx.users.put(lead)
    fail(guest, 3)
    fail(guest, 2, "ひみつの合言葉")
    guest.client.get(f"/s/{'0' * 40}")
    page = guest.sign_in("lead").get("/audit")
    rows = page.xpath("//table[contains(@class,'miss-list')]//tbody/tr")
    day, at, here = "12/10(木)", "12/10(木) 10:01", "testclient"
    assert [[words(cell) for cell in row] for row in rows] == [
        [day, "サインイン", "橋本 香織（hashimoto）", here, "3", at],
        [day, "サインイン", "登録のない利用者名", here, "2", at],
        [day, "メールのリンク", "", here, "1", at],
    ]
    assert "ひみつ" not in words(page)
    guest.desk.clock.at += KEPT + timedelta(days=1)
    fail(guest, 1)
    with guest.desk.app.database.reading() as tx:
        assert [one.count for one in tx.misses.latest(9)] == [1]
