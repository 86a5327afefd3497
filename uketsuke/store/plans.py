"""Plans as they were stored: the text that was hashed, and the steps made from it (DESIGN 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select, update

from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.content import Frozen
from uketsuke.domain.plan import Plan, Results
from uketsuke.domain.states import StepState
from uketsuke.errors import NotFound, UketsukeError
from uketsuke.store.repository import Repository, StaleState
from uketsuke.store.tables import plans, steps

NOT_BEGUN = (StepState.PLANNED, StepState.WAITING, StepState.READY, StepState.FAILED)
"""What a new version replaces. A failed step left nothing behind; an unknown one waits for a person."""


class PlanAltered(UketsukeError):
    """The stored text no longer gives the stored hash; it must not run."""

    def __init__(self, plan_id: int, expected: str, found: str) -> None:
        self.plan_id, self.expected, self.found = plan_id, expected, found
        super().__init__(f"plan {plan_id}: hash {found}, stored as {expected}")


class PlanRow(Frozen):
    """One version of a plan."""

    id: int
    request_id: int
    version: int
    hash: str
    body: str
    """Canonical JSON exactly as hashed."""
    created_at: datetime
    created_by: str
    second_person: SecondPerson | None
    """Whether somebody else must agree, as it was when this was stored; None where nobody is asked."""
    approved_by: str | None
    approved_at: datetime | None

    def plan(self) -> Plan:
        """The plan itself; raises `PlanAltered` when the text does not match its hash."""
        found = hashlib.sha256(self.body.encode()).hexdigest()
        if found != self.hash:
            raise PlanAltered(self.id, self.hash, found)
        return Plan.model_validate_json(self.body)


class Plans(Repository):
    """Plans of requests; ids are never used again."""

    def add(
        self,
        request_id: int,
        plan: Plan,
        by: str,
        dues: Mapping[int, datetime] | None = None,
        second_person: SecondPerson | None = None,
    ) -> int:
        """Store a version and its planned steps; `dues` are deadlines by step number. Gives the plan id."""
        values = {
            "request_id": request_id,
            "version": plan.version,
            "hash": plan.hash(),
            "body": plan.canonical(),
            "created_at": self._at(),
            "created_by": by,
            "second_person": second_person,
        }
        plan_id = self._add(plans, values)
        rows = [
            {
                "plan_id": plan_id,
                "request_id": request_id,
                "seq": step.seq,
                "kind": step.kind,
                "state": StepState.PLANNED,
                "effect_key": f"{plan_id}-{step.seq}",
                "due_at": (dues or {}).get(step.seq),
            }
            for step in plan.steps
        ]
        if rows:
            self._connection.execute(insert(steps), rows)
        return plan_id

    def get(self, plan_id: int) -> PlanRow:
        """Raises `NotFound`."""
        found = self._one(PlanRow, select(plans).where(plans.c.id == plan_id))
        if found is None:
            raise NotFound("plan", plan_id)
        return found

    def current(self, request_id: int) -> PlanRow | None:
        """The newest version, or None."""
        statement = select(plans).where(plans.c.request_id == request_id).order_by(plans.c.version.desc())
        return self._one(PlanRow, statement.limit(1))

    def approve(self, plan_id: int, by: str) -> None:
        """Somebody else has agreed to exactly this version, once; raises `StaleState`."""
        mine = update(plans).where(plans.c.id == plan_id, plans.c.approved_at.is_(None))
        if self._changed(mine.values(approved_by=by, approved_at=self._at())) == 0:
            raise StaleState("plan", plan_id, ("not approved",), "approved")

    def versions(self, request_id: int) -> list[PlanRow]:
        """All versions, oldest first."""
        statement = select(plans).where(plans.c.request_id == request_id).order_by(plans.c.version)
        return self._all(PlanRow, statement)

    def supersede(self, request_id: int) -> int:
        """Replace every step that has not begun; gives how many. Done, running and unknown ones stay."""
        open_ones = update(steps).where(steps.c.request_id == request_id, steps.c.state.in_(NOT_BEGUN))
        return self._changed(open_ones.values(state=StepState.SUPERSEDED))

    def results(self, request_id: int) -> Results:
        """What the done steps of all versions left, by step number."""
        done = (steps.c.request_id == request_id) & (steps.c.state == StepState.DONE)
        rows = self._connection.execute(select(steps.c.seq, steps.c.result).where(done).order_by(steps.c.id))
        return {row.seq: row.result or {} for row in rows}
