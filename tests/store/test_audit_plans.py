"""操作記録 over a long log: what it asks is found by an index, on both engines (AP-89)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from tests.store import samples
from tests.store.explain import explained
from uketsuke.store.audit import Wanted
from uketsuke.store.chain import START
from uketsuke.store.database import Database
from uketsuke.store.registers import audit

ROWS = 20_000
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = BEGUN + timedelta(days=ROWS // 100 - 3)


@pytest.fixture
def long_log(url: str) -> Database:
    """A hundred entries a day by five people, each request with a few."""
    database = Database(url)
    with database.transaction("fill") as tx:
        ids = [samples.request(tx) for _ in range(3)]
        tx.connection.execute(audit.delete())
        people = [f"person{place}" for place in range(5)]
        common = {"facts": "{}", "previous": START, "hash": START, "subject": "x"}
        rows = [
            {
                "id": place,
                "at": BEGUN + timedelta(days=1) * place / 100,
                "actor": people[place % 5] if place % 4000 else "seldom",
                "action": "run" if place % 50 else "sign-in",
                "request_id": ids[place // 100 % 3] if place % 700 == 0 else None,
                **common,
            }
            for place in range(1, ROWS + 1)
        ]
        tx.connection.execute(insert(audit), rows)
        tx.connection.execute(text("ANALYZE"))
    return database


ASKED = {
    "newest": Wanted(),
    "day": Wanted(since=DAY, until=DAY + timedelta(days=1)),
    "long ago": Wanted(since=BEGUN, until=BEGUN + timedelta(days=1)),
    "person": Wanted(actors=("person3",)),
    "seldom person": Wanted(actors=("seldom",)),
    "person and day": Wanted(actors=("person3",), since=DAY, until=DAY + timedelta(days=1)),
    "number": Wanted(requests=frozenset({1}), receipts=frozenset({1})),
    "kind": Wanted(actions=("sign-in", "user-*")),
}


IN_ORDER = ("newest", "kind", "person")
"""May be read from one end until a page is full: every fifth entry is of that person."""
WALK = re.compile(r"rowid[<>]|using pk_audit on .*\n +(?:Filter|Index Cond: \(id [<>])")


def test_no_question_of_the_audit_page_reads_the_whole_log(long_log: Database) -> None:
    """Neither the table, nor the log along its ids up to what is wanted."""
    for name, wanted in ASKED.items():
        with long_log.reading() as tx, explained(tx.connection) as plan:
            assert tx.audit.found(wanted, 51), name
            tx.audit.found(wanted, 51, before=ROWS // 2)
            tx.audit.found(wanted, 51, after=ROWS // 2)
        walks = WALK.findall(plan.text) + plan.scans
        assert name in IN_ORDER or not walks, f"{name} {plan.text}"
    long_log.close()
