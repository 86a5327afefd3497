"""Text from outside stays text on every page, in every letter, in every file (FAULTS S6)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html
from playwright.sync_api import Browser

from tests.attack.hostile_desk import ADDRESS, LOGIN, facts_of, open_hostile_desk
from tests.attack.living import strange
from tests.attack.payloads import NEVER, PAYLOADS
from tests.attack.places import CUT, OF_CONTENT, OURS, columns, contents, fields, flood, missing, typed
from tests.attack.walk import Walk, addresses
from tests.console.screens import PASSWORD, Screen, hidden
from tests.console.serving import serving
from tests.vault import Vault
from uketsuke.console.access import TABLE
from uketsuke.console.guard import CONTENT_SECURITY_POLICY
from uketsuke.console.views.ledgers import neutral
from uketsuke.console.web import create_app
from uketsuke.queue.correspondence import status_token

ZEROS = re.compile('="[0-9]+"')
HEADERS = {
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Uketsuke", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}


@dataclass
class Seen:
    """What was found wrong, and how often pages were what."""

    faults: list[str] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    showing: int = 0
    """Pages on which some of the texts stood."""

    def look(self, address: str, answer: Any) -> None:
        """A page, a part of one, a file: nothing of it is alive, and none is an error of ours."""
        self.codes[answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append(f"{address[:300]}: {answer.status_code}")
        if answer.headers.get("content-security-policy") != CONTENT_SECURITY_POLICY:
            self.faults.append(f"{address[:300]}: policy")
        if NEVER in answer.text:
            self.faults.append(f"{address[:300]}: a template was carried out")
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text.strip():
            page = html.fromstring(answer.text)
            self.faults += [f"{address[:300]}: {one}" for one in strange(page)]
            self.showing += "hit()" in page.text_content()


def sign_in(screen: Screen) -> Screen:
    """Somebody with every role, whose very sign-in is hostile."""
    page = screen.client.get("/sign-in")
    answer = screen.client.post("/sign-in", data={**hidden(page.text), "login": LOGIN, "password": PASSWORD})
    assert answer.status_code == 303
    return screen


@pytest.fixture(scope="module")
def desk() -> Iterator[Screen]:
    opened = open_hostile_desk()
    yield opened
    opened.desk.app.close()


@pytest.fixture(scope="module")
def overseer(desk: Screen) -> Screen:
    """One browser for all: sign-ins at one moment of a clock that stands still would end each other."""
    return sign_in(Screen(desk.desk))


def all_addresses(screen: Screen) -> list[str]:
    """Every page there is, status pages and confirmations included."""
    app, facts = screen.desk.app, facts_of(screen)
    tokens = [status_token(app, number) for number in facts["number"][:5]]
    return list(addresses({**facts, "token": [*tokens, Vault(screen.desk).link()]}))


@pytest.fixture(scope="module")
def tried() -> set[str]:
    """Kinds of forms that were sent already."""
    return set()


def test_the_day_is_lived_through_and_every_letter_and_answer_is_written(desk: Screen) -> None:
    assert len(facts_of(desk)["number"]) > 8
    assert len(set(PAYLOADS)) >= 100


def test_every_payload_stands_whole_in_every_field_of_every_service(desk: Screen) -> None:
    """The fields are those that the services declare: one more without a payload fails."""
    found, asked = typed(desk.desk.app.database), list(fields(desk.desk.app.catalogue))
    assert len(asked) > 40
    assert {one: lost for one in asked if (lost := missing(found.get(one, [])))} == {}


def test_every_payload_stands_whole_in_every_part_of_a_mail(desk: Screen) -> None:
    """What a part is, the content says; what cannot hold a payload stands with its reason in `places`."""
    found = contents(desk.desk.app.database)
    assert {"subject", "text", "signature", "quoted_text", "attachments.filename"} <= set(found)
    lost = {
        place: [one for one in missing(words) if not set(one) & set(CUT.get(place, ""))]
        for place, words in found.items()
        if place not in OF_CONTENT
    }
    assert {place: some for place, some in lost.items() if some} == {}


@pytest.mark.parametrize("part", range(6))
def test_no_text_becomes_part_of_a_page_and_no_form_breaks_one(
    desk: Screen, overseer: Screen, tried: set[str], part: int
) -> None:
    """Every page of the route table, and every form on them, sent with hostile words in four ways."""
    seen, screen = Seen(), overseer
    walk, before = Walk(screen, seen.look, tried), len(tried)
    for address in all_addresses(desk)[part::6]:
        walk.try_forms(address)
    print(seen.codes, walk.sent, seen.showing)
    assert seen.faults == []
    assert walk.sent >= len(tried) - before
    assert part < 5 or len(tried) > 30
    assert seen.showing > 10


def test_no_text_becomes_a_header_an_address_or_a_part_of_a_letter(desk: Screen) -> None:
    asked = "SELECT mail FROM people UNION SELECT general_affairs_list FROM departments"
    asked += " UNION SELECT mail FROM shared_mailboxes"
    with desk.desk.app.database.reading() as tx:
        known = {*tx.connection.exec_driver_sql(asked).scalars()} - {ADDRESS}
    letters = desk.desk.letters()
    assert sum("hit()" in letter.get_content() for letter in letters) > 5
    for letter in letters:
        assert set(letter.keys()) <= HEADERS
        assert (letter.get_content_type(), letter.is_multipart()) == ("text/plain", False)
        people = [one.addr_spec for name in ("To", "Cc") if letter[name] for one in letter[name].addresses]
        assert set(people) <= known
        assert not re.search(r"[\r\n\0]", letter["Subject"])
        assert NEVER not in letter.get_content()


def test_no_cell_of_an_exported_file_is_a_formula(desk: Screen, overseer: Screen) -> None:
    """Every CSV of the route table, and that of the audit log; `="0012"` is how Excel keeps zeros."""
    screen, files = overseer, list[bytes]()
    for address in all_addresses(desk):
        if address.endswith(".csv"):
            answer = screen.client.get(address)
            files += [answer.content] if answer.status_code == 200 else []
    secret = screen.get("/queue").xpath("//input[@name='csrf']/@value")[0]
    files.append(screen.client.post("/audit/export", data={"csrf": secret}).content)
    assert len(files) >= 3
    for file in files:
        cells = [cell for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) for cell in row]
        assert len(cells) > 8
        assert not [
            one for one in cells if re.match(r"[=+\-@＝＋－＠\t\r]", one) and not ZEROS.fullmatch(one)
        ]
    assert any("hit()" in file.decode() for file in files)
    formulas = [payload for payload in PAYLOADS if re.match(r"[=+\-@＝]", payload)]
    assert len(formulas) >= 5
    assert all(neutral(one) == f"'{one}" for one in formulas)


def test_what_stands_in_any_column_stays_text_on_every_page_that_shows_it(
    desk: Screen, overseer: Screen
) -> None:
    """Whatever wrote it: every payload is put whole into every column for words, in every row."""
    desk.desk.work()
    seen, guest, screen, asked = Seen(), Screen(desk.desk), overseer, all_addresses(desk)
    with desk.desk.app.database.reading() as tx:
        numbers = tx.connection.exec_driver_sql("SELECT number FROM requests").scalars().all()
    asked = list(dict.fromkeys([*asked, *(f"/requests/{number}" for number in numbers)]))
    assert set(OURS) <= set(map(str, columns()))
    assert flood(desk.desk.app.database) > 50
    for address in asked:
        if "/decide/" not in address and "hit" not in address and "9999" not in address:
            seen.look(address, (guest if address[1:3] in ("s/", "c/") else screen).client.get(address))
    print(seen.codes, seen.showing)
    assert seen.faults == []
    assert seen.showing > 60
    whole = [path for method, path in TABLE if method == "GET" and "{" not in path]
    assert {
        path: code for path in whole if (code := screen.client.get(path).status_code) not in (200, 303)
    } == {}


@pytest.mark.browser
def test_a_browser_runs_nothing_of_it_even_without_our_policy(desk: Screen, chromium: Browser) -> None:
    """The pages' policy is switched off, so that a script that got in would run and be noticed."""
    facts = facts_of(desk)
    token = status_token(desk.desk.app, facts["number"][0])
    pages = [
        "/queue?view=review",
        "/requests",
        "/outbox",
        "/reviews",
        "/approvals",
        "/work-items",
        f"/s/{token}",
    ]
    pages += [f"/requests/{number}" for number in facts["number"][:6]]
    pages += ["/ledgers/lte-ledger", f"/ledgers/lte-ledger/{quote('<hit->', safe='')}"]
    pages += ["/settings/people?q=%E3%80%94", f"/settings/people/{quote(facts['person'][0], safe='')}"]
    with serving(create_app(desk.desk.app)) as url:
        context = chromium.new_context(bypass_csp=True)
        context.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1; }")
        outside: list[str] = []
        context.on("request", lambda one: outside.append(one.url) if not one.url.startswith(url) else None)
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.click("form button[type=submit]")
        for address in pages:
            page.goto(url + address)
            assert page.evaluate("window.hits") == 0, address
            assert "hit" in (page.text_content("body") or ""), address  # a narrow header hides the name
        page.evaluate("document.body.innerHTML = '<img src=x onerror=hit()>'")
        page.wait_for_function("window.hits === 1")
        context.close()
    assert [one for one in outside if not one.startswith("data:")] == []


def test_the_look_for_what_is_alive_notices_it() -> None:
    for payload in PAYLOADS[: 10 * 6]:
        page = f"<title>{payload}</title><option value='{payload}'><p title=\"{payload}\">{payload}</p>"
        assert strange(html.fromstring(page)), payload
    assert not strange(html.fromstring("<p title='x'>x<a href='/queue'>x</a></p>"))
