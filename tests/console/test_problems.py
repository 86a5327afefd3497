"""When something fails: what, what was not changed, what to do, and never a traceback (UX 4)."""

from __future__ import annotations

import pytest

from tests.console.screens import Screen, form, text_of
from uketsuke.errors import TryLater

PAGES = (
    "/queue",
    "/requests",
    "/requests/new",
    "/work-items",
    "/outbox",
    "/ledgers",
    "/ledgers/lte-ledger",
    "/s/x",
)


def stop_database(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database answers nobody any more: its file cannot be opened."""
    screen.desk.app.database.close()
    monkeypatch.setattr(
        screen.desk.app.database, "url", screen.desk.app.database.url.set(database="/dev/null/gone.db")
    )


def test_ap_09_with_the_database_stopped_every_page_says_so_in_japanese(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_database(screen, monkeypatch)
    for address in PAGES:
        answer = screen.client.get(address)
        assert answer.status_code == 503, address
        assert "データベースに接続できません" in text_of(answer.text)
        assert "エラー番号" in text_of(answer.text)
        assert "Traceback" not in answer.text
        assert "sqlite" not in answer.text.lower()
    assert screen.client.get("/readyz").status_code == 503
    assert screen.client.get("/healthz").status_code == 200


def test_a_busy_database_is_the_same_and_says_when_to_come_back(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise TryLater("database", "locked")

    monkeypatch.setattr(screen.desk.app.database, "reading", busy)
    answer = screen.client.get("/queue")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "15"


@pytest.mark.parametrize(
    "address",
    ["/nothing", "/requests/abc", "/ledgers/none", "/work-items/zero", "/queue?page=0", "/queue?page=x"],
)
def test_what_is_not_there_is_said_in_japanese(screen: Screen, address: str) -> None:
    answer = screen.client.get(address)
    assert answer.status_code == 404
    assert "確かめ" in text_of(answer.text)


def test_a_form_of_an_ended_session_changes_nothing_and_says_how_to_go_on(screen: Screen) -> None:
    number = screen.arrive()
    page = form(screen.get(f"/requests/{number}"), "/correct")
    screen.desk.clock.forward(hours=20)
    answer = screen.send(page, "保存して再チェック", 401, f__purpose="x")
    assert "サインインし直してください" in text_of(answer.text)
    assert screen.desk.request(number).version == 1


def test_an_unforeseen_error_shows_a_number_and_no_details(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr(screen.desk.app.database, "reading", broken)
    answer = screen.client.get("/queue")
    assert answer.status_code == 500
    assert "secret details" not in answer.text
    assert "エラー番号" in text_of(answer.text)
