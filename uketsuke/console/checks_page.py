"""Gathers what waits for a department's check, and whether this visitor may answer it."""

from __future__ import annotations

from uketsuke.console.people_page import column_of, short_titles
from uketsuke.console.site import Site
from uketsuke.console.views.checks import (
    CheckList,
    CheckRow,
    Looked,
    age,
    common,
    grouped,
    headings,
    people,
    recorded,
)
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.people_table import Column
from uketsuke.console.views.tray import title_of
from uketsuke.console.visitor import Visitor
from uketsuke.domain.checking import COMMENT, OUTCOME, SEND_BACK, Check
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.states import StepState, WaitKind
from uketsuke.domain.wording import console_time
from uketsuke.queue.checking import involved_in
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction
from uketsuke.store.waits import WorkItem


def waiting_checks(site: Site, tx: Transaction) -> list[WorkItem]:
    """Checks that an officer can answer now."""
    return tx.waits.work_list(site.app.today(), (WaitKind.CHECK,), role="officer")


def check_list(
    site: Site, tx: Transaction, visitor: Visitor, naming: Naming, wrong: int | None = None
) -> CheckList:
    """The page; `wrong` is the check that was sent back without a comment."""
    found: list[tuple[StepRow, WorkItem]] = [
        (tx.steps.get(item.wait.step_id), item)
        for item in waiting_checks(site, tx)
        if item.wait.step_id is not None
    ]
    found.sort(key=lambda one: (one[0].started_at or naming.now, one[0].id))
    return grouped(
        [
            (naming.short(item.service), _row(site, tx, row, item, visitor, naming, wrong))
            for row, item in found
        ]
    )


def _row(
    site: Site,
    tx: Transaction,
    row: StepRow,
    item: WorkItem,
    visitor: Visitor,
    naming: Naming,
    wrong: int | None,
) -> CheckRow:
    request, results = tx.requests.get(row.request_id), tx.plans.results(row.request_id)
    looked = _looked(tx, row, naming)
    with_people = [one for one in looked if one.task.persons]
    return CheckRow(
        id=row.id,
        number=request.number,
        title=title_of(request, naming),
        department=request.department or "",
        name=request.requester_name or "",
        age=age(row.started_at, naming),
        common=common(looked, results),
        headings=headings(looked),
        environments=tuple(one.column.title for one in with_people),
        people=people(looked, results),
        recorded=recorded(looked, naming),
        before=_before(tx, row),
        hindered=_hindered(tx, row, visitor, naming),
        error=naming.words("checks.comment-missing") if row.id == wrong else "",
    )


def _looked(tx: Transaction, row: StepRow, naming: Naming) -> list[Looked]:
    """The tasks that the check names, as they were done."""
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    what = set(step.what) if isinstance(step, Check) else set()
    found = []
    for other in tx.steps.of_request(row.request_id):
        task = tx.plans.get(other.plan_id).plan().step(other.seq)
        if other.seq in what and other.state is StepState.DONE and isinstance(task, ManualTask):
            found.append((other, task))
    titles = short_titles([naming.system(task.system) if task.system else "" for _, task in found])
    return [
        Looked(task, _told(column_of(tx, other, title, here=False), naming), other.result or {})
        for (other, task), title in zip(found, titles, strict=True)
    ]


def _told(column: Column, naming: Naming) -> Column:
    """The ticks with the names of who ticked, and when."""
    ticks = {
        place: (f"{naming.person(by)} {console_time(at, naming.now)}", at)
        for place, (by, at) in column.ticks.items()
    }
    return Column(column.step_id, column.title, ticks, column.may_tick, column.here)


def _before(tx: Transaction, row: StepRow) -> tuple[str, ...]:
    earlier = [
        one for one in tx.steps.of_request(row.request_id) if one.kind == "check" and one.seq < row.seq
    ]
    results = [one.result or {} for one in earlier]
    return tuple(str(one.get(COMMENT, "")) for one in results if one.get(OUTCOME) == SEND_BACK)


def _hindered(tx: Transaction, row: StepRow, visitor: Visitor, naming: Naming) -> str:
    involved = involved_in(tx, row)
    if not visitor.person:
        return naming.words("checks.no-person")
    if visitor.person in involved:
        return naming.words("checks.part")
    return naming.words("checks.unknown-worker") if "" in involved else ""
