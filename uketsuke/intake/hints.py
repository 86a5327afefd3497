"""What an app's webhook says to us: that something may be new there, and nothing else."""

from __future__ import annotations

from uketsuke.store.database import Database


def give_hint(database: Database, app: int) -> None:
    """Something may be new in the app; one that nobody has heard yet is enough, and is not written again."""
    with database.reading() as tx:
        if tx.marks.get(hint(app)) is not None:
            return
    with database.transaction("give-hint") as tx:
        tx.marks.set(hint(app))


def hint(app: int) -> str:
    """The mark that stands until somebody has begun to look."""
    return f"kintone:{app}:hint"
