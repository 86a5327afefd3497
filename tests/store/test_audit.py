"""The chain shows every edit, deletion and swap; erasing personal details does not break it (FAULTS S11)."""

from __future__ import annotations

import hashlib
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.store import samples
from tests.store.threads import together
from uketsuke.store.chain import Break, Fault, Place, end_of_chain, entry_hash, follow_chain
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction

COUNT = 12
COLUMNS = ("actor", "action", "subject", "reason", "facts", "personal", "personal_digest", "previous", "hash")


def fill(database: Database, count: int = COUNT) -> None:
    with database.transaction("fill") as tx:
        for number in range(count):
            add(tx, number)


def add(tx: Transaction, number: int) -> int:
    return tx.audit.append(
        samples.NOON + timedelta(minutes=number),
        "operator",
        "run",
        f"2026-{number:06}-0",
        reason="理由",
        facts={"before": {"status": "in_stock"}, "after": {"n": number, "x": 1.50}},
        personal={"name": "田中 花子", "n": number},
    )


def broken(database: Database) -> int | None:
    with database.reading() as tx:
        return tx.audit.verify()


def tamper(database: Database, statement: str, **values: object) -> None:
    with database.transaction("tamper") as tx:
        tx.connection.execute(text(statement), values)


def test_an_untouched_chain_is_whole_and_reads_back(database: Database) -> None:
    assert broken(database) is None
    fill(database)
    assert broken(database) is None
    with database.reading() as tx:
        newest, *_ = tx.audit.latest(3)
        assert newest.id == COUNT
        assert newest.facts == {"before": {"status": "in_stock"}, "after": {"n": COUNT - 1, "x": 1.5}}
        assert newest.personal == {"name": "田中 花子", "n": COUNT - 1}
        assert tx.audit.head() == (COUNT, newest.hash)
        assert [one.id for one in tx.audit.latest(2, before=4)] == [3, 2]


def test_an_edit_of_any_column_of_any_row_shows(database: Database) -> None:
    fill(database)
    random.seed(20261120)
    for column in COLUMNS:
        row = random.randint(1, COUNT)
        with database.reading() as tx:
            old = tx.connection.execute(text(f"SELECT {column} FROM audit WHERE id = {row}")).scalar()
        tamper(database, f"UPDATE audit SET {column} = :new WHERE id = {row}", new=f"!{old[1:]}")
        assert broken(database) == row, column
        tamper(database, f"UPDATE audit SET {column} = :old WHERE id = {row}", old=old)
        assert broken(database) is None


def test_a_personal_detail_replaced_together_with_its_digest_shows(database: Database) -> None:
    fill(database)
    forged = hashlib.sha256(b"salt{}").hexdigest()
    statement = "UPDATE audit SET personal = '{}', salt = 'salt', personal_digest = :forged WHERE id = 4"
    tamper(database, statement, forged=forged)
    assert broken(database) == 4


@pytest.mark.parametrize("row", [1, COUNT // 2, COUNT])
def test_an_edited_time_and_a_changed_request_show(database: Database, row: int) -> None:
    fill(database)
    tamper(database, f"UPDATE audit SET at = '2026-01-01 00:00:00.000000' WHERE id = {row}")
    assert broken(database) == row


@pytest.mark.parametrize("row", range(1, COUNT + 1))
def test_a_deleted_row_shows_the_last_one_too(database: Database, row: int) -> None:
    fill(database)
    tamper(database, f"DELETE FROM audit WHERE id = {row}")
    assert broken(database) == row


def test_deleting_everything_shows(database: Database) -> None:
    fill(database)
    tamper(database, "DELETE FROM audit")
    assert broken(database) == 1


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 9), (COUNT - 1, COUNT)])
def test_two_swapped_rows_show(database: Database, one: int, other: int) -> None:
    fill(database)
    for before, after in ((one, 999), (other, one), (999, other)):
        tamper(database, f"UPDATE audit SET id = {after} WHERE id = {before}")
    assert broken(database) == one


def test_an_inserted_row_shows(database: Database) -> None:
    fill(database)
    names = "at, actor, action, subject, facts, previous, hash"
    tamper(database, f"INSERT INTO audit (id, {names}) SELECT 99, {names} FROM audit WHERE id = 5")
    assert broken(database) == COUNT + 1


