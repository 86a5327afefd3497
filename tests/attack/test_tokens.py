"""Nothing but the token itself opens anything, once, in its time, by a press of a button (FAULTS S4)."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.attack.guesses import guesses, written_otherwise
from tests.console.screens import USERS, Screen
from tests.vault import Vault, open_vault
from uketsuke.app import token_hash
from uketsuke.console.cookies import GUEST, SESSION
from uketsuke.console.throttle import LIMITS
from uketsuke.console.visitor import secret_hash
from uketsuke.queue.correspondence import status_token
from uketsuke.store.requests import RequestRow

SEED = 20261210
MILLION = 1_000_000
KEPT = {"requests": token_hash, "waits": token_hash, "sessions": secret_hash}
"""Tables whose rows a token opens, and how what is shown becomes what is kept there."""


@dataclass
class Doors:
    """One of each token that opens something now."""

    vault: Vault
    row: RequestRow
    status: str
    confirm: str
    session: str
    letter: str
    """Message-ID of a letter of ours."""

    @property
    def mark(self) -> str:
        """What nobody can know of it."""
        return self.letter.partition("@")[0].rpartition(".")[2]

    def known(self, tokens: list[str], column: str = "") -> set[str]:
        """Those of the tokens that the database knows; all that open something, or one column's."""
        columns = [column] if column else [f"{table}.token_hash" for table in KEPT]
        kept = " UNION ALL ".join(f"SELECT {one} FROM {one.partition('.')[0]}" for one in columns)
        asked = f"SELECT value FROM json_each(?) WHERE value IN ({kept})"
        with self.vault.desk.app.database.reading() as tx:
            return set(tx.connection.exec_driver_sql(asked, (json.dumps(tokens),)).scalars())

    def head(self) -> Any:
        """The end of the audit log: whatever happens writes there."""
        with self.vault.desk.app.database.reading() as tx:
            return tx.audit.head()


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    vault = open_vault()
    with vault.desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
    row = vault.run(vault.ask())
    session = Screen(vault.desk).sign_in().client.cookies[SESSION]
    with vault.desk.app.database.reading() as tx:
        letter = tx.letters.of_request(row.id)[0].message_id
    yield Doors(vault, row, status_token(vault.desk.app, row.number), vault.link(), session, letter)
    vault.desk.app.close()


@pytest.fixture(scope="module")
def million(doors: Doors) -> list[str]:
    """Near misses of every real token, our own signature under guessed secrets, and chance."""
    print("seed", SEED)
    numbers = [f"2026-{place:06}-{place % 10}" for place in range(300)]
    subjects = [doors.row.number, str(doors.row.id), doors.letter, *numbers]
    return guesses([doors.status, doors.confirm, doors.session, doors.mark], subjects, MILLION, SEED)


def test_of_a_million_guesses_none_opens_a_status_page_a_confirmation_or_a_session(
    doors: Doors, million: list[str]
) -> None:
    real = {"requests": doors.status, "waits": doors.confirm, "sessions": doors.session}
    for table, token in real.items():
        kept = KEPT[table](token)
        for other in KEPT:
            found = doors.known([kept], f"{other}.token_hash")
            assert found == ({kept} if other == table else set()), f"that of {table} in {other}"
    assert token_hash("x") == secret_hash("x"), "one hash of a guess is that of all tables"
    for start in range(0, MILLION, 100_000):
        assert doors.known([token_hash(one) for one in million[start : start + 100_000]]) == set()


def test_of_a_million_guessed_message_ids_none_names_a_letter(doors: Doors, million: list[str]) -> None:
    """A reply joins its thread by the Message-ID of a letter of ours: 64 bits that our secret makes."""
    front, domain = doors.letter.partition(doors.mark)[::2]
    assert doors.known([doors.letter], "letters.message_id") == {doors.letter}
    for start in range(0, MILLION, 100_000):
        tried = [f"{front}{one}{domain}" for one in million[start : start + 100_000]]
        assert doors.known(tried, "letters.message_id") == set()
    with doors.vault.desk.app.database.reading() as tx:
        assert tx.letters.by_message_id(doors.letter)
        for one in (doors.letter.upper(), f"<{doors.letter}>", f" {doors.letter}", f"{front}%{domain}"):
            assert tx.letters.by_message_id(one) is None


