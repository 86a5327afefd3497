"""Can the oracle be trusted? Each fault is planted by hand, and each must be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.crash.conftest import MakeOffice
from tests.crash.office import Office, Zygote, come_to_rest, working
from tests.crash.oracle import difference, examine, fingerprint
from tests.crash.scenario import Day, ordinary_day

pytestmark = [pytest.mark.crash, pytest.mark.imap, pytest.mark.smtp]


@pytest.fixture(scope="module")
def finished(make_office: MakeOffice, zygote: Zygote) -> tuple[Office, Day]:
    """An office at rest after an ordinary day; each test plants a fault and takes it out again."""
    office, day = make_office(), ordinary_day()
    office.account.deliver_all(day.raw)
    with working(office, zygote, day) as crew:
        crew.start()
        come_to_rest(crew, day)
    return office, day


def sql(office: Office, *statements: str) -> None:
    """Change the database behind everybody's back."""
    with office.app.database.transaction("plant") as tx:
        for statement in statements:
            tx.connection.execute(text(statement))


def send_again(office: Office) -> None:
    """The relay accepts a letter twice."""
    lines = office.relay.log.read_text("utf-8").splitlines(keepends=True)
    office.relay.log.write_text("".join([*lines, lines[-1]]), "utf-8")


def take_back(office: Office) -> None:
    """The relay never had the last letter."""
    lines = office.relay.log.read_text("utf-8").splitlines(keepends=True)
    office.relay.log.write_text("".join(lines[:-1]), "utf-8")


DOUBLE_ROW = """INSERT INTO ledger_rows
 SELECT ledger, key, version + 100, "values", valid_from, valid_to, effect_key, request_id, actor,
 reason, search FROM ledger_rows WHERE effect_key IS NOT NULL ORDER BY ledger, key, version LIMIT 1"""
PLANTED: dict[str, tuple[str, Callable[[Office], None]]] = {
    "a receipt deleted": (
        "lost",
        lambda office: sql(
            office,
            "UPDATE audit SET receipt_id = NULL WHERE receipt_id = 7",
            "DELETE FROM sightings WHERE receipt_id = 7",
            "UPDATE letters SET receipt_id = NULL WHERE receipt_id = 7",
            "PRAGMA defer_foreign_keys = 1",
            "UPDATE requests SET receipt_id = 6 WHERE receipt_id = 7",
            "UPDATE receipts SET copy_of = NULL WHERE copy_of = 7",
            "DELETE FROM receipts WHERE id = 7",
        ),
    ),
    "a receipt that came to nothing": (
        "lost",
        lambda office: sql(office, "UPDATE receipts SET request_id = NULL, copy_of = NULL, kind = 'request'"),
    ),
    "a ledger changed twice by one step": (
        "double_effects",
        lambda office: sql(office, "DROP INDEX uq_ledger_rows_current", DOUBLE_ROW),
    ),
    "a mail sent twice": ("double_mails", send_again),
    "a letter that says sent and was not": ("false_outcomes", take_back),
    "a step that says done and changed nothing": (
        "false_outcomes",
        lambda office: sql(office, "UPDATE ledger_rows SET effect_key = NULL WHERE effect_key IS NOT NULL"),
    ),
    "an unknown letter without a cut": (
        "too_many_unknown",
        lambda office: sql(office, "UPDATE letters SET state = 'unknown' WHERE id = 1"),
    ),
    "a flag that nobody sees": (
        "hidden",
        lambda office: sql(
            office,
            """UPDATE requests SET concerns = '[{"code": "x", "hard": true}]' WHERE automatic = 1""",
        ),
    ),
    "a request that waits for nothing": (
        "stuck",
        lambda office: sql(office, "UPDATE requests SET state = 'running' WHERE state = 'done'"),
    ),
    "a job nobody does": (
        "stuck",
        lambda office: sql(
            office,
            "INSERT INTO jobs (name, row_id, due_at, crashes, tries, state, created_at) VALUES"
            " ('perform', 1, '2020-01-01 00:00:00.000000', 0, 0, 'waiting', '2020-01-01 00:00:00.000000')",
        ),
    ),
    "an audit entry rewritten": (
        "audit",
        lambda office: sql(office, "UPDATE audit SET actor = 'somebody' WHERE id = 5"),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(name: str, finished: tuple[Office, Day]) -> None:
    office, day = finished
    assert not examine(office, day.raw, cuts=0).problems
    database, log = office.folder / "uketsuke.db", office.relay.log.read_bytes()
    office.app.database.close()
    kept = {path: path.read_bytes() for path in office.folder.glob("uketsuke.db*")}
    kind, plant = PLANTED[name]
    try:
        plant(office)
        assert getattr(examine(office, day.raw, cuts=0), kind), name
    finally:
        office.app.database.close()
        for path in office.folder.glob("uketsuke.db*"):
            path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)
        office.relay.log.write_bytes(log)
    assert database.exists()


def test_a_mail_taken_from_the_mailbox_is_seen(finished: tuple[Office, Day]) -> None:
    office, day = finished
    report = examine(office, [*day.raw, b"Message-ID: <never@arrived>\r\n\r\n"], cuts=0)
    assert len(report.lost) == 2


def test_a_change_by_a_second_drain_is_seen(finished: tuple[Office, Day]) -> None:
    office, _ = finished
    before = fingerprint(office)
    assert difference(before, {**before, "letters": [*before["letters"], "one more"]}) == [
        f"letters: {len(before['letters'])} rows, then {len(before['letters']) + 1}"
    ]
