"""Whoever tries links that open nothing waits longer; whoever holds one that opens never does (FAULTS S4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.console.screens import Screen, form, open_screen, text_of
from tests.desk import Desk
from uketsuke.console.slow import MOST, Slow
from uketsuke.console.throttle import LIMITS, WrongLink, begin
from uketsuke.queue.correspondence import status_token
from uketsuke.store.database import Database
from uketsuke.store.misses import Miss
from uketsuke.store.registers import guesses, misses

FREE = LIMITS["link"].free
LONGEST = LIMITS["link"].longest.total_seconds()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    opened = open_screen().desk
    yield opened
    opened.app.close()


@pytest.fixture
def guest(desk: Desk) -> Screen:
    """Another browser on a day on which nobody has failed yet."""
    with desk.app.database.transaction("nobody has failed") as tx:
        for table in (guesses, misses):
            tx.connection.execute(table.delete())
    return Screen(desk)


def wrong(screen: Screen, count: int, door: str = "s") -> set[str]:
    """Open so many wrong links; gives the pages."""
    answers = [screen.client.get(f"/{door}/{place:040x}") for place in range(count)]
    assert {one.status_code for one in answers} == {404}
    return {one.text for one in answers}


def tired(screen: Screen) -> None:
    """So many wrong links from this address that the next is held back."""
    for _ in range(FREE):
        assert not begin(screen.desk.app, WrongLink("testclient"))


def test_after_twenty_wrong_links_the_same_page_comes_later(guest: Screen) -> None:
    pages = wrong(guest, FREE)
    assert guest.held_back == []
    pages |= wrong(guest, 3, "c") | wrong(guest, 1, "s")
    assert guest.held_back == [5.0] * 4
    assert len(pages) == 1


def test_pauses_grow_to_ten_seconds_and_are_forgotten(guest: Screen) -> None:
    tired(guest)
    for place in range(8):
        wrong(guest, 1)
        guest.desk.clock.at += timedelta(seconds=0 if place % 2 else guest.held_back[-1])
    assert guest.held_back == [5.0, LONGEST, LONGEST, LONGEST]
    guest.desk.clock.at += timedelta(days=1, minutes=1)
    guest.held_back.clear()
    wrong(guest, 2)
    assert guest.held_back == []


def test_a_link_that_opens_is_never_held_back_and_never_counted(guest: Screen) -> None:
    """Neither to look nor to answer, though others fail from the same address."""
    address = f"/s/{status_token(guest.desk.app, guest.arrive(message_id='<right@x>'))}"
    tired(guest)
    guest.send(form(guest.get(address), "/withdraw"), code=303)
    assert guest.held_back == []
    assert "取り下げ" in text_of(guest.client.get(address).text)
    wrong(guest, 1)
    assert guest.held_back == [5.0]


@pytest.mark.parametrize("deed", ["/s/{}/answer", "/s/{}/dates", "/s/{}/withdraw", "/c/{}", "/c/{}/refuse"])
def test_every_way_to_try_a_link_is_counted(guest: Screen, deed: str) -> None:
    tired(guest)
    csrf = "g" * 43
    guest.client.cookies.set("uketsuke_guest", csrf)
    answer = guest.client.post(deed.format("0" * 40), data={"csrf": csrf, "text": "x"})
    assert (answer.status_code, len(guest.held_back)) == (404, 1)


def test_an_expired_link_is_held_back_like_an_unknown_one(guest: Screen) -> None:
    address = f"/s/{status_token(guest.desk.app, guest.arrive(message_id='<ended@x>'))}"
    guest.send(form(guest.get(address), "/withdraw"), code=303)
    guest.desk.clock.at += timedelta(days=91)
    tired(guest)
    (page,) = wrong(guest, 1)
    answer = guest.client.get(address)
    assert (answer.status_code, answer.text, guest.held_back) == (404, page, [5.0, 5.0])


def test_who_goes_on_trying_costs_no_write(guest: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    tired(guest)
    begun: list[str] = []
    monkeypatch.setattr(Database, "transaction", lambda self, name: begun.append(name))
    wrong(guest, 5)
    assert begun == []


def test_how_often_and_from_where_stands_for_who_looks_after_the_desk(guest: Screen) -> None:
    wrong(guest, 3)
    with guest.desk.app.database.reading() as tx:
        (miss,) = tx.misses.latest(9)
    at = guest.desk.clock.now()
    assert miss == Miss(
        day=guest.desk.app.today(), kind="link", login="", address="testclient", count=3, last_at=at
    )


def test_answers_held_back_hold_no_thread_and_are_never_too_many() -> None:
    """The route has ended before the wait begins, and beyond so many nobody waits."""
    begun: list[float] = []

    async def answer(scope: dict, receive: object, send: object) -> None:
        scope["state"]["hold_back"] = 5.0
        await send({"type": "http.response.start"})

    async def run() -> int:
        opened = asyncio.Event()

        async def sleep(seconds: float) -> None:
            begun.append(seconds)
            await opened.wait()

        told: list[object] = []

        async def send(message: object) -> None:
            told.append(message)

        slow = Slow(answer, sleep)
        tries = [asyncio.create_task(slow({"state": {}}, None, send)) for _ in range(MOST + 7)]
        while len(begun) + len(told) < len(tries):
            await asyncio.sleep(0)
        at_once = len(told)
        opened.set()
        await asyncio.gather(*tries)
        assert len(told) == len(tries)
        return at_once

    assert asyncio.run(run()) == 7
    assert begun == [5.0] * MOST
