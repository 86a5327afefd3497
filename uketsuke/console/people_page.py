"""Gathers the people of a piece of work, with their ticks in this environment and in the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.people_table import Column, PeopleTable, cells, people_table, shown
from uketsuke.console.views.work import SentBack
from uketsuke.domain.checking import CHECKED_BY, COMMENT, OUTCOME, SEND_BACK, Check
from uketsuke.domain.plan import ManualTask, Step
from uketsuke.domain.sheet import write_sheet
from uketsuke.domain.states import StepState, WaitKind
from uketsuke.queue.work import TICKED
from uketsuke.store.steps import StepRow
from uketsuke.store.transaction import Transaction


def people_of(
    tx: Transaction, row: StepRow, task: ManualTask, naming: Naming, *, only_open: bool = False
) -> PeopleTable | None:
    """The table of a task; None where it is about nobody in particular."""
    if not task.persons:
        return None
    sisters = environments(tx, row)
    titles = [naming.system(one.system) if one.system else naming.task(one) for _, one in sisters]
    columns = [
        column_of(tx, other, title, here=other.id == row.id)
        for (other, _), title in zip(sisters, short_titles(titles), strict=True)
    ]
    return people_table(task, columns, tx.plans.results(row.request_id), naming, only_open=only_open)


def environments(tx: Transaction, row: StepRow) -> list[tuple[StepRow, ManualTask]]:
    """The tasks of the same version that are about the same people, in the order of the plan."""
    steps: dict[int, Step] = {step.seq: step for step in tx.plans.get(row.plan_id).plan().steps}
    mine = steps[row.seq]
    labels = [one.label for one in mine.persons] if isinstance(mine, ManualTask) else []
    found = []
    for other in tx.steps.of_request(row.request_id):
        step = steps.get(other.seq) if other.plan_id == row.plan_id else None
        if isinstance(step, ManualTask) and [one.label for one in step.persons] == labels:
            found.append((other, step))
    return found


def column_of(tx: Transaction, row: StepRow, title: str, *, here: bool) -> Column:
    """One environment as it stands; `here` where the page is its own."""
    wait = tx.waits.open_of(row.id)
    if wait is not None:
        ticks = {place: (one.by, one.at) for place, one in tx.ticks.of(wait.id).items()}
        may = row.state is StepState.WAITING and wait.kind is WaitKind.PERSON
        return Column(row.id, title, ticks, may, here)
    left = (row.result or {}).get(TICKED)
    told = left if isinstance(left, list) else []
    done = {
        place: (str(one["by"]), datetime.fromisoformat(str(one["at"])))
        for place, one in enumerate(told)
        if isinstance(one, dict)
    }
    return Column(row.id, title, done, False, here)


def short_titles(titles: Sequence[str]) -> list[str]:
    """What the environments differ in: 本番, 検証, where they begin with the same word."""
    parts = [title.split(maxsplit=1) for title in titles]
    alike = len(parts) > 1 and all(len(one) > 1 for one in parts) and len({one[0] for one in parts}) == 1
    return [one[1] for one in parts] if alike else list(titles)


def as_csv(tx: Transaction, row: StepRow, task: ManualTask) -> bytes:
    """The people of one environment for bulk registration: what all share, then their own (AP-78)."""
    results = tx.plans.results(row.request_id)
    headings = [label for label, _ in task.values]
    headings += [label for label, _ in task.persons[0].values if label not in headings]
    common = {label: shown(value, results) for label, value in task.values}
    rows = []
    for place in range(len(task.persons)):
        said = {**common, **{one.label: one.text for one in cells(task, place, results)}}
        rows.append([said.get(heading, "") for heading in headings])
    return write_sheet(headings, rows)


def names_of(tx: Transaction, row: StepRow) -> tuple[list[str], list[str]]:
    """What names each person in a result file (the account, else the name), and the headings of our own."""
    task = tx.plans.get(row.plan_id).plan().step(row.seq)
    persons = task.persons if isinstance(task, ManualTask) else ()
    results = tx.plans.results(row.request_id)
    names = [shown(one.account, results) or one.label for one in persons]
    labels = [label for label, _ in (*persons[0].values, *getattr(task, "values", ()))] if persons else []
    return names, labels


def sent_back_of(tx: Transaction, row: StepRow, naming: Naming) -> SentBack | None:
    """The comment of the department that sent this work back last; None where none did."""
    for other in reversed(tx.steps.of_request(row.request_id)):
        result = other.result or {}
        if other.kind != "check" or other.seq >= row.seq or result.get(OUTCOME) != SEND_BACK:
            continue
        step = tx.plans.get(other.plan_id).plan().step(other.seq)
        department = step.department if isinstance(step, Check) else ""
        return SentBack(
            department,
            str(result.get(COMMENT, "")),
            naming.person(str(result.get(CHECKED_BY, ""))),
            naming.at(other.done_at),
        )
    return None
