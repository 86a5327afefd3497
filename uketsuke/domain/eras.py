"""Japanese era years (元号), to read and to write them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """One era: what it is called, its letter in forms, and its first day."""

    name: str
    letter: str
    first: date


ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
)
"""Newest first. 昭和 is the oldest that a living person's papers name."""


def western_year(era: str, year: int) -> int:
    """Turn an era's year, by name or letter, into a western year; `KeyError` for another era."""
    for known in ERAS:
        if era in (known.name, known.letter):
            return known.first.year + year - 1
    raise KeyError(era)


def era_at(day: date) -> Era | None:
    """Give the era of a day; None before 昭和."""
    return next((era for era in ERAS if day >= era.first), None)


def era_year(day: date) -> tuple[str, int]:
    """Give the era's name and its year on a day; `ValueError` before 昭和."""
    era = era_at(day)
    if era is None:
        raise ValueError(f"no era known for {day.isoformat()}")
    return era.name, day.year - era.first.year + 1