def visits(web: Any, asked: list[tuple[str, str, bytes]]) -> list[tuple[int, dict[str, str], bytes]]:
    """Many requests of one browser, without the price of a client: method, path, body."""
    guest = "g" * 43

    async def one(method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        told: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            told.append(message)

        headers = [(b"cookie", f"{GUEST}={guest}".encode())]
        headers += [(b"content-type", b"application/x-www-form-urlencoded")] if body else []
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method}
        scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
        scope |= {"scheme": "http", "server": ("desk", 80), "client": ("10.0.0.9", 1), "root_path": ""}
        await web(scope, receive, send)
        named = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
        return told[0]["status"], named, b"".join(part.get("body", b"") for part in told[1:])

    async def all_of_them() -> list[tuple[int, dict[str, str], bytes]]:
        return [await one(*what) for what in asked]

    return asyncio.run(all_of_them())


def test_thousands_of_guesses_by_browser_get_one_and_the_same_page_and_do_nothing(
    doors: Doors, million: list[str]
) -> None:
    chance, head = random.Random(SEED), doors.head()
    tried = [*written_otherwise(doors.status), *written_otherwise(doors.confirm), doors.session]
    tried += chance.sample(million, 700)
    paths = [one for one in tried if one and not set("/?#;\0") & set(one)]  # NUL reaches no page at all
    crossed = [f"/c/{doors.status}", f"/s/{doors.confirm}", f"/c/{doors.confirm.upper()}"]
    reads = [f"{door}{one}" for one in paths for door in ("/s/", "/c/")] + crossed
    form = b"csrf=" + b"g" * 43 + b"&text=x&reason=x&o.hand_over_date=12/15"
    writes = [
        f"{door}{one}{deed}"
        for one in chance.sample(paths, 120)
        for door, deed in (("/c/", ""), ("/c/", "/refuse"), ("/s/", "/answer"), ("/s/", "/withdraw"))
    ]
    asked = [("GET", path, b"") for path in reads] + [("POST", path, form) for path in writes]
    assert len(asked) > 2_000
    screen = Screen(doors.vault.desk)
    answers = visits(screen.client.app, asked)
    assert len(screen.held_back) == len(asked) - LIMITS["link"].free
    assert {status for status, _, _ in answers} == {404}
    assert len({body for _, _, body in answers}) == 1
    assert {headers["referrer-policy"] for _, headers, _ in answers} == {"no-referrer"}
    assert doors.head() == head


@pytest.mark.parametrize("door", ["status", "confirm"])
def test_only_pressing_a_button_does_anything(doors: Doors, door: str) -> None:
    """Gateways and previews open links by every method there is, and send no form of ours."""
    head, token = doors.head(), getattr(doors, door)
    address = f"/{door[0]}/{token}"
    deeds = {"status": ("/answer", "/dates", "/withdraw"), "confirm": ("", "/refuse")}[door]
    methods = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
    asked = [(method, address + deed, b"") for method in methods for deed in ("", *deeds)]
    asked += [
        ("POST", address + deed, body) for deed in deeds for body in (b"", b"csrf=x", b"csrf=" + b"h" * 43)
    ]
    answers = visits(Screen(doors.vault.desk).client.app, asked)
    assert {status for status, _, _ in answers} <= {200, 403, 404, 405}
    for (method, path, _), (status, headers, body) in zip(asked, answers, strict=True):
        assert headers["referrer-policy"] == "no-referrer", (method, path)
        assert headers["cache-control"] == "no-store", (method, path)
        assert status != 200 or (method in ("GET", "HEAD") and path == address)
        assert status == 200 or token.encode() not in body
    assert doors.head() == head


def test_a_token_is_told_to_nobody_else_and_stands_in_no_log(
    doors: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    """No page that it opens loads anything from elsewhere, or links there; nothing is logged of it."""
    caplog.set_level(0)
    guest = Screen(doors.vault.desk)
    for address in (f"/s/{doors.status}", f"/c/{doors.confirm}", f"/c/{'0' * 40}"):
        for method in ("GET", "HEAD", "DELETE"):
            guest.client.request(method, address)
    page = guest.get(f"/s/{doors.status}")
    links = itertools.chain(page.xpath("//@href"), page.xpath("//@src"), page.xpath("//@action"))
    assert not [one for one in links if not str(one).startswith(("/", "#", "mailto:", "tel:"))]
    told = [
        one.getMessage() for one in caplog.records if not one.name.startswith("httpx2")
    ]  # the test's browser
    assert told
    assert not [one for one in (doors.status, doors.confirm, doors.session) if one in "".join(told)]
