"""Local effects that happened: the constraint behind "nothing happens twice" (DESIGN 2)."""

from __future__ import annotations

from sqlalchemy import select

from uketsuke.errors import UketsukeError
from uketsuke.store.repository import Repository
from uketsuke.store.tables import effects


class EffectDone(UketsukeError):
    """This effect has happened before; the transaction that tried again must be left."""

    def __init__(self, effect_key: str) -> None:
        self.effect_key = effect_key
        super().__init__(f"effect {effect_key} has happened already")


class Effects(Repository):
    """One row per local effect, written in the effect's own transaction."""

    def record(self, effect_key: str, step_id: int | None = None) -> None:
        """Say that the effect happens now; raises `EffectDone` the second time."""
        row = {"effect_key": effect_key, "at": self._at(), "step_id": step_id}
        if not self._add_unless_there(effects, row):
            raise EffectDone(effect_key)

    def happened(self, effect_key: str) -> bool:
        """Whether it has happened."""
        statement = select(effects.c.effect_key).where(effects.c.effect_key == effect_key)
        return self._connection.execute(statement).scalar() is not None
