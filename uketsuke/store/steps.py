"""The steps of plans and their states (DESIGN 6, 7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import case, literal, select, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.plan import Plan
from uketsuke.domain.states import StepState
from uketsuke.errors import NotFound
from uketsuke.store.repository import Repository, StaleState
from uketsuke.store.tables import plans, steps


class StepRow(Frozen):
    """One step as it stands; what it does is in the plan's body under the same `seq`."""

    id: int
    plan_id: int
    request_id: int
    seq: int
    kind: str
    state: StepState
    effect_key: str
    due_at: datetime | None
    resolved: dict[str, JsonValue] | None
    """The effect with every `Ref` replaced, stored before anything outside is called."""
    result: dict[str, JsonValue] | None
    error: dict[str, JsonValue] | None
    started_at: datetime | None
    done_at: datetime | None


class Steps(Repository):
    """Steps of all plans."""

    def get(self, step_id: int) -> StepRow:
        """Raises `NotFound`."""
        found = self._one(StepRow, select(steps).where(steps.c.id == step_id))
        if found is None:
            raise NotFound("step", step_id)
        return found

    def of_request(self, request_id: int, *, superseded: bool = False) -> list[StepRow]:
        """The steps that count, by number, over all versions of the plan; on demand the superseded too."""
        statement = select(steps).where(steps.c.request_id == request_id).order_by(steps.c.seq, steps.c.id)
        if not superseded:
            statement = statement.where(steps.c.state != StepState.SUPERSEDED)
        return self._all(StepRow, statement)

    def set_state(
        self,
        step_id: int,
        state: StepState,
        *,
        expected: Collection[StepState],
        result: dict[str, JsonValue] | None = None,
        error: dict[str, JsonValue] | None = None,
        resolved: dict[str, JsonValue] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Move a step on; raises `StaleState` when it is in none of the expected states.

        `at` is when it was begun or done, where that was before now.
        A result or a resolved effect that is not given stays; an error that is not given is cleared.
        """
        changes: dict[str, Any] = {"state": state, "error": error}
        changes |= {
            name: value for name, value in (("result", result), ("resolved", resolved)) if value is not None
        }
        if state is StepState.RUNNING:
            changes["started_at"] = at or self._at()
        if state is StepState.FAILED:  # a local step fails without having been seen running
            begun = steps.c.state == StepState.RUNNING
            now = literal(at or self._at(), steps.c.started_at.type)
            changes["started_at"] = case((begun, steps.c.started_at), else_=now)
        if state is StepState.DONE:
            changes["done_at"] = at or self._at()
        here = update(steps).where(steps.c.id == step_id, steps.c.state.in_(list(expected)))
        if self._changed(here.values(**changes)) == 0:
            raise StaleState("step", step_id, expected, self.get(step_id).state)

    def set_due(self, step_id: int, due_at: datetime | None) -> None:
        """Its deadline, once the event that starts it is known."""
        self._connection.execute(update(steps).where(steps.c.id == step_id).values(due_at=due_at))

    def ready_after(self, request_id: int) -> list[StepRow]:
        """Planned steps of the newest plan whose earlier steps are all done: what may run now."""
        newest = (
            select(plans).where(plans.c.request_id == request_id).order_by(plans.c.version.desc()).limit(1)
        )
        row = self._connection.execute(newest).one_or_none()
        if row is None:
            return []
        plan = Plan.model_validate_json(row.body)
        rows = self.of_request(request_id)
        done = {step.seq for step in rows if step.state is StepState.DONE}
        return [
            step
            for step in rows
            if step.plan_id == row.id
            and step.state is StepState.PLANNED
            and done.issuperset(plan.needs(step.seq))
        ]

    def last_checks(self, requests: Collection[int]) -> dict[int, StepRow]:
        """The last check of each of the requests that a department has answered."""
        answered = (steps.c.kind == "check") & (steps.c.state == StepState.DONE)
        statement = (
            select(steps).where(answered, steps.c.request_id.in_(list(requests))).order_by(steps.c.seq)
        )
        return {row.request_id: row for row in self._all(StepRow, statement)}

    def in_state(self, state: StepState, limit: int = 200) -> list[StepRow]:
        """Steps in that state by deadline: failed and unknown ones for /outbox."""
        statement = select(steps).where(steps.c.state == state)
        return self._all(StepRow, statement.order_by(steps.c.due_at.nulls_last(), steps.c.id).limit(limit))
