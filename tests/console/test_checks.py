"""A recorded identity check that an edit has made void is not silently gone: the page says so (FAULTS 3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.screens import USERS, Screen, words
from tests.desk import mail
from tests.queue.test_checks import NOTE, SOMEBODY, WORDS
from tests.queue.test_unlock import Office
from uketsuke.app import Actor
from uketsuke.domain.content import Channel
from uketsuke.domain.states import Role
from uketsuke.queue import decide
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User

TANAKA = Actor("tanaka", Role.OPERATOR, "D1002")
HASHIMOTO = Actor("hashimoto", Role.OPERATOR, "D1001")


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of("ashiya", "2027-02-08T08:46")
    with opened.desk.app.database.transaction("people") as tx:
        for user in (*USERS, User(login="operator01", name="堀 静香", roles=(Role.OPERATOR,))):
            tx.users.put(user)
    yield opened
    opened.close()


def told(office: Office, row: RequestRow) -> str:
    """What 実行の条件 says about a check that counts no more."""
    page = Screen(office.desk).sign_in().get(f"/requests/{row.number}")
    return " ".join(words(one) for one in page.xpath("//section[@class='auth']//*[@class='why']"))


def correct(office: Office, row: RequestRow, **values: str) -> RequestRow:
    decide.correct(office.desk.app, TANAKA, row.id, row.version, values)
    return office.desk.request(row.number)


def test_the_page_says_who_had_checked_whom_why_it_counts_no_more_and_what_to_do(office: Office) -> None:
    row = office.receive(NOTE, Channel.NOTE)
    assert told(office, row) == ""
    row = correct(office, row, **SOMEBODY)
    assert told(office, row) == (
        "堀 静香さんが2/8(月) 08:46に記録した本人確認（窓口）は、そのあと田中 実さんの訂正で依頼者か"
        "対象のアカウントが変わったため、数えません。改めて本人を確かめ、下の「本人確認をした」に記録してください。"
    )
    page = Screen(office.desk).sign_in().get(f"/requests/{row.number}")
    assert page.xpath("//legend[.='本人確認をした']")
    decide.attest(office.desk.app, HASHIMOTO, row.id, row.version, "call-back")
    assert told(office, office.desk.request(row.number)) == ""
    row = correct(office, office.desk.request(row.number), requester_name="藤本 圭", account_id="a30512")
    assert "橋本 香織さんが" in told(office, row), "the last check, not the first"


def test_where_the_mail_itself_is_strong_it_says_that_the_owner_is_asked(office: Office) -> None:
    strong = mail(WORDS, sender="fujimoto-k@ashiya-sample.example.lg.jp", day=office.desk.clock.at)
    row = office.receive(strong.replace(b"city.example", b"ashiya-sample.example"))
    decide.attest(office.desk.app, HASHIMOTO, row.id, row.version, "counter")
    row = correct(office, office.desk.request(row.number), **SOMEBODY)
    assert told(office, row).endswith("アカウントの持ち主に改めて確かめるまで、実行しても先へ進みません。")


def test_an_edit_that_leaves_the_check_says_nothing(office: Office) -> None:
    row = correct(office, office.receive(NOTE, Channel.NOTE), requester_phone="2211")
    assert told(office, row) == ""
