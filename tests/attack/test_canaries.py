"""What people tell the desk stands where docs/SECURITY.md says, and nowhere else (FAULTS S9)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import pytest

from tests.attack.canaries import Canaries, allowed_columns, columns_with
from tests.attack.canary_day import Day, live_through
from tests.console.screens import PASSWORD, Screen
from uketsuke.cli.program import main
from uketsuke.domain.states import Role
from uketsuke.store.users import User

SECRETS = ("mail password", "reply password", "note password", "wrong password", "password as login")
TOLD = {"question to the requester", "reason of a return", "answer to an inquiry", "confirmation link"}
"""What is meant for a requester or an owner, and stands in the letter to them."""


class Ear(logging.Handler):
    """Hears everything that is logged, whatever its level, and writes it down as a file would hold it."""

    def __init__(self) -> None:
        super().__init__(0)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("httpx2"):  # the browser of the tests
            self.heard.append(f"{record.getMessage()} {record.__dict__!r}")


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    root, ear = logging.getLogger(), Ear()
    level = root.level
    root.addHandler(ear)
    root.setLevel(0)
    yield ear
    root.removeHandler(ear)
    root.setLevel(level)


@pytest.fixture(scope="module")
def day(ear: Ear) -> Iterator[Day]:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        lived = live_through()
    ear.heard += said.getvalue().splitlines()
    yield lived
    lived.vault.desk.app.close()


def test_every_word_stands_in_the_columns_that_the_document_allows_and_in_no_other(day: Day) -> None:
    """A dump of all columns of all tables, jobs and the audit log included, against docs/SECURITY.md."""
    found, allowed = columns_with(day.vault.desk.app.database, day.canaries), allowed_columns()
    assert len(day.canaries.doors) >= 30
    assert set(allowed) == set(day.canaries.doors)
    assert {door: found.get(door, set()) for door in allowed} == allowed


def test_no_log_of_any_level_holds_one(day: Day, ear: Ear) -> None:
    assert [one for one in ear.heard if "leavers_noted" in one]
    assert day.canaries.told("\n".join(ear.heard)) == []


def test_letters_hold_what_is_meant_for_their_reader_and_never_a_password(day: Day) -> None:
    letters = day.vault.desk.letters()
    for letter in letters:
        told = day.canaries.told(f"{letter.as_string()} {letter.get_content()}")
        assert set(told) <= TOLD, (letter["To"], told)
    assert {door for one in letters for door in day.canaries.told(one.get_content())} == TOLD


def test_no_page_of_the_desk_shows_a_password_a_link_or_a_session(day: Day) -> None:
    """Nor does any address that a page leads to hold a word of anybody's."""
    app = day.vault.desk.app
    with app.database.transaction("overseer") as tx:
        known = tx.users.get("kano")
        assert known is not None
        tx.users.put(User(**{**known.model_dump(), "roles": (Role.LEAD, Role.ADMIN, Role.OFFICER)}))
        numbers = list(tx.connection.exec_driver_sql("SELECT number FROM requests").scalars())
    screen = Screen(day.vault.desk).sign_in("kano", PASSWORD)
    shown = set[str]()
    addresses = [f"/requests/{number}" for number in numbers]
    for address in [*addresses, "/queue", "/requests", "/outbox", "/reviews", "/settings/people?q=LTE"]:
        page = screen.get(address)
        shown |= set(day.canaries.told(page.text_content()))
        assert day.canaries.told(" ".join([*page.xpath("//@href"), *page.xpath("//@action")])) == []
    assert {"mail body", "status page answer", "reason of a hold"} <= shown
    assert shown.isdisjoint({*SECRETS, "confirmation link", "session cookie", "search words"})


def test_an_error_page_holds_nothing_of_what_it_failed_over(
    day: Day, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception that quotes a request's words, in the middle of its page."""

    def broken(*args: object, **more: object) -> None:
        raise ValueError(f"input_value={list(day.canaries.doors.values())!r} {args!r}")

    screen = Screen(day.vault.desk).sign_in("kano", PASSWORD)
    monkeypatch.setattr("uketsuke.console.routes.request.request_page", broken)
    answer = screen.client.get(f"/requests/{_numbers(day)[0]}")
    assert answer.status_code == 500
    written = capfd.readouterr()
    assert "page_failed" in written.out + written.err
    assert day.canaries.told(answer.text + written.out + written.err) == []


def _numbers(day: Day) -> list[str]:
    with day.vault.desk.app.database.reading() as tx:
        return list(
            tx.connection.exec_driver_sql("SELECT number FROM requests WHERE kind = 'request'").scalars()
        )


def test_there_is_no_page_of_measures_that_could_tell_them(day: Day) -> None:
    client = Screen(day.vault.desk).client
    assert {
        client.get(address).status_code for address in ("/metrics", "/debug", "/docs", "/openapi.json")
    } == {404}
    for address in ("/healthz", "/readyz"):
        assert day.canaries.told(client.get(address).text) == []


def test_a_command_tells_no_password(
    day: Day, tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    """`explain` of the mail with the password shows the mail without it; `doctor` shows nobody's words."""
    folder = tmp_path_factory.mktemp("told")
    data = day.vault.desk.app.settings.data_dir
    settings = f'data_dir = "{data}"\nmode = "test"\nsecret = "only for tests"\n[trust]\n'
    (folder / "uketsuke.toml").write_text(settings + 'staff_domains = ["city.example.lg.jp"]\n', "utf-8")
    with day.vault.desk.app.database.reading() as tx:
        raw = tx.connection.exec_driver_sql("SELECT bytes FROM raw").scalars().first()
    (folder / "mail.eml").write_bytes(raw)
    told = dict[str, set[str]]()
    for words in (["explain", str(folder / "mail.eml")], ["doctor"], ["export", "people"], ["user", "list"]):
        with pytest.raises(SystemExit):
            main([*words, "--config", str(folder / "uketsuke.toml"), "--format", "json"])
        ended = capfd.readouterr()
        told[words[0]] = set(day.canaries.told(ended.out + ended.err))
        assert told[words[0]].isdisjoint({*SECRETS, "confirmation link", "session cookie"}), words
    assert "mail body" in told["explain"]
    assert told["doctor"] == set()
    assert told["export"] == {"directory name", "directory kana", "directory mail", "directory phone"}


def test_the_look_notices_a_word_wherever_it_stands() -> None:
    canaries = Canaries()
    words = [canaries.word(door) for door in "abcd"]
    assert canaries.told(json.dumps({"x": [words]})) == ["a", "b", "c", "d"]
