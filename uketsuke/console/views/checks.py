"""まとめて確認: what was done, beside each check that waits for the department (UX 5.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.people_table import Column, cells, shown
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import ManualTask, ResultField, Results
from uketsuke.domain.wording import console_day


@dataclass(frozen=True)
class DonePerson:
    """One person of what was done."""

    name: str
    values: tuple[str, ...]
    ticks: tuple[str, ...]
    """Who and when, for each environment."""


@dataclass(frozen=True)
class CheckRow:
    """One check."""

    id: int
    number: str
    title: str
    department: str
    name: str
    age: str
    """Since when it waits, and for how many business days."""
    common: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    environments: tuple[str, ...]
    people: tuple[DonePerson, ...]
    recorded: tuple[tuple[str, str], ...]
    """What was written down when the work was done."""
    before: tuple[str, ...]
    """What the department wrote when it sent this back earlier."""
    hindered: str
    """Why this visitor may not answer it; empty where they may."""
    error: str = ""


@dataclass(frozen=True)
class CheckGroup:
    """The checks of one service, longest waiting first."""

    service: str
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True)
class CheckList:
    """The page."""

    groups: tuple[CheckGroup, ...]
    total: int
    answerable: int
    """How many this visitor may answer."""


@dataclass(frozen=True)
class Looked:
    """One task that a check looks at, as it was done."""

    task: ManualTask
    column: Column
    results: Mapping[str, object]


def grouped(rows: Sequence[tuple[str, CheckRow]]) -> CheckList:
    """The page of (service, row), longest waiting first."""
    services = sorted({service for service, _ in rows})
    groups = tuple(
        CheckGroup(service, tuple(row for one, row in rows if one == service)) for service in services
    )
    return CheckList(groups, len(rows), sum(not row.hindered for _, row in rows))


def age(since: datetime | None, naming: Naming) -> str:
    """「12/7(月) から 3営業日」."""
    if since is None:
        return ""
    days = naming.calendar.business_days_between(local_day(since), local_day(naming.now))
    key = "checks.age" if days > 0 else "checks.age-today"
    return naming.words(key, day=naming.day(since), days=days)


def people(looked: Sequence[Looked], results: Results) -> tuple[DonePerson, ...]:
    """The people of the tasks side by side, with who registered them where."""
    with_people = [one for one in looked if one.task.persons]
    if not with_people:
        return ()
    task = with_people[0].task
    return tuple(
        DonePerson(
            person.label,
            tuple(cell.text for cell in cells(task, place, results) if cell.text != person.label),
            tuple(_ticked(one.column, place) for one in with_people),
        )
        for place, person in enumerate(task.persons)
    )


def headings(looked: Sequence[Looked]) -> tuple[str, ...]:
    """The labels of what was typed for each person, but their name."""
    task = next((one.task for one in looked if one.task.persons), None)
    if task is None:
        return ()
    person = task.persons[0]
    return tuple(label for label, value in person.values if value != person.label)


def common(looked: Sequence[Looked], results: Results) -> tuple[tuple[str, str], ...]:
    """What was typed alike for everybody, each once."""
    found = {label: shown(value, results) for one in looked for label, value in one.task.values}
    return tuple(found.items())


def recorded(looked: Sequence[Looked], naming: Naming) -> tuple[tuple[str, str], ...]:
    """What was written down for each task, under the environment's name."""
    found = []
    for one in looked:
        for field in one.task.results:
            value = one.results.get(field.name)
            if value not in (None, ""):
                label = " ".join(filter(None, (one.column.title, field.label)))
                found.append((label, _written(field, str(value), naming)))
    return tuple(found)


def _written(field: ResultField, value: str, naming: Naming) -> str:
    if field.rule == "date":
        return console_day(date.fromisoformat(value), local_day(naming.now))
    return field.choices.get(value, value)


def _ticked(column: Column, place: int) -> str:
    tick = column.ticks.get(place)
    return tick[0] if tick else ""
