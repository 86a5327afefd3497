"""作業: the list of what waits for a person, and one piece of it with everything at hand (UX 5.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from uketsuke.console.views.due import Badge, badge
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.people_table import PeopleTable
from uketsuke.console.views.progress import StepLine
from uketsuke.console.views.way import Way
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import ManualTask, ResultField, Results, Value, is_pending, resolve
from uketsuke.domain.wording import console_day
from uketsuke.store.waits import WorkItem


@dataclass(frozen=True)
class WorkRow:
    """One piece of work of the list."""

    href: str
    title: str
    request: str
    number: str
    department: str
    name: str
    assignee: str
    badge: Badge | None
    sent_back: str = ""
    """差戻し, where a department wants it done again."""


@dataclass(frozen=True)
class WorkList:
    """The list; `later` is how many wait for their day to come."""

    rows: tuple[WorkRow, ...]
    later: int


@dataclass(frozen=True)
class WorkValue:
    """A value to type or compare elsewhere; copied exactly as shown (AP-73)."""

    label: str
    text: str
    later: bool = False


@dataclass(frozen=True)
class WorkError:
    """Something that is missing before the work can be completed."""

    id: str
    text: str


@dataclass(frozen=True)
class ResultRow:
    """One thing to record."""

    name: str
    label: str
    rule: str
    required: bool
    choices: tuple[tuple[str, str], ...]
    value: str
    error: str = ""
    first: bool = False


@dataclass(frozen=True)
class SentBack:
    """What a department wrote when it sent the work back."""

    department: str
    comment: str
    who: str
    at: str


@dataclass(frozen=True)
class WorkPage:
    """One piece of work."""

    href: str
    title: str
    number: str
    request: str
    department: str
    name: str
    assignee: str
    badge: Badge | None
    way: Way
    steps: tuple[StepLine, ...]
    values: tuple[WorkValue, ...]
    checklist: tuple[str, ...]
    hints: tuple[str, ...]
    results: tuple[ResultRow, ...]
    errors: tuple[WorkError, ...]
    stopped: str
    """Why it cannot be done now; empty where it can."""
    before: str
    """Why it came to be work: no connector could do it."""
    ways_href: str
    """Where a person decides about a step that stands still."""
    follows: str
    role: str = ""
    """Whose work it is (`ManualTask.role`)."""
    password_href: str = ""
    """Where an initial password is shown; nothing where there is none to hand over."""
    passwords: tuple[WorkValue, ...] = ()
    """Initial passwords, for this one page; label is whose."""
    people: PeopleTable | None = None
    """The people it is about, where there are any."""
    sent_back: SentBack | None = None
    """The comment with which it came back to the desk."""


def work_list(
    items: Sequence[WorkItem],
    tasks: Mapping[int, ManualTask],
    later: int,
    naming: Naming,
    sent_back: Collection[int] = (),
) -> WorkList:
    """Build the list; `tasks` are the manual tasks by step id, `sent_back` ids of requests that came back."""
    return WorkList(
        tuple(
            WorkRow(
                href=f"/work-items/{item.wait.step_id}",
                title=task_title(tasks.get(item.wait.step_id or 0), naming),
                request=naming.short(item.service) or item.title,
                number=item.number,
                department=item.department or "",
                name=item.requester_name or "",
                assignee=naming.person(item.assignee),
                badge=badge(work_due(item, naming), naming.now, naming.calendar, naming.words),
                sent_back=naming.words("work.sent-back") if item.wait.request_id in sent_back else "",
            )
            for item in items
        ),
        later,
    )


def work_due(item: WorkItem, naming: Naming) -> datetime | None:
    """When it is due: the step's deadline, else the end of the day it belongs to."""
    if item.due_at is not None or item.wait.due is None:
        return item.due_at
    return naming.calendar.closing_at(item.wait.due)


def task_title(task: ManualTask | None, naming: Naming) -> str:
    """What a task is called."""
    return naming.task(task) if task else naming.words("step.manual-task")


def work_values(task: ManualTask, results: Results, naming: Naming) -> tuple[WorkValue, ...]:
    """The values of a task in the order of the target's form, dates as people write them."""
    return tuple(_value(label, value, results, naming) for label, value in task.values)


def _value(label: str, value: Value, results: Results, naming: Naming) -> WorkValue:
    if is_pending(value, results):
        return WorkValue(label, "", later=True)
    found = resolve(value, results)
    many = found if isinstance(found, list) else [found]
    return WorkValue(label, "、".join(_text(one, naming) for one in many if one is not None))


def _text(value: object, naming: Naming) -> str:
    text = str(value)
    try:
        return console_day(date.fromisoformat(text), local_day(naming.now)) if len(text) == 10 else text
    except ValueError:
        return text


def result_rows(
    fields: Sequence[ResultField], typed: Mapping[str, str], errors: Mapping[str, str], naming: Naming
) -> tuple[ResultRow, ...]:
    """The fields to record, with what was typed and what is wrong with it; a date begins as today."""
    rows: list[ResultRow] = []
    today = console_day(local_day(naming.now), local_day(naming.now))
    for field in fields:
        first = field.name in errors and not any(row.error for row in rows)
        value = typed.get(field.name, today if field.rule == "date" else "")
        rows.append(
            ResultRow(
                name=field.name,
                label=field.label,
                rule=field.rule,
                required=field.required,
                choices=tuple(field.choices.items()),
                value=value,
                error=errors.get(field.name, ""),
                first=first,
            )
        )
    return tuple(rows)
