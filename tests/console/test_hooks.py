"""kintone's webhook is a hint: it makes us look, and nothing that it says is believed or kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from tests.connectors.kintone.city import City
from tests.console.screens import USERS, Screen, words
from tests.queue.record_desk import NUMBER, RecordDesk, record_city, record_desk
from tests.servers.programs import wait_until
from uketsuke import bootstrap
from uketsuke.cli import intake
from uketsuke.cli.intake import Watcher

SECRET = "only-for-tests-0123456789"
DOOR = f"/hooks/kintone/{NUMBER}/{SECRET}"
FORGED = json.dumps({"type": "ADD_RECORD", "app": {"id": str(NUMBER)}, "record": {"$id": {"value": "999"}}})


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        yield found


@pytest.fixture
def desk(town: tuple[City, str]) -> Iterator[RecordDesk]:
    made = record_desk(*town, hook=SecretStr(SECRET), poll_seconds=3600)
    yield made
    made.desk.app.close()


def is_woken(desk: RecordDesk) -> bool:
    (inlet,) = bootstrap.app_inlets(desk.desk.app)
    return inlet.is_woken(desk.desk.app.database)


def test_a_knock_with_the_secret_wakes_the_look_and_leaves_nothing_else(desk: RecordDesk) -> None:
    screen = Screen(desk.desk)
    assert not is_woken(desk)
    for _ in range(3):
        assert screen.client.post(DOOR, content=FORGED).status_code == 204
    assert is_woken(desk)
    desk.settle()
    assert not is_woken(desk)
    assert desk.requests() == []
    with desk.desk.app.database.reading() as tx:
        assert tx.series.peek("receipt-2026") == 1
        assert [mark.value for mark in tx.marks.beginning(f"kintone:{NUMBER}:hint")] == []


@pytest.mark.parametrize(
    "address",
    [
        f"/hooks/kintone/{NUMBER}/wrong-secret-0123456789ab",
        f"/hooks/kintone/999/{SECRET}",
        f"/hooks/kintone/{NUMBER}/{SECRET[:-1]}",
        "/hooks/kintone/x/y",
    ],
)
def test_every_other_address_gets_what_a_wrong_link_gets_and_wakes_nobody(
    desk: RecordDesk, address: str
) -> None:
    screen = Screen(desk.desk)
    answer = screen.client.post(address, content=FORGED)
    assert (answer.status_code, SECRET in answer.text) == (404, False)
    assert answer.text == screen.client.get("/s/" + "0" * 40).text
    assert not is_woken(desk)


def test_who_guesses_the_address_is_answered_later_and_later(desk: RecordDesk) -> None:
    screen = Screen(desk.desk)
    for number in range(25):
        screen.client.post(f"/hooks/kintone/{NUMBER}/wrong-{number:030d}")
    assert screen.held_back
    assert screen.client.post(DOOR).status_code == 204


def test_an_app_without_a_secret_has_no_such_address(town: tuple[City, str]) -> None:
    desk = record_desk(*town)
    assert Screen(desk.desk).client.post(f"/hooks/kintone/{NUMBER}/").status_code == 404
    assert Screen(desk.desk).client.post(f"/hooks/kintone/{NUMBER}/None").status_code == 404
    desk.desk.app.close()


def test_poll_and_webhook_together_give_one_request(
    desk: RecordDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watcher would look again in an hour; the webhook makes it look now."""
    monkeypatch.setattr(intake, "HEARING_SECONDS", 0.02)
    watcher = Watcher(desk.desk.app)
    thread = threading.Thread(target=watcher.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: _is_checked(desk), "the first look", 20)
        desk.apply()
        Screen(desk.desk).client.post(DOOR, content=FORGED)
        wait_until(lambda: _receipts(desk) == 1, "the record", 20)
    finally:
        watcher.stop()
        thread.join(10)
    desk.settle()
    assert len(desk.requests()) == 1


def _is_checked(desk: RecordDesk) -> bool:
    with desk.desk.app.database.reading() as tx:
        return tx.marks.get(f"kintone:{NUMBER}:checked") is not None


def _receipts(desk: RecordDesk) -> int:
    with desk.desk.app.database.reading() as tx:
        return tx.series.peek("receipt-2026") - 1


def test_a_kintone_that_is_away_is_told_on_every_page_after_a_quarter_of_an_hour(desk: RecordDesk) -> None:
    with desk.desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
    screen = Screen(desk.desk).sign_in()

    def said() -> list[str]:
        found = screen.get("/queue").xpath("//aside[@aria-label='お知らせ']/p")
        return [one for one in map(words, found) if "LTE返却申請" in one]

    desk.close(True)
    try:
        desk.settle()
        assert said() == []
        desk.settle(minutes=15)
        assert said()[0].startswith("LTE返却申請 に 12/10(木) 10:01 から届きません")
    finally:
        desk.close(False)
    desk.settle()
    assert said() == []
