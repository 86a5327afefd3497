"""失敗したサインインとリンク: what failed, from where, how often (FAULTS S4, S5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local_day
from uketsuke.domain.wording import console_day
from uketsuke.store.misses import Miss

SHOWN = 30
"""Rows on the page."""


@dataclass(frozen=True)
class MissLine:
    """One day's failures of one kind, sign-in and address."""

    day: str
    kind: str
    who: str
    """The name of a sign-in that there is, else that it is none; empty for links."""
    address: str
    count: int
    last: str


def miss_lines(rows: Iterable[Miss], naming: Naming) -> list[MissLine]:
    """The rows in words; what was typed where there is no such sign-in is known to nobody."""
    return [_line(one, naming) for one in rows]


def _line(miss: Miss, naming: Naming) -> MissLine:
    words = naming.words
    who = naming.person(miss.login) or ("" if miss.kind == "link" else words("misses.nobody"))
    if miss.login and who != miss.login:
        who = words("misses.who", name=who, login=miss.login)
    return MissLine(
        day=console_day(miss.day, local_day(naming.now)),
        kind=words(f"misses.kind.{miss.kind}"),
        who=who,
        address=miss.address,
        count=miss.count,
        last=naming.at(miss.last_at),
    )
