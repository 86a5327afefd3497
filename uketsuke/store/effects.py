"""Effects that happened, or may have: the constraint behind "nothing happens twice" (DESIGN 2).

A local effect's row is written in its own transaction. That of an effect in another system
is its marker, written before it is done: what is so already without it was somebody else.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from uketsuke.errors import UketsukeError
from uketsuke.store.repository import Repository
from uketsuke.store.tables import effects


class EffectDone(UketsukeError):
    """This effect has happened before; the transaction that tried again must be left."""

    def __init__(self, effect_key: str) -> None:
        self.effect_key = effect_key
        super().__init__(f"effect {effect_key} has happened already")


class Effects(Repository):
    """One row per effect."""

    def record(self, effect_key: str, step_id: int | None = None) -> None:
        """Say that the effect happens now; raises `EffectDone` the second time."""
        row = {"effect_key": effect_key, "at": self._at(), "step_id": step_id}
        if not self._add_unless_there(effects, row):
            raise EffectDone(effect_key)

    def happened(self, effect_key: str) -> bool:
        """Whether it has happened."""
        statement = select(effects.c.effect_key).where(effects.c.effect_key == effect_key)
        return self._connection.execute(statement).scalar() is not None

    def mark(self, effect_key: str, step_id: int) -> None:
        """From here on it may have happened in another system; said again it changes nothing."""
        self._add_unless_there(effects, {"effect_key": effect_key, "at": self._at(), "step_id": step_id})

    def forget(self, effect_key: str) -> None:
        """The other system answered no: it has not happened."""
        self._changed(delete(effects).where(effects.c.effect_key == effect_key))
