"""A range that is used up stops the step, and says so in words where the desk looks (rule EK-4)."""

from __future__ import annotations

from tests.archive import ArchiveDesk
from tests.console.screens import USERS, Screen, words
from uketsuke.store.ledgers import Origin


def test_an_exhausted_range_says_which_ledger_how_many_and_where_it_ends() -> None:
    office = ArchiveDesk.open()
    with office.desk.app.database.transaction("nearly-full") as tx:
        for user in USERS:
            tx.users.put(user)
        tx.ledgers.insert("archive-ledger", "U110439", {"user_id": "U110439"}, Origin(actor="test"))
    row = office.begun("甲野 一", "乙野 二")
    screen, says = (
        Screen(office.desk).sign_in(),
        "書庫利用台帳の番号が足りません（2件必要、最後の番号は U110440）",
    )
    assert says in words(screen.get(f"/requests/{row.number}"))
    assert says in words(screen.get("/outbox"))
    page = screen.get(f"/outbox/steps/{office.step(row, 2).id}")
    assert says in words(page)
    assert page.xpath("//form[contains(@action, '/retry')]")
