"""分割 in two halves: how many parts, then the service of each and a button that names the count (AP-25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uketsuke.console.notices import Said
from uketsuke.console.views.decide import Ask, DecidePage, Typed
from uketsuke.console.views.naming import Naming
from uketsuke.domain.text import fold
from uketsuke.queue.split import FEWEST, MOST
from uketsuke.store.requests import RequestRow

_LONGEST = 4
"""Characters of a count as people type it (２０件)."""


def parts_of(text: str) -> int | None:
    """How many parts were typed; None for what is no possible number of them."""
    digits = fold(text[:_LONGEST]).removesuffix("件").strip()
    count = int(digits) if digits.isdecimal() else 0
    return count if FEWEST <= count <= MOST else None


def service_name(place: int) -> str:
    """The name of the control for the service of a part; the first is 1."""
    return f"service.{place}"


def in_parts(page: DecidePage, row: RequestRow, typed: Typed, naming: Naming) -> DecidePage:
    """The page with its fields: the first half until a possible count is there."""
    count = parts_of(typed.values.get("parts", "")) if typed.values else None
    if count is None:
        return replace(page, fields=(_count(typed, naming),), goes_on=True)
    return replace(
        page,
        says=naming.words("decide.says.split-into", number=row.number, count=count, others=count - 1),
        button=naming.words("decide.button.split-into", count=count),
        fields=(
            Ask("hidden", "parts", "", str(count)),
            *(_service(row, place, typed, naming) for place in range(1, count + 1)),
            _reason(typed, naming),
        ),
    )


def said_of(numbers: Sequence[str]) -> Said:
    """The status line, with the numbers that are new."""
    first, *others = numbers
    key = "split" if len(others) == 1 else "split-many"
    return Said(key, {"number": first, "count": len(numbers), "new": others[0], "last": others[-1]})


def _count(typed: Typed, naming: Naming) -> Ask:
    return Ask(
        "count",
        "parts",
        naming.words("decide.parts", fewest=FEWEST, most=MOST),
        typed.values.get("parts", ""),
        example=naming.words("decide.parts-example"),
        error=typed.errors.get("parts", ""),
    )


def _service(row: RequestRow, place: int, typed: Typed, naming: Naming) -> Ask:
    services = tuple((one.id, one.title) for one in naming.catalogue.all())
    if row.service is None:
        services = (("", naming.words("decide.not-yet")), *services)
    label = naming.words("decide.part-first" if place == 1 else "decide.part", place=place, number=row.number)
    name = service_name(place)
    return Ask("select", name, label, typed.values.get(name, row.service or ""), services)


def _reason(typed: Typed, naming: Naming) -> Ask:
    words = naming.words("decide.reason")
    return Ask("line", "reason", words, typed.values.get("reason", ""), required=False)
