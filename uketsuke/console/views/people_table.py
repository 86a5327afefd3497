"""n people × environments: what is typed for each, and who ticked it (UX 5.10, mockups/work)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local, local_day
from uketsuke.domain.plan import ManualTask, Results, Value, is_pending, resolve


@dataclass(frozen=True)
class Cell:
    """A value of a person, to copy."""

    label: str
    text: str
    copied: bool = False
    """Whether it was typed already: its person is ticked here."""


@dataclass(frozen=True)
class TickCell:
    """One person in one environment."""

    who: str = ""
    """Who ticked it and when; empty where nobody has."""
    value: str = ""
    """What its button sends; empty where it cannot be pressed."""
    is_next: bool = False


@dataclass(frozen=True)
class PersonRow:
    """One person."""

    name: Cell
    values: tuple[Cell, ...]
    ticks: tuple[TickCell, ...]
    is_next: bool = False


@dataclass(frozen=True)
class Environment:
    """A column of ticks: the same people in one system."""

    title: str
    done: int
    total: int
    export_href: str
    all_value: str = ""
    """What the button for all who are left sends; empty where it cannot be pressed."""
    here: bool = False

    @property
    def left(self) -> int:
        """How many are not ticked."""
        return self.total - self.done


@dataclass(frozen=True)
class PeopleTable:
    """The table."""

    headings: tuple[str, ...]
    environments: tuple[Environment, ...]
    rows: tuple[PersonRow, ...]
    begun: bool
    """Whether anybody is ticked here: the values that all have in common are typed then."""
    resume: str
    """Where it was left."""
    only_open: bool = False
    """Whether people who are done here are left out."""

    @property
    def done(self) -> int:
        """Ticks in all environments."""
        return sum(one.done for one in self.environments)

    @property
    def total(self) -> int:
        """Ticks there will be."""
        return sum(one.total for one in self.environments)


@dataclass(frozen=True)
class Column:
    """One environment as it stands."""

    step_id: int
    title: str
    ticks: Mapping[int, tuple[str, datetime]]
    """Place of the person → who and when."""
    may_tick: bool
    here: bool


def people_table(
    task: ManualTask, columns: Sequence[Column], results: Results, naming: Naming, *, only_open: bool = False
) -> PeopleTable | None:
    """Build the table; None for work that is about nobody in particular."""
    if not task.persons:
        return None
    here = next((one for one in columns if one.here), columns[0])
    places = range(len(task.persons))
    following = next(
        (
            (place, one.step_id)
            for one in (here, *columns)
            if one.may_tick
            for place in places
            if place not in one.ticks
        ),
        None,
    )
    rows = [
        _row(task, place, columns, results, following, here, naming)
        for place in places
        if not (only_open and place in here.ticks)
    ]
    return PeopleTable(
        tuple(label for label, _ in task.persons[0].values if label != _first_label(task)),
        tuple(_environment(one, len(task.persons)) for one in columns),
        tuple(rows),
        bool(here.ticks),
        _resume(task, columns, following, naming),
        only_open,
    )


def cells(task: ManualTask, place: int, results: Results) -> tuple[Cell, ...]:
    """The values of a person as they are typed, in the order of the target's form."""
    person = task.persons[place]
    return tuple(Cell(label, shown(value, results)) for label, value in person.values)


def shown(value: Value, results: Results) -> str:
    """A value as it is typed; empty where it is not known yet."""
    if is_pending(value, results):
        return ""
    found = resolve(value, results)
    many = found if isinstance(found, list) else [found]
    return "、".join(str(one) for one in many if one is not None)


def _first_label(task: ManualTask) -> str:
    """The label of the person's own name, which heads the row where the form asks for it."""
    person = task.persons[0]
    return next((label for label, value in person.values if value == person.label), "")


def _row(
    task: ManualTask,
    place: int,
    columns: Sequence[Column],
    results: Results,
    following: tuple[int, int] | None,
    here: Column,
    naming: Naming,
) -> PersonRow:
    copied, heading = place in here.ticks, _first_label(task)
    values = [Cell(one.label, one.text, copied) for one in cells(task, place, results)]
    return PersonRow(
        Cell(heading, task.persons[place].label, copied),
        tuple(one for one in values if one.label != heading),
        tuple(_tick(one, place, following, naming) for one in columns),
        following is not None and following[0] == place,
    )


def _tick(column: Column, place: int, following: tuple[int, int] | None, naming: Naming) -> TickCell:
    tick = column.ticks.get(place)
    who = naming.words("work.ticked", who=naming.person(tick[0]), at=_at(tick[1], naming)) if tick else ""
    value = f"{column.step_id}.{place}" if column.may_tick else ""
    return TickCell(who, value, following == (place, column.step_id))


def _at(moment: datetime, naming: Naming) -> str:
    """The time of day; the day where it was another one."""
    same = local_day(moment) == local_day(naming.now)
    return f"{local(moment):%H:%M}" if same else naming.day(moment)


def _environment(column: Column, total: int) -> Environment:
    left = total - len(column.ticks)
    return Environment(
        column.title,
        len(column.ticks),
        total,
        f"/work-items/{column.step_id}/export.csv",
        f"{column.step_id}.{left}" if column.may_tick and left else "",
        column.here,
    )


def _resume(
    task: ManualTask, columns: Sequence[Column], following: tuple[int, int] | None, naming: Naming
) -> str:
    """「本番は3名とも登録済み、検証は1名まで。次は … です」; nothing before the first tick."""
    if not any(one.ticks for one in columns) or following is None:
        return ""
    total = len(task.persons)
    said = [
        naming.words(
            "work.all-of" if len(one.ticks) == total else "work.some-of",
            system=one.title,
            done=len(one.ticks),
            total=total,
        )
        for one in columns
    ]
    column = next(one for one in columns if one.step_id == following[1])
    names = {"name": task.persons[following[0]].label, "system": column.title}
    return naming.words("work.resume", done="、".join(said), **names)
