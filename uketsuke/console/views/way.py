"""The way through a list: where one item stands in it, what comes before and after (AP-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """Place of one item in the list it was opened from; position 0 = not in it any more."""

    view: str
    word: str
    position: int = 0
    total: int = 0
    previous: str | None = None
    next: str | None = None


def way(addresses: Sequence[str], here: str, view: str, word: str) -> Way:
    """The way for the item at the address `here` among those of its list, in order."""
    if here not in addresses:
        return Way(view, word, 0, len(addresses), None, addresses[0] if addresses else None)
    place = list(addresses).index(here)
    return Way(
        view,
        word,
        place + 1,
        len(addresses),
        addresses[place - 1] if place else None,
        addresses[place + 1] if place + 1 < len(addresses) else None,
    )
