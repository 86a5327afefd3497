"""Queued work and every lease (DESIGN 8). All times here are the database's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, func, or_, select, text, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.job import MAX_CRASHES, Claim, JobName, JobState
from uketsuke.errors import LeaseLost, NotFound
from uketsuke.store.columns import db_now
from uketsuke.store.repository import Moment, Repository
from uketsuke.store.tables import ACTIVE_JOB, jobs

ACTIVE = text(ACTIVE_JOB)
"""Literal, because a partial index is only asked when the condition stands there word for word."""
CRASHED = "crashed"
"""`last_error` of a job that was parked because its lease ended too often without a result."""
_NO_LEASE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


class JobRow(Frozen):
    """One job as it stands."""

    id: int
    name: JobName
    row_id: int
    due_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    crashes: int
    tries: int
    state: JobState
    last_error: str | None
    created_at: datetime


class Jobs(Repository):
    """The queue of record. Owners must be unique per process, better per thread."""

    def __init__(self, connection: Connection, at: Moment, enqueued: list[tuple[int, JobName]]) -> None:
        super().__init__(connection, at)
        self._enqueued = enqueued

    def enqueue(self, name: JobName, row_id: int, delay: timedelta = timedelta(0)) -> int:
        """Note work, due `delay` from now; what is due at once is woken after the commit. Gives the id."""
        values = {
            "name": name,
            "row_id": row_id,
            "due_at": db_now(delay),
            "crashes": 0,
            "tries": 0,
            "state": JobState.WAITING,
            "created_at": db_now(),
        }
        job_id = self._add(jobs, values)
        if delay <= timedelta(0):
            self._enqueued.append((job_id, name))
        return job_id

    def ensure_poll(self, inlet: int) -> None:
        """There is exactly one poll job per mailbox or app; whoever holds its lease is the one poller."""
        values = {
            "name": JobName.POLL,
            "row_id": inlet,
            "due_at": db_now(),
            "crashes": 0,
            "tries": 0,
            "state": JobState.WAITING,
            "created_at": db_now(),
        }
        self._add_unless_there(jobs, values)

    def get(self, job_id: int) -> JobRow | None:
        """The job, or None once it is done."""
        return self._one(JobRow, select(jobs).where(jobs.c.id == job_id))

    def now(self) -> datetime:
        """The database's moment, by which jobs are due and leases end."""
        return self._connection.execute(select(db_now())).scalar_one()

    def of_row(self, name: JobName, row_id: int) -> list[JobRow]:
        """Jobs about that row."""
        mine = select(jobs).where(jobs.c.name == name, jobs.c.row_id == row_id)
        return self._all(JobRow, mine.order_by(jobs.c.id))

    def claim(
        self,
        owner: str,
        lease: timedelta,
        job_id: int | None = None,
        names: Collection[JobName] | None = None,
    ) -> Claim | None:
        """Take one job that is due and free, or leased to this owner before; None when there is none.

        A lease that ended while running counts as a crash; the third parks the job instead.
        """
        while True:
            chosen = _free(owner, names).with_only_columns(jobs.c.id).limit(1)
            if job_id is not None:
                chosen = chosen.where(jobs.c.id == job_id)
            row = self._take(
                jobs.c.id == self._locked(chosen).scalar_subquery(), owner, lease, JobState.RUNNING
            )
            if not row:
                return None
            if row[0].state is JobState.RUNNING:
                return _claim(row[0])

    def lease(
        self,
        owner: str,
        lease: timedelta,
        limit: int,
        names: Collection[JobName] | None = None,
        unsuspected: bool = False,
    ) -> list[tuple[int, JobName]]:
        """Set due jobs aside for this owner's consumer; a lease that ends before `claim` is no crash.

        `unsuspected` leaves out those whose worker died over them: any of these may be why.
        """
        chosen = self._locked(_free(None, names, unsuspected).with_only_columns(jobs.c.id).limit(limit))
        ids = list(self._connection.execute(chosen).scalars())
        if not ids:
            return []
        rows = self._take(jobs.c.id.in_(ids), owner, lease, JobState.LEASED)
        return sorted((row.id, row.name) for row in rows if row.state is JobState.LEASED)

    def renew(self, claim: Claim, lease: timedelta) -> None:
        """Go on holding it; raises `LeaseLost`."""
        self._fenced(claim, lease_until=db_now(lease))

    def complete(self, claim: Claim) -> None:
        """It is done and gone; raises `LeaseLost`, and then nothing of this transaction may stay."""
        if self._changed(delete(jobs).where(*_held(claim))) == 0:
            raise LeaseLost(claim.id, claim.owner)

    def postpone(self, claim: Claim, delay: timedelta, error: str | None, count_try: bool = True) -> None:
        """Do it again later. A result, even "not now", clears the crashes; a good one the tries too.

        Raises `LeaseLost`.
        """
        goes_on = count_try or error is not None
        self._fenced(
            claim,
            **_NO_LEASE,
            state=JobState.WAITING,
            due_at=db_now(delay),
            crashes=0,
            tries=jobs.c.tries + int(count_try) if goes_on else 0,
            last_error=error,
        )

    def park(self, claim: Claim, error: str) -> None:
        """A person must look before it is tried again; raises `LeaseLost`."""
        self._fenced(claim, **_NO_LEASE, state=JobState.PARKED, last_error=error)

    def crash(self, claim: Claim, delay: timedelta, error: str) -> None:
        """It ended by an error nobody foresaw: tried again after `delay`, parked at the third time.

        Raises `LeaseLost`.
        """
        parks = claim.crashes + 1 >= MAX_CRASHES
        self._fenced(
            claim,
            **_NO_LEASE,
            state=JobState.PARKED if parks else JobState.WAITING,
            due_at=db_now(delay),
            crashes=claim.crashes + 1,
            last_error=error,
        )

    def unlease(self, job_id: int, owner: str) -> None:
        """What this owner's consumer set aside and nobody began is free for everybody again."""
        mine = (jobs.c.id == job_id) & (jobs.c.lease_owner == owner) & (jobs.c.state == JobState.LEASED)
        self._changed(update(jobs).where(mine).values(**_NO_LEASE, state=JobState.WAITING))

    def any_due(self, names: Collection[JobName] | None = None, unsuspected: bool = False) -> bool:
        """Whether there is something to lease, asked without taking the writer's lock."""
        found = _free(None, names, unsuspected).with_only_columns(jobs.c.id).limit(1)
        return self._connection.execute(found).first() is not None

    def unpark(self, job_id: int) -> None:
        """Try a parked job again, now and from the start."""
        fresh = {"state": JobState.WAITING, "due_at": db_now(), "crashes": 0, "tries": 0}
        mine = update(jobs).where(jobs.c.id == job_id, jobs.c.state == JobState.PARKED).values(fresh)
        name = self._connection.execute(mine.returning(jobs.c.name)).scalar()
        if name is None:
            raise NotFound("parked job", job_id)
        self._enqueued.append((job_id, JobName(name)))

    def cancel(self, name: JobName, row_ids: Collection[int]) -> int:
        """Take back work that is not due yet (undo, UX AP-3 and AP-4); gives how many jobs."""
        mine = (jobs.c.name == name) & jobs.c.row_id.in_(list(row_ids))
        ahead = (jobs.c.state == JobState.WAITING) & (jobs.c.due_at > db_now())
        return self._changed(delete(jobs).where(mine, ahead))

    def release_owner(self, prefix: str) -> int:
        """The process with these owners is gone: what it had set aside is free, what it ran has crashed."""
        mine = jobs.c.lease_owner.startswith(prefix, autoescape=True)
        free = update(jobs).where(mine, jobs.c.state == JobState.LEASED)
        ended = update(jobs).where(mine, jobs.c.state == JobState.RUNNING)
        count = self._changed(free.values(**_NO_LEASE, state=JobState.WAITING))
        return count + self._changed(ended.values(lease_until=db_now()))

    def due_unleased(self, limit: int) -> list[tuple[int, JobName]]:
        """What the sweeper wakes again: due, and held by nobody."""
        rows = self._connection.execute(
            _free(None, None).with_only_columns(jobs.c.id, jobs.c.name).limit(limit)
        )
        return [(row.id, JobName(row.name)) for row in rows]

    def parked(self, limit: int = 200) -> list[JobRow]:
        """What waits for a person, oldest first."""
        return self._all(
            JobRow, select(jobs).where(jobs.c.state == JobState.PARKED).order_by(jobs.c.id).limit(limit)
        )

    def in_trouble(self, limit: int = 200) -> list[JobRow]:
        """What is being tried again after an error, by next attempt."""
        mine = select(jobs).where(ACTIVE, jobs.c.last_error.is_not(None))
        return self._all(JobRow, mine.order_by(jobs.c.due_at).limit(limit))

    def counts(self) -> dict[JobState, int]:
        """How many jobs by state; done ones are gone."""
        statement = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        return {JobState(state): count for state, count in self._connection.execute(statement)}

    def next_due(self) -> datetime | None:
        """When the next free job falls due."""
        waiting = jobs.c.state == JobState.WAITING
        return self._connection.execute(select(func.min(jobs.c.due_at)).where(ACTIVE, waiting)).scalar()

    def _locked(self, statement: Select[Any]) -> Select[Any]:
        # SQLite has no row locks and needs none: its writers come one at a time.
        return statement.with_for_update(skip_locked=True) if self._on_postgres else statement

    def _take(
        self, which: ColumnElement[bool], owner: str, lease: timedelta, state: JobState
    ) -> list[JobRow]:
        crashes = jobs.c.crashes + case((jobs.c.state == JobState.RUNNING, 1), else_=0)
        too_often = crashes >= MAX_CRASHES
        parks = and_(jobs.c.state == JobState.RUNNING, too_often)
        statement = (
            update(jobs)
            .where(which)
            .values(
                state=case((parks, JobState.PARKED), else_=state),
                lease_owner=case((parks, None), else_=owner),
                lease_until=case((parks, None), else_=db_now(lease)),
                last_error=case((parks, CRASHED), else_=jobs.c.last_error),
                crashes=crashes,
            )
            .returning(jobs)
        )
        rows = self._connection.execute(statement).all()
        return [JobRow.model_validate(dict(row._mapping)) for row in rows]

    def _fenced(self, claim: Claim, **changes: Any) -> None:
        if self._changed(update(jobs).where(*_held(claim)).values(**changes)) == 0:
            raise LeaseLost(claim.id, claim.owner)


def _free(owner: str | None, names: Collection[JobName] | None, unsuspected: bool = False) -> Select[Any]:
    """Due, and leased to nobody any more, in order; also what `owner` had set aside for itself."""
    free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= db_now())
    if owner is not None:
        free = or_(free, and_(jobs.c.state == JobState.LEASED, jobs.c.lease_owner == owner))
    statement = select(jobs).where(ACTIVE, jobs.c.due_at <= db_now(), free)
    if names is not None:
        statement = statement.where(jobs.c.name.in_(list(names)))
    if unsuspected:
        statement = statement.where(jobs.c.crashes == 0, jobs.c.state != JobState.RUNNING)
    return statement.order_by(jobs.c.due_at, jobs.c.id)


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The fence: the same owner, and no lease ended in between."""
    return (
        jobs.c.id == claim.id,
        jobs.c.lease_owner == claim.owner,
        jobs.c.state == JobState.RUNNING,
        jobs.c.crashes == claim.crashes,
    )


def _claim(row: JobRow) -> Claim:
    return Claim(
        id=row.id,
        name=row.name,
        row_id=row.row_id,
        owner=row.lease_owner or "",
        crashes=row.crashes,
        tries=row.tries,
    )
