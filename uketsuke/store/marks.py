"""Marks: the last time something was done or went wrong, for people to see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import delete, select

from uketsuke.domain.content import Frozen
from uketsuke.store.registers import marks
from uketsuke.store.repository import Repository


class Mark(Frozen):
    """One mark, such as `mailbox:desk:checked` or `mailbox:desk:error`."""

    name: str
    value: JsonValue
    at: datetime


class Marks(Repository):
    """Marks by name."""

    def set(self, name: str, value: JsonValue = None) -> None:
        """Set it now, over what was there."""
        self._replace(marks, {"name": name, "value": value, "at": self._at()})

    def get(self, name: str) -> Mark | None:
        """The mark, or None."""
        return self._one(Mark, select(marks).where(marks.c.name == name))

    def those(self, names: Collection[str]) -> list[Mark]:
        """Those of these marks that are set, by name."""
        if not names:
            return []
        mine = select(marks).where(marks.c.name.in_(list(names)))
        return self._all(Mark, mine.order_by(marks.c.name))

    def clear(self, name: str) -> None:
        """Forget it: the error is over."""
        self._connection.execute(delete(marks).where(marks.c.name == name))

    def beginning(self, prefix: str) -> list[Mark]:
        """All marks whose name begins so."""
        mine = select(marks).where(marks.c.name.startswith(prefix, autoescape=True))
        return self._all(Mark, mine.order_by(marks.c.name))
