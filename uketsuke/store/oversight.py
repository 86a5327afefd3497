"""R3 effects as the city watches them: how many were set going, who looks at them afterwards (FAULTS 3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select, update

from uketsuke.domain.content import Frozen
from uketsuke.errors import NotFound
from uketsuke.store.registers import releases, reviews
from uketsuke.store.repository import Repository, StaleState


class Verdict(StrEnum):
    """What the other person found."""

    FINE = "fine"
    PROBLEM = "problem"


class Review(Frozen):
    """One effect on the list 事後確認."""

    id: int
    request_id: int
    step_id: int
    owner: str | None
    requester: str | None
    performer: str
    """Sign-in of who did it, or `uketsuke`."""
    persons: tuple[str, ...]
    """Employee numbers of everybody who had a part in it: none of them may look at it."""
    done_at: datetime
    due_at: datetime
    outcome: Verdict | None
    comment: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    settled_by: str | None
    settled_at: datetime | None


class Oversight(Repository):
    """What was set going, and the list 事後確認."""

    def note_release(
        self, request_id: int, plan_id: int, seq: int, owner: str | None, requester: str | None
    ) -> None:
        """An R3 effect is set going now."""
        values = {"request_id": request_id, "plan_id": plan_id, "seq": seq}
        self._add(releases, {**values, "owner": owner, "requester": requester, "at": self._at()})

    def released_since(self, since: datetime) -> int:
        """How many were set going since then, of everybody."""
        statement = select(func.count()).select_from(releases).where(releases.c.at > since)
        return int(self._connection.execute(statement).scalar_one())

    def released_of(self, persons: Collection[str], since: datetime) -> dict[str, int]:
        """How many since then, by person who asked or whose account it is; one that is both counts once."""
        wanted = set(persons)
        mine = or_(releases.c.owner.in_(wanted), releases.c.requester.in_(wanted))
        rows = self._connection.execute(
            select(releases.c.owner, releases.c.requester).where(releases.c.at >= since, mine)
        )
        found = dict.fromkeys(wanted, 0)
        for row in rows:
            for person in {row.owner, row.requester} & wanted:
                found[person] += 1
        return found

    def most_released(self, since: datetime) -> int:
        """The most that were set going since then for one account's owner or one requester."""
        counts = [
            select(func.count().label("n"))
            .where(releases.c.at >= since, column.is_not(None))
            .group_by(column)
            .order_by(func.count().desc())
            .limit(1)
            for column in (releases.c.owner, releases.c.requester)
        ]
        return max(int(self._connection.execute(one).scalar() or 0) for one in counts)

    def add_review(
        self,
        step_id: int,
        request_id: int,
        *,
        owner: str | None,
        requester: str | None,
        performer: str,
        persons: Collection[str],
        due_at: datetime,
    ) -> int:
        """An effect has happened, and another person is to look at it until then; gives the id."""
        values = {"step_id": step_id, "request_id": request_id, "owner": owner, "requester": requester}
        people = {"performer": performer, "persons": sorted(persons)}
        return self._add(reviews, {**values, **people, "done_at": self._at(), "due_at": due_at})

    def review(self, review_id: int) -> Review:
        """Raises `NotFound`."""
        found = self._one(Review, select(reviews).where(reviews.c.id == review_id))
        if found is None:
            raise NotFound("review", review_id)
        return found

    def waiting(self, limit: int = 200) -> list[Review]:
        """What nobody has looked at yet, by due date."""
        mine = select(reviews).where(reviews.c.reviewed_at.is_(None))
        return self._all(Review, mine.order_by(reviews.c.due_at, reviews.c.id).limit(limit))

    def problems(self, request_id: int | None = None) -> list[Review]:
        """What somebody found wrong and no lead has settled yet."""
        mine = select(reviews).where(reviews.c.outcome == Verdict.PROBLEM, reviews.c.settled_at.is_(None))
        if request_id is not None:
            mine = mine.where(reviews.c.request_id == request_id)
        return self._all(Review, mine.order_by(reviews.c.id))

    def of_request(self, request_id: int) -> list[Review]:
        """Every effect of a request that is or was on the list."""
        mine = select(reviews).where(reviews.c.request_id == request_id)
        return self._all(Review, mine.order_by(reviews.c.id))

    def count_waiting(self, due_before: datetime | None = None) -> int:
        """How many nobody has looked at; with a moment only those due before it."""
        mine = select(func.count()).select_from(reviews).where(reviews.c.reviewed_at.is_(None))
        mine = mine if due_before is None else mine.where(reviews.c.due_at < due_before)
        return int(self._connection.execute(mine).scalar_one())

    def answer(self, review_id: int, by: str, outcome: Verdict, comment: str) -> None:
        """Somebody has looked at it, once; raises `StaleState` for whoever comes second."""
        mine = update(reviews).where(reviews.c.id == review_id, reviews.c.reviewed_at.is_(None))
        values = {"reviewed_by": by, "reviewed_at": self._at(), "outcome": outcome, "comment": comment}
        if self._changed(mine.values(**values)) == 0:
            raise StaleState("review", review_id, ("waiting",), "answered")

    def settle(self, review_id: int, by: str) -> None:
        """The lead has dealt with a problem, once; raises `StaleState`."""
        mine = update(reviews).where(reviews.c.id == review_id, reviews.c.settled_at.is_(None))
        mine = mine.where(reviews.c.outcome == Verdict.PROBLEM)
        if self._changed(mine.values(settled_by=by, settled_at=self._at())) == 0:
            raise StaleState("review", review_id, ("problem",), "settled")