def test_erased_personal_details_are_gone_and_the_chain_stays_whole(database: Database) -> None:
    fill(database)
    with database.transaction("erase") as tx:
        assert tx.audit.erase_personal([2, 3, 77]) == 2
        assert tx.audit.latest(1, before=3)[0].personal is None
        raw = tx.connection.execute(text("SELECT personal, salt FROM audit WHERE id = 2")).one()
    assert tuple(raw) == (None, None)
    assert broken(database) is None
    with database.transaction("more") as tx:
        add(tx, 50)
    assert broken(database) is None


def test_four_threads_append_to_one_chain(database: Database) -> None:
    def append(number: int) -> None:
        for count in range(10):
            with database.transaction("append") as tx:
                add(tx, 100 * number + count)

    together(append)
    assert broken(database) is None
    with database.reading() as tx:
        assert tx.audit.head()[0] == 40


def test_a_transaction_that_fails_leaves_no_gap(database: Database) -> None:
    fill(database, 1)
    with pytest.raises(ZeroDivisionError), database.transaction("fail") as tx:
        print(add(tx, 1) / 0)
    fill(database, 1)
    assert broken(database) is None


def test_entries_are_found_by_request_receipt_and_subject(database: Database) -> None:
    with database.transaction("write") as tx:
        receipt = samples.receipt(tx)
        request = tx.requests.add(receipt.id)
        tx.audit.append(samples.NOON, "system", "open", "a", request_id=request, receipt_id=receipt.id)
        add(tx, 1)
        found = (tx.audit.of_request(request), tx.audit.of_receipt(receipt.id), tx.audit.about("a"))
    assert [[one.id for one in entries] for entries in found] == [[1], [1], [1]]


FORGED = samples.NOON - timedelta(days=1)
DEEDS = ("edit", "delete", "swap", "insert", "cut")


def tampered(rows: list[dict[str, Any]], deed: str, chance: random.Random) -> list[dict[str, Any]]:
    """The rows after somebody with the database in hand did one thing to them."""
    made = [dict(row) for row in rows]
    at = chance.randrange(len(made))
    match deed:
        case "edit":
            column = chance.choice([*COLUMNS, "at", "request_id"])
            old = made[at][column]
            made[at][column] = f"{old}!" if isinstance(old, str) else FORGED if column == "at" else 7
        case "delete":
            del made[at]
        case "swap":
            other = chance.choice([place for place in range(len(made)) if place != at])
            made[at], made[other] = {**made[other], "id": at + 1}, {**made[at], "id": other + 1}
        case "insert":
            made = [*made[:at], {**made[at]}, *({**row, "id": row["id"] + 1} for row in made[at:])]
        case _:
            del made[-chance.randint(1, len(made)) :]
    return made


def test_of_a_thousand_tamperings_a_thousand_are_found(database: Database) -> None:
    """FAULTS S11: one row edited, deleted, swapped, inserted, or the end cut off."""
    fill(database)
    with database.reading() as tx:
        rows, head, chance = tx.audit.portion(Place()), tx.audit.head(), random.Random(20261120)
    place, broken = follow_chain(Place(), rows)
    assert (broken or end_of_chain(place, *head)) is None
    for number in range(1000):
        place, broken = follow_chain(Place(), tampered(rows, DEEDS[number % len(DEEDS)], chance))
        assert broken or end_of_chain(place, *head), (number, DEEDS[number % len(DEEDS)])


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET reason = 'x' WHERE id = 4", (4, Fault.EDITED)),
        ("DELETE FROM audit WHERE id = 4", (4, Fault.MISSING)),
        ("UPDATE audit SET personal = '{}' WHERE id = 4", (4, Fault.PERSONAL)),
        ("DELETE FROM audit WHERE id > 9", (10, Fault.END)),
        ("UPDATE audit_head SET last_id = 3", (COUNT + 1, Fault.END)),
        ("UPDATE audit SET id = -4 WHERE id = 4", (1, Fault.MISSING)),
    ],
)
def test_what_is_wrong_is_named(database: Database, statement: str, fault: tuple[int, Fault]) -> None:
    fill(database)
    tamper(database, statement)
    with database.reading() as tx:
        step = tx.audit.follow(Place())
        while not step.is_last:
            step = tx.audit.follow(step.place)
    assert step.broken == Break(*fault)


def test_a_row_written_anew_with_its_hash_does_not_fit_the_next(database: Database) -> None:
    fill(database)
    with database.reading() as tx:
        rows = tx.audit.portion(Place())
    rows[3]["actor"] = "somebody else"
    rows[3]["hash"] = entry_hash(rows[3])
    assert follow_chain(Place(), rows)[1] == Break(5, Fault.MOVED)
