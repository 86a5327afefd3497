"""Every past day of a ledger can be read, and nothing is changed that is not as expected (DESIGN 7)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store import samples
from tests.store.threads import together
from uketsuke.domain.world import LedgerRow
from uketsuke.errors import NotFound, StalePlan
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Imported, Origin, OutOfStock, RowExists
from uketsuke.store.transaction import Transaction

LEDGER = "lte-ledger"
FREE = {"status": "in_stock"}
TAKEN = {"status": "reserved"}


def by(at: datetime = samples.NOON, **origin: object) -> Origin:
    return Origin(actor="tester", at=at, **origin)  # type: ignore[arg-type]


def fill(database: Database, count: int, at: datetime = samples.NOON) -> None:
    with database.transaction("fill") as tx:
        for number in range(count):
            tx.ledgers.insert(LEDGER, f"LTE-{number:04}", FREE, by(at))


def row(tx: Transaction, key: str = "LTE-0000") -> LedgerRow:
    found = tx.ledgers.row(LEDGER, key)
    assert found
    return found


def test_a_change_makes_a_new_version_and_keeps_the_old_one(database: Database) -> None:
    fill(database, 1)
    with database.transaction("change") as tx:
        request_id = samples.request(tx)
        origin = by(samples.NOON + timedelta(days=1), effect_key="1-1", request_id=request_id, reason="交換")
        changes = {"status": "handed_out", "user_name": "小林 誠"}
        assert tx.ledgers.update(LEDGER, "LTE-0000", 1, changes, origin) == 2
        assert row(tx).values == changes
        first, second = tx.ledgers.history(LEDGER, "LTE-0000")
        assert first.valid_to == second.valid_from == origin.at
        assert (second.effect_key, second.request_id, second.reason) == ("1-1", request_id, "交換")
        assert [one.version for one in tx.ledgers.of_request(request_id)] == [2]


def test_none_removes_a_value(database: Database) -> None:
    fill(database, 1)
    with database.transaction("change") as tx:
        tx.ledgers.update(LEDGER, "LTE-0000", 1, {"status": None, "place": "本庁"}, by())
        assert row(tx).values == {"place": "本庁"}


def test_an_old_version_is_stale_and_shows_expected_and_found(database: Database) -> None:
    fill(database, 1)
    with database.transaction("first") as tx:
        tx.ledgers.update(LEDGER, "LTE-0000", 1, TAKEN, by())
    with database.transaction("second") as tx:
        with pytest.raises(StalePlan) as stale:
            tx.ledgers.update(LEDGER, "LTE-0000", 1, {"status": "lost"}, by())
        assert (stale.value.expected, stale.value.found, stale.value.version) == (FREE, TAKEN, 2)
        with pytest.raises(NotFound):
            tx.ledgers.update(LEDGER, "LTE-9999", 1, TAKEN, by())
        with pytest.raises(RowExists):
            tx.ledgers.insert(LEDGER, "LTE-0000", FREE, by())
        assert len(tx.ledgers.history(LEDGER, "LTE-0000")) == 2


def test_of_four_who_change_one_version_one_succeeds(database: Database) -> None:
    fill(database, 1)

    def change(number: int) -> bool:
        try:
            with database.transaction("change") as tx:
                tx.ledgers.update(LEDGER, "LTE-0000", 1, {"user_name": str(number)}, by())
        except StalePlan:
            return False
        return True

    assert sorted(together(change)) == [False, False, False, True]


@pytest.mark.parametrize("set_back", [timedelta(0), timedelta(days=-1)])
def test_a_clock_that_stands_or_goes_back_leaves_no_gap(database: Database, set_back: timedelta) -> None:
    fill(database, 1)
    with database.transaction("change") as tx:
        tx.ledgers.update(LEDGER, "LTE-0000", 1, TAKEN, by(samples.NOON + set_back))
        assert tx.ledgers.row(LEDGER, "LTE-0000", as_of=samples.NOON - timedelta(hours=1)) is None
        for moment in (samples.NOON, samples.NOON + timedelta(days=9)):
            found = tx.ledgers.row(LEDGER, "LTE-0000", as_of=moment)
            assert found
            assert found.values == TAKEN


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["LTE-1", "LTE-2", "LTE-3"]),
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.text("xyz", max_size=2), min_size=1),
        st.integers(0, 5),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_every_past_moment_reads_as_it_was(
    url: str, changes: list[tuple[str, dict[str, object], int]]
) -> None:
    """A plain dictionary, copied after every change, is what as-of must give back."""
    database, ledger = Database(url), f"l{id(changes)}"
    at, then = samples.NOON, dict[datetime, dict[str, object]]()
    state: dict[str, dict[str, object]] = {}
    with database.transaction("replay") as tx:
        for key, values, hours in changes:
            at += timedelta(hours=hours)
            old = tx.ledgers.row(ledger, key)
            if old is None:
                tx.ledgers.insert(ledger, key, values, by(at))  # type: ignore[arg-type]
            else:
                tx.ledgers.update(ledger, key, old.version, values, by(at))  # type: ignore[arg-type]
            state = {**state, key: {**state.get(key, {}), **values}}
            then[at] = state
        for moment, expected in then.items():
            found = tx.ledgers.rows(ledger, as_of=moment)
            assert {one.key: one.values for one in found} == expected
        assert tx.ledgers.rows(ledger, as_of=samples.NOON - timedelta(seconds=1)) == []
        assert {one.key: one.values for one in tx.ledgers.export_rows(ledger)} == state
        tx.connection.exec_driver_sql(f"DELETE FROM ledger_rows WHERE ledger = '{ledger}'")
    database.close()


def test_rows_meet_all_criteria_whatever_their_type(database: Database) -> None:
    with database.transaction("fill") as tx:
        tx.ledgers.insert("x", "1", {"a": "1", "n": 1, "yes": True}, by())
        tx.ledgers.insert("x", "2", {"a": "1", "n": 2}, by())
        tx.ledgers.insert("y", "1", {"a": "1"}, by())
        wanted = [
            {"a": "1"},
            {"a": "1", "n": 1},
            {"n": 2},
            {"yes": True},
            {"yes": None},
            {"a": 1},
            {"no'\"]": "1"},
        ]
        found = [[one.key for one in tx.ledgers.rows("x", criteria)] for criteria in wanted]  # type: ignore[arg-type]
    assert found == [["1", "2"], ["1"], ["2"], ["1"], ["2"], [], []]


@pytest.mark.parametrize("words", ["ＬＴＥ－０２１７", "lte0217-x", "LTEー0217 たなか", "タナカ"])
def test_ap_42_search_matches_width_hyphens_and_kana(database: Database, words: str) -> None:
    with database.transaction("fill") as tx:
        tx.ledgers.insert(LEDGER, "LTE-0217", {"user_kana": "タナカ", "note": "100%"}, by())
        tx.ledgers.insert(LEDGER, "LTE-0218", {"user_kana": "スズキ"}, by())
        found = [one.key for one in tx.ledgers.search(LEDGER, words)]
    assert found == ([] if words == "lte0217-x" else ["LTE-0217"])


def test_an_import_adds_changes_and_leaves(database: Database) -> None:
    fill(database, 2)
    rows = [("LTE-0000", FREE), ("LTE-0001", {"status": "lost", "note": None}), ("LTE-0002", FREE)]
    with database.transaction("import") as tx:
        assert tx.ledgers.import_rows(LEDGER, rows, by()) == Imported(added=1, changed=1, same=1)  # type: ignore[arg-type]
        assert row(tx, "LTE-0001").values == {"status": "lost"}
        assert tx.ledgers.names() == {LEDGER: 3}
        assert tx.ledgers.knows(LEDGER)
        assert not tx.ledgers.knows("other")


def test_four_threads_never_reserve_the_same_unit(database: Database) -> None:
    fill(database, 20)

    def reserve(number: int) -> list[str]:
        keys: list[str] = []
        for _ in range(5):
            with database.transaction("reserve") as tx:
                keys += [key for key, _ in tx.stock.reserve(LEDGER, FREE, 1, TAKEN, by())]
        return keys

    taken = [key for part in together(reserve) for key in part]
    assert sorted(taken) == [f"LTE-{number:04}" for number in range(20)]
    with database.transaction("more") as tx, pytest.raises(OutOfStock) as out:
        tx.stock.reserve(LEDGER, FREE, 1, TAKEN, by())
    assert (out.value.wanted, out.value.found) == (1, 0)


def test_too_few_units_reserve_none(database: Database) -> None:
    fill(database, 2)
    with database.transaction("reserve") as tx:
        with pytest.raises(OutOfStock):
            tx.stock.reserve(LEDGER, FREE, 3, TAKEN, by())
        assert len(tx.ledgers.rows(LEDGER, FREE)) == 2


def test_the_unit_longest_in_stock_goes_first_whatever_else_was_corrected(database: Database) -> None:
    days = [samples.NOON + timedelta(days=number) for number in range(4)]
    with database.transaction("fill") as tx:
        for key, values in (("A", TAKEN), ("B", FREE), ("C", FREE)):
            tx.ledgers.insert(LEDGER, key, values, by(days[0]))
        tx.ledgers.update(LEDGER, "A", 1, FREE, by(days[1]))
        tx.ledgers.update(LEDGER, "B", 1, TAKEN, by(days[1]))
        tx.ledgers.update(LEDGER, "B", 2, FREE, by(days[2]))
        tx.ledgers.update(LEDGER, "C", 1, {"note": "清掃済"}, by(days[3]))
        order = tx.stock.reserve(LEDGER, FREE, 3, TAKEN, by(days[3]))
    assert order == [("C", 3), ("A", 3), ("B", 4)]


def test_a_unit_that_another_transaction_changes_is_passed_over(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite's writers come one at a time")
    fill(database, 2)
    with database.transaction("change") as tx:
        tx.ledgers.update(LEDGER, "LTE-0000", 1, {"status": "lost"}, by())
        (taken,) = together(lambda _: _reserve(database), 1)
    assert taken == [("LTE-0001", 2)]


def _reserve(database: Database) -> list[tuple[str, int]]:
    with database.transaction("reserve") as tx:
        return tx.stock.reserve(LEDGER, FREE, 1, TAKEN, by())
