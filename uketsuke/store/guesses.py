"""Failed sign-ins, counted so that guessing gets slower; shared by all web processes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update

from uketsuke.domain.content import Frozen
from uketsuke.store.registers import guesses
from uketsuke.store.repository import Repository


class Guess(Frozen):
    """What is counted under one key."""

    key: str
    failures: int
    last_at: datetime
    until: datetime
    """Nothing is tried under this key before."""


class Guesses(Repository):
    """Counters of failed sign-ins."""

    def known(self, keys: Collection[str]) -> dict[str, Guess]:
        """What is counted under these keys now; nothing is held, and keys without a failure are left out."""
        mine = select(guesses).where(guesses.c.key.in_(list(keys)))
        return {one.key: one for one in self._all(Guess, mine)}

    def lock(self, keys: Collection[str]) -> dict[str, Guess]:
        """The counters of these keys, begun at nought, held until the end of the transaction."""
        now, wanted = self._at(), sorted(keys)
        for key in wanted:
            self._add_unless_there(guesses, {"key": key, "failures": 0, "last_at": now, "until": now})
        mine = select(guesses).where(guesses.c.key.in_(wanted)).order_by(guesses.c.key)
        return {one.key: one for one in self._all(Guess, mine.with_for_update())}

    def note(self, key: str, failures: int, until: datetime) -> None:
        """So many failures by now; nothing is tried until then."""
        mine = update(guesses).where(guesses.c.key == key)
        self._connection.execute(mine.values(failures=failures, last_at=self._at(), until=until))

    def forget(self, keys: Collection[str]) -> None:
        """Whoever knew the password starts at nought."""
        self._connection.execute(delete(guesses).where(guesses.c.key.in_(list(keys))))

    def forget_before(self, moment: datetime) -> int:
        """Remove what rested since then; gives how many."""
        return self._changed(delete(guesses).where(guesses.c.last_at < moment))
