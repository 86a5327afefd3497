"""Ticks: which of a task's people are done, by whom and when (UX AP-74)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from uketsuke.domain.content import Frozen
from uketsuke.store.repository import Repository
from uketsuke.store.tick_tables import ticks


class Tick(Frozen):
    """One person of a task is done."""

    wait_id: int
    person: int
    """The place in the task's `persons`, from 0."""
    by: str
    at: datetime


class Ticks(Repository):
    """A row for each tick, so that two people who tick at once lose nothing."""

    def of(self, wait_id: int) -> dict[int, Tick]:
        """The ticks of a task by the person's place."""
        mine = select(ticks).where(ticks.c.wait_id == wait_id).order_by(ticks.c.person)
        return {one.person: one for one in self._all(Tick, mine)}

    def add(self, wait_id: int, person: int, by: str) -> bool:
        """Tick a person; False where somebody has: theirs stays."""
        row = {"wait_id": wait_id, "person": person, "by": by, "at": self._at()}
        return self._add_unless_there(ticks, row)

    def remove(self, wait_id: int, person: int) -> bool:
        """Take a tick back; False where there is none."""
        mine = delete(ticks).where(ticks.c.wait_id == wait_id, ticks.c.person == person)
        return self._changed(mine) == 1
