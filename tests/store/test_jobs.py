"""Every lease is held by one, and work is neither lost nor done twice (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.store.explain import explained
from tests.store.threads import together
from uketsuke.domain.job import Claim, JobName, JobState
from uketsuke.errors import LeaseLost
from uketsuke.store.database import Database

MINUTE = timedelta(minutes=1)
OVER = timedelta(seconds=-1)
"""A lease that has ended already."""


@pytest.fixture
def job(database: Database) -> int:
    return enqueue(database, 1)


def enqueue(database: Database, row_id: int, delay: timedelta = timedelta(0)) -> int:
    with database.transaction("enqueue") as tx:
        return tx.enqueue(JobName.PROCESS, row_id, delay)


def claim(
    database: Database, owner: str = "me", lease: timedelta = MINUTE, job_id: int | None = None
) -> Claim | None:
    with database.transaction("claim") as tx:
        return tx.jobs.claim(owner, lease, job_id)


def state(database: Database, job_id: int) -> JobState:
    with database.reading() as tx:
        found = tx.jobs.get(job_id)
        assert found
        return found.state


def drain(database: Database, owner: str) -> Iterator[int]:
    while found := claim(database, owner):
        yield found.id
        with database.transaction("complete") as tx:
            tx.jobs.complete(found)


def test_four_threads_and_two_hundred_jobs_have_one_winner_each(database: Database) -> None:
    with database.transaction("enqueue") as tx:
        ids = [tx.enqueue(JobName.PROCESS, number) for number in range(200)]
    won = together(lambda number: list(drain(database, f"w{number}")))
    assert sorted(one for part in won for one in part) == ids


def test_four_threads_that_want_the_same_job_have_one_winner(database: Database, job: int) -> None:
    won = together(lambda number: claim(database, f"w{number}", job_id=job))
    assert len([one for one in won if one]) == 1


def test_a_claimed_job_is_not_claimed_again_and_is_gone_when_done(database: Database, job: int) -> None:
    mine = claim(database)
    assert mine
    assert mine.id == job
    assert claim(database, "you") is None
    with database.transaction("complete") as tx:
        tx.jobs.complete(mine)
    with database.reading() as tx:
        assert tx.jobs.get(job) is None


def test_a_job_is_not_claimed_before_it_is_due(database: Database) -> None:
    later = enqueue(database, 1, delay=timedelta(hours=1))
    assert claim(database) is None
    assert claim(database, job_id=later) is None
    with database.reading() as tx:
        assert tx.jobs.due_unleased(10) == []
        assert tx.jobs.next_due()


def test_the_oldest_due_job_comes_first_and_names_can_be_chosen(database: Database) -> None:
    second, first = enqueue(database, 1), enqueue(database, 2, delay=-MINUTE)
    with database.transaction("claim") as tx:
        assert tx.jobs.claim("me", MINUTE, names=[JobName.DELIVER]) is None
    assert [one.id for one in (claim(database), claim(database)) if one] == [first, second]


def test_a_lease_that_ends_counts_a_crash_and_the_third_parks(database: Database, job: int) -> None:
    assert [found.crashes for found in (claim(database, lease=OVER) for _ in range(3)) if found] == [0, 1, 2]
    assert claim(database) is None
    with database.reading() as tx:
        (parked,) = tx.jobs.parked()
    assert (parked.id, parked.crashes, parked.last_error) == (job, 3, "crashed")


def test_a_parked_job_does_not_hide_the_next_one(database: Database, job: int) -> None:
    for _ in range(3):
        claim(database, lease=OVER)
    other = enqueue(database, 2)
    found = claim(database)
    assert found
    assert found.id == other
    assert state(database, job) is JobState.PARKED


def test_an_unparked_job_begins_anew_and_is_woken(database: Database, job: int) -> None:
    for _ in range(4):
        claim(database, lease=OVER)
    woken: list[object] = []
    database.wake = woken.append
    with database.transaction("unpark") as tx:
        tx.jobs.unpark(job)
    assert woken == [((job, JobName.PROCESS),)]
    again = claim(database)
    assert again
    assert again.crashes == 0


@pytest.mark.parametrize("act", ["complete", "postpone", "park", "renew"])
def test_who_lost_the_lease_writes_nothing(database: Database, job: int, act: str) -> None:
    mine = claim(database, "me", OVER)
    yours = claim(database, "you")
    assert mine
    assert yours
    arguments = {"complete": (), "postpone": (MINUTE, "x"), "park": ("x",), "renew": (MINUTE,)}
    with pytest.raises(LeaseLost), database.transaction("late") as tx:
        getattr(tx.jobs, act)(mine, *arguments[act])
    with database.transaction("complete") as tx:
        tx.jobs.complete(yours)


def test_the_same_owner_that_lost_and_claimed_again_is_fenced_too(database: Database, job: int) -> None:
    first = claim(database, "me", OVER)
    again = claim(database, "me")
    assert first
    assert again
    with pytest.raises(LeaseLost), database.transaction("late") as tx:
        tx.jobs.complete(first)


def test_who_lost_the_lease_is_fenced_after_others_postponed_and_claimed_again(
    database: Database, job: int
) -> None:
    first, second = claim(database, "a", OVER), claim(database, "b")
    assert first
    assert second
    with database.transaction("postpone") as tx:
        tx.jobs.postpone(second, OVER, "smtp: 421")
    third = claim(database, "c")
    assert third
    assert third.crashes == first.crashes
    with pytest.raises(LeaseLost), database.transaction("late") as tx:
        tx.jobs.complete(first)


def test_a_renewed_lease_is_kept(database: Database, job: int) -> None:
    mine = claim(database, lease=OVER)
    assert mine
    with database.transaction("renew") as tx:
        tx.jobs.renew(mine, MINUTE)
    assert claim(database, "you") is None


def test_postponing_counts_the_try_and_forgets_the_crashes(database: Database, job: int) -> None:
    claim(database, lease=OVER)
    mine = claim(database)
    assert mine
    assert mine.crashes == 1
    with database.transaction("postpone") as tx:
        tx.jobs.postpone(mine, OVER, "smtp: 421")
    again = claim(database)
    assert again
    assert (again.tries, again.crashes) == (1, 0)
    with database.transaction("postpone") as tx:
        tx.jobs.postpone(again, MINUTE, None, count_try=False)
        found = tx.jobs.get(job)
    assert found
    assert (found.tries, found.last_error, found.state) == (0, None, JobState.WAITING)


def test_a_consumer_leases_in_order_and_its_own_owner_may_claim(database: Database) -> None:
    ids = [enqueue(database, number) for number in range(5)]
    with database.transaction("lease") as tx:
        assert [one for one, _ in tx.jobs.lease("me", MINUTE, 3)] == ids[:3]
    assert claim(database, "you", job_id=ids[0]) is None
    mine = claim(database, "me", job_id=ids[0])
    assert mine


def test_a_lease_that_ends_before_the_work_began_is_no_crash(database: Database, job: int) -> None:
    for _ in range(5):
        with database.transaction("lease") as tx:
            assert tx.jobs.lease("me", OVER, 1)
    found = claim(database, "you")
    assert found
    assert found.crashes == 0


def test_four_consumers_never_lease_the_same_job(database: Database) -> None:
    with database.transaction("enqueue") as tx:
        ids = [tx.enqueue(JobName.PROCESS, number) for number in range(100)]

    def lease(number: int) -> list[int]:
        found: list[int] = []
        for _ in range(10):
            with database.transaction("lease") as tx:
                found += [one for one, _ in tx.jobs.lease(f"c{number}", MINUTE, 7)]
        return found

    assert sorted(one for part in together(lease) for one in part) == ids


def test_a_gone_process_frees_what_it_leased_and_crashes_what_it_ran(database: Database) -> None:
    first, second = enqueue(database, 1), enqueue(database, 2)
    claim(database, "host-7-a", job_id=first)
    with database.transaction("lease") as tx:
        tx.jobs.lease("host-7-b", MINUTE, 1)
    with database.transaction("release") as tx:
        assert tx.jobs.release_owner("host_7-") == 0, "an underscore is no wildcard"
        assert tx.jobs.release_owner("host-7-") == 2
    assert {one.id: one.crashes for one in (claim(database, "x"), claim(database, "x")) if one} == {
        first: 1,
        second: 0,
    }


def test_there_is_one_poll_job_per_mailbox(database: Database) -> None:
    for _ in range(2):
        with database.transaction("poll") as tx:
            tx.jobs.ensure_poll(1)
            tx.jobs.ensure_poll(2)
    with database.reading() as tx:
        assert tx.jobs.counts() == {JobState.WAITING: 2}


def test_work_that_nobody_has_begun_can_be_taken_back(database: Database) -> None:
    begun, free = enqueue(database, 1), enqueue(database, 2, MINUTE)
    claim(database, job_id=begun)
    with database.transaction("undo") as tx:
        assert tx.jobs.cancel(JobName.PROCESS, [1, 2]) == 1
        assert tx.jobs.get(begun)
        assert not tx.jobs.get(free)


def test_job_ids_are_never_used_again(database: Database, job: int) -> None:
    mine = claim(database)
    assert mine
    with database.transaction("complete") as tx:
        tx.jobs.complete(mine)
    assert enqueue(database, 1) > job


def test_claiming_asks_the_index(database: Database) -> None:
    with database.transaction("fill") as tx:
        tx.connection.execute(text(FILL))
        if not database.is_sqlite:
            tx.connection.execute(text("ANALYZE jobs"))
    for call in ("claim", "due_unleased"):
        with database.transaction("look") as tx, explained(tx.connection) as plan:
            tx.jobs.claim("me", MINUTE) if call == "claim" else tx.jobs.due_unleased(10)
        assert "ix_jobs_due_at" in plan.text
        assert not plan.scans


FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO jobs (name, row_id, due_at, crashes, tries, state, created_at)
SELECT 'process', i, '2026-01-01 00:00:00.000000', 0, 0, CASE WHEN i < 4900 THEN 'parked' ELSE 'waiting' END,
       '2026-01-01 00:00:00.000000' FROM n
"""
