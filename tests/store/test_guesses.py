"""Counters of failed sign-ins and links: shared, exact under races, and forgotten."""

from __future__ import annotations

from datetime import timedelta

from tests.store.threads import together
from uketsuke.store.database import Database


def test_a_counter_begins_at_nought_grows_and_is_forgotten(database: Database) -> None:
    with database.transaction("count") as tx:
        assert [one.failures for one in tx.guesses.lock({"b", "a"}).values()] == [0, 0]
        until = tx.now + timedelta(minutes=5)
        tx.guesses.note("a", 7, until)
        assert (tx.guesses.lock({"a"})["a"].failures, tx.guesses.lock({"a"})["a"].until) == (7, until)
        tx.guesses.forget({"a"})
        assert tx.guesses.lock({"a"})["a"].failures == 0
        assert tx.guesses.forget_before(tx.now - timedelta(seconds=1)) == 0
        assert tx.guesses.forget_before(tx.now + timedelta(seconds=1)) == 2


def test_no_failure_is_lost_when_many_come_at_once(database: Database) -> None:
    def fail(number: int) -> None:
        for _ in range(5):
            with database.transaction("fail") as tx:
                counted = tx.guesses.lock({"login", f"address {number % 2}"})["login"]
                tx.guesses.note("login", counted.failures + 1, tx.now)

    together(fail)
    with database.transaction("look") as tx:
        assert tx.guesses.lock({"login"})["login"].failures == 20


def test_what_failed_is_counted_by_day_kind_name_and_address(database: Database) -> None:
    def fail(number: int) -> None:
        for address in ("192.0.2.1", f"192.0.2.{number + 2}"):
            with database.transaction("miss") as tx:
                tx.misses.note("sign-in", "ono", address)

    together(fail)
    with database.transaction("look") as tx:
        first, *others = tx.misses.latest(9)
        assert (first.address, first.count, {one.count for one in others}) == ("192.0.2.1", len(others), {1})
        assert tx.misses.latest(1) == [first]
