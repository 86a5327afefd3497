"""PostgreSQL and Redis answer, are apart from test to test, and can be stopped."""

from __future__ import annotations

import psycopg
import pytest

from .postgres import Postgres
from .redis import Redis


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement and return its rows."""
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.postgres
@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database(postgres_url: str, turn: str) -> None:
    ask(postgres_url, "CREATE TABLE once (n int)")


@pytest.mark.postgres
def test_a_template_is_filled_once_and_copied(postgres: Postgres) -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        ask(url, "CREATE TABLE ready (n int)")

    for _ in range(2):
        copy = postgres.create(postgres.prepare("prepared", fill))
        assert ask(copy, "SELECT count(*) FROM ready") == [(0,)]
        postgres.drop(copy)
    assert len(filled) == 1


@pytest.mark.postgres
def test_the_durable_cluster_keeps_what_was_committed_over_a_crash(
    crash_postgres: Postgres, crash_postgres_url: str
) -> None:
    assert ask(crash_postgres_url, "SHOW fsync") == [("on",)]
    ask(crash_postgres_url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    crash_postgres.crash()
    with pytest.raises(psycopg.OperationalError):
        ask(crash_postgres_url, "SELECT 1")
    crash_postgres.start()
    assert ask(crash_postgres_url, "SELECT n FROM kept") == [(1,)]


@pytest.mark.redis
def test_redis_answers_and_forgets_when_it_stops(redis: Redis) -> None:
    assert redis.ask("SET", "a", "1") == b"+OK\r\n"
    redis.stop()
    with pytest.raises(ConnectionRefusedError):
        redis.ask("PING")
    redis.start()
    assert redis.ask("GET", "a") == b"$-1\r\n"
