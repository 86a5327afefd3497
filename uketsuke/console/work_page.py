"""Gathers one piece of work in one transaction, and reads what a person recorded for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from uketsuke.console.people_page import people_of, sent_back_of
from uketsuke.console.request_page import by_number
from uketsuke.console.site import Site
from uketsuke.console.views.due import badge
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import StepLine, failure, step_lines, unreached
from uketsuke.console.views.tray import title_of
from uketsuke.console.views.way import way
from uketsuke.console.views.work import (
    WorkError,
    WorkPage,
    WorkValue,
    result_rows,
    task_title,
    work_due,
    work_values,
)
from uketsuke.console.words import Words
from uketsuke.domain.dates import read_date
from uketsuke.domain.job import JobName
from uketsuke.domain.plan import ManualTask, ResultField
from uketsuke.domain.states import StepState, WaitKind
from uketsuke.domain.wording import console_day
from uketsuke.errors import NotFound
from uketsuke.queue.passwords import InitialPassword, resets_of
from uketsuke.queue.stopped import STOPPED
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WorkItem


def tasks_of(site: Site, tx: Transaction, items: Sequence[WorkItem]) -> dict[int, ManualTask]:
    """What each listed piece of work is, by step id."""
    plans = {item.plan_id: tx.plans.get(item.plan_id).plan() for item in items if item.plan_id}
    found = {}
    for item in items:
        step = plans[item.plan_id].step(item.seq) if item.plan_id and item.seq else None
        task = site.app.task_of(step) if step else None
        if task is not None and item.wait.step_id:
            found[item.wait.step_id] = task
    return found


def work_page(
    site: Site,
    tx: Transaction,
    step_id: int,
    naming: Naming,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    passwords: Sequence[InitialPassword] = (),
    *,
    only_open: bool = False,
) -> WorkPage:
    """Build the page of a manual step; raises `NotFound` for any other."""
    row = tx.steps.get(step_id)
    task = site.app.task_of(tx.plans.get(row.plan_id).plan().step(row.seq))
    if task is None:
        raise NotFound("work", step_id)
    request, items = tx.requests.get(row.request_id), tx.waits.work_list(site.app.today())
    item = next((one for one in items if one.wait.step_id == step_id), None)
    rows = tuple(tx.steps.of_request(request.id))
    lines = step_lines(rows, by_number(tx, rows), tx.waits.open_of_request(request.id), naming)
    due_at = work_due(item, naming) if item else row.due_at
    errors = dict(wrong or {})
    people = people_of(tx, row, task, naming, only_open=only_open)
    results = {**_kept(tx, step_id), **(typed or {})}
    return WorkPage(
        href=f"/work-items/{step_id}",
        title=task_title(task, naming),
        number=request.number,
        request=title_of(request, naming),
        department=request.department or "",
        name=request.requester_name or "",
        assignee=naming.person(request.assignee),
        badge=badge(due_at, naming.now, naming.calendar, naming.words) if item else None,
        way=way([f"/work-items/{one.wait.step_id}" for one in items], f"/work-items/{step_id}", "", ""),
        steps=_around(lines, rows, step_id),
        values=work_values(task, tx.plans.results(request.id), naming),
        checklist=task.checklist,
        hints=naming.hints(task.task),
        results=result_rows(task.results, results, errors, naming),
        errors=tuple(WorkError(f"r_{name}", text) for name, text in errors.items()),
        people=people,
        sent_back=sent_back_of(tx, row, naming),
        stopped="" if item else _stopped(tx, row, request, naming),
        before=_before(row, naming) if item else "",
        ways_href=f"/outbox/steps/{row.id}" if row.state in STOPPED else "",
        follows=_follows(lines, rows, step_id, naming),
        role=task.role,
        password_href=f"/work-items/{step_id}/password" if resets_of(tx, row) else "",
        passwords=tuple(WorkValue(f"{one.system}　{one.account}", one.password) for one in passwords),
    )


def _kept(tx: Transaction, step_id: int) -> Mapping[str, str]:
    """What somebody typed earlier and did not finish."""
    wait = tx.waits.open_of(step_id)
    return (wait.draft if wait else None) or {}


def read_results(
    task: ManualTask, typed: Mapping[str, str], today: date, words: Words
) -> tuple[dict[str, str], dict[str, str]]:
    """What was recorded, dates as ISO 8601, and what is missing or not understood."""
    read: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in task.results:
        text = typed.get(field.name, "").strip()
        value = _read(field, text, today)
        if value is None:
            wrong[field.name] = words("work.not-a-date", label=field.label)
        elif not value and field.required:
            wrong[field.name] = words("work.choose" if field.choices else "work.missing", label=field.label)
        else:
            read[field.name] = value
    return read, wrong


def _read(field: ResultField, text: str, today: date) -> str | None:
    if field.rule != "date" or not text:
        return text
    reading = read_date(text, today)
    return reading.value.isoformat() if reading and reading.value else None


def _around(lines: Sequence[StepLine], rows: Sequence[StepRow], step_id: int) -> tuple[StepLine, ...]:
    """The line of circles: letters and ledger updates between two pieces of work are not worth a circle."""
    kept = {"agree-date", "manual-task", "reserve", "allocate-number", "check", "confirm", "account-action"}
    pairs = [
        (line, row) for line, row in zip(lines, rows, strict=True) if row.kind in kept or row is rows[-1]
    ]
    newest = max((row.plan_id for row in rows), default=0)
    again = {line.title for line, row in pairs if row.plan_id == newest}
    # What a later version of the plan does again stands once.
    pairs = [(line, row) for line, row in pairs if row.plan_id == newest or line.title not in again]
    found = []
    for line, row in pairs:
        place = "done" if row.state is StepState.DONE else "now" if row.id == step_id else ""
        found.append(StepLine(line.title, line.state, line.css, line.when, place=place))
    return tuple(found)


def _stopped(tx: Transaction, row: StepRow, request: RequestRow, naming: Naming) -> str:
    """Why it cannot be done now: done, too early, stopped, done by itself, or out of the plan."""
    if row.state in STOPPED:
        return naming.words("work.step-stopped", why=failure(row.error or {}, naming))
    if row.state is StepState.RUNNING:
        for job in tx.jobs.of_row(JobName.PERFORM, row.id):
            why = unreached(job.last_error or "", naming)
            return naming.words("work.step-by-itself", why=why, count=job.tries)
    if row.state is StepState.DONE:
        done = [e for e in tx.audit.of_request(request.id) if e.facts.get("effect") == row.effect_key]
        who = naming.person(done[-1].actor) if done else ""
        return naming.words("work.done", at=naming.at(row.done_at), who=who)
    wait = tx.waits.open_of(row.id)
    if wait and wait.kind is WaitKind.DATE and wait.opens_on:
        return naming.words("work.not-yet", day=console_day(wait.opens_on, naming.now.date()))
    return naming.words("work.not-waiting")


def _before(row: StepRow, naming: Naming) -> str:
    return naming.words("work.step-handed-over", why=failure(row.error, naming)) if row.error else ""


def _follows(lines: Sequence[StepLine], rows: Sequence[StepRow], step_id: int, naming: Naming) -> str:
    place = next((at for at, row in enumerate(rows) if row.id == step_id), len(rows) - 1)
    rest = lines[place + 1 :]
    return naming.words("work.follows", step=rest[0].title) if rest else naming.words("work.follows-last")
