"""Work before a person: who may do it, ticking its people one by one, and whether all is there (UX 5.10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.domain.plan import ManualTask, Step
from uketsuke.domain.states import Decision, StepState, follow, is_work_of
from uketsuke.errors import NotAllowed, NotFound
from uketsuke.queue.grave import require_consent
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WaitRow

PERSONS = "persons"
"""Names the people of a task among what is missing; no result of a task is called so."""
TICKED = "ticked"


@dataclass(frozen=True)
class Work:
    """A piece of work that this person may do now; its request is locked."""

    row: StepRow
    request: RequestRow
    step: Step
    task: ManualTask
    wait: WaitRow | None


def waiting_step(tx: Transaction, step_id: int) -> tuple[StepRow, RequestRow]:
    """A step that waits, its request locked; raises `NotFound`."""
    request = tx.requests.get_locked(tx.steps.get(step_id).request_id)
    row = tx.steps.get(step_id)  # as whoever held the lock before has left it
    if row.state is not StepState.WAITING:
        raise NotFound("waiting step", step_id)
    return row, request


def work_of(app: App, tx: Transaction, actor: Actor, step_id: int) -> Work:
    """The work that the actor may do; raises `NotFound`, `NotAllowed`."""
    row, request = waiting_step(tx, step_id)
    follow(request.state, Decision.COMPLETE_STEP, actor.role)
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    task = app.task_of(step)
    if task is None:
        raise NotAllowed(Decision.COMPLETE_STEP, row.state, "it is not work of a person")
    if not is_work_of(task.role, actor.role):
        raise NotAllowed(Decision.COMPLETE_STEP, row.state, f"it is work of {task.role}")
    require_consent(tx, row, actor)
    return Work(row, request, step, task, tx.waits.open_of(row.id))


def tick(app: App, actor: Actor, step_id: int, persons: Collection[int]) -> int:
    """登録済: these people of the task are done; gives how many were not yet so."""
    with app.database.transaction("tick") as tx:
        work, wait = _ticking(app, tx, actor, step_id, persons)
        fresh = [place for place in sorted(set(persons)) if tx.ticks.add(wait.id, place, actor.login)]
        _audit(tx, actor, "tick", work, fresh)
        return len(fresh)


def untick(app: App, actor: Actor, step_id: int, persons: Collection[int]) -> int:
    """Take ticks back, while the task is not done; gives how many there were."""
    with app.database.transaction("untick") as tx:
        work, wait = _ticking(app, tx, actor, step_id, persons)
        gone = [place for place in sorted(set(persons)) if tx.ticks.remove(wait.id, place)]
        _audit(tx, actor, "untick", work, gone)
        return len(gone)


LONGEST_DRAFT = 2_000


def keep_draft(app: App, actor: Actor, step_id: int, typed: Mapping[str, str]) -> None:
    """What was typed in the task's fields is kept until it is recorded; nothing of it counts before."""
    with app.database.transaction("draft") as tx:
        work = work_of(app, tx, actor, step_id)
        if work.wait is None:
            return
        known = {field.name for field in work.task.results}
        kept = {**(work.wait.draft or {})}
        kept |= {name: text.strip()[:LONGEST_DRAFT] for name, text in typed.items() if name in known}
        tx.waits.keep_draft(work.wait.id, kept)


def _ticking(
    app: App, tx: Transaction, actor: Actor, step_id: int, persons: Iterable[int]
) -> tuple[Work, WaitRow]:
    work = work_of(app, tx, actor, step_id)
    known = range(len(work.task.persons))
    if work.wait is None or any(place not in known for place in persons):
        raise NotFound("person of the task", step_id)
    return work, work.wait


def unticked(tx: Transaction, work: Work) -> list[int]:
    """The places of the people who are not ticked."""
    done = tx.ticks.of(work.wait.id) if work.wait else {}
    return [place for place in range(len(work.task.persons)) if place not in done]


def ticked(tx: Transaction, work: Work) -> dict[str, JsonValue]:
    """What the ticks leave as the task's result: who and when, in the order of its people."""
    if work.wait is None or not work.task.persons:
        return {}
    done = tx.ticks.of(work.wait.id)
    return {TICKED: [{"by": one.by, "at": one.at.isoformat()} for _, one in sorted(done.items())]}


def _audit(tx: Transaction, actor: Actor, action: str, work: Work, persons: list[int]) -> None:
    if not persons:
        return
    labels = [work.task.persons[place].label for place in persons]
    tx.audit.note(
        work.request,
        actor.login,
        action,
        facts={"step": work.row.seq, "persons": [place + 1 for place in persons]},
        personal={"names": list[JsonValue](labels)},
    )
