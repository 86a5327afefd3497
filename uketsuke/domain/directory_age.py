"""How old the directory is, and when that is too old (FAULTS 3: a banner, not silence)."""

from __future__ import annotations

from datetime import date

from uketsuke.domain.content import Frozen

_SPRING = ((3, 18), (4, 14))
"""The weeks around 1 April, when half a city changes its section: first and last day."""


class StaleDirectory(Frozen):
    """What people are told: never imported (`days` None), or so many days ago."""

    days: int | None = None


def stale_directory(
    known: bool, imported_on: date | None, today: date, days: int, days_in_spring: int
) -> StaleDirectory | None:
    """Whether to warn; a directory that came without an import (a demo's) has no age."""
    if not known:
        return StaleDirectory()
    age = (today - imported_on).days if imported_on else 0
    is_spring = _SPRING[0] <= (today.month, today.day) <= _SPRING[1]
    return StaleDirectory(days=age) if age > (days_in_spring if is_spring else days) else None
