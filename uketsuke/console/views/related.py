"""What belongs to a request: what else the same message led to, and what was merged (AP-25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.console.views.listing import STATE_CSS
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import title_of
from uketsuke.domain.content import Kind
from uketsuke.store.requests import RequestRow


@dataclass(frozen=True)
class Related:
    """One of them; `here` is the one that the page shows."""

    number: str
    href: str
    title: str
    state_word: str
    state_css: str
    here: bool


@dataclass(frozen=True)
class RelatedCard:
    """A list of them under a heading."""

    code: str
    title: str
    rows: tuple[Related, ...]


def related(
    row: RequestRow,
    parts: Sequence[RequestRow],
    taken_over: Sequence[RequestRow],
    survivor: RequestRow | None,
    of_record: Sequence[RequestRow],
    naming: Naming,
) -> tuple[RelatedCard, ...]:
    """The lists that hold something; the original of each stands on its own page."""
    # What an inquiry gave rise to is no part of it.
    code = "parts" if all(one.kind is Kind.REQUEST for one in parts) else "beside"
    lists = (
        (code, parts if len(parts) > 1 else ()),
        ("taken-over", taken_over),
        ("survivor", (survivor,) if survivor else ()),
        ("record", of_record),
    )
    return tuple(
        RelatedCard(code, naming.words(f"related.{code}"), tuple(_related(one, row, naming) for one in found))
        for code, found in lists
        if found
    )


def _related(one: RequestRow, row: RequestRow, naming: Naming) -> Related:
    # The plain address of what was merged leads to the request that took it over.
    merged = "?itself=1" if one.merged_into is not None else ""
    return Related(
        number=one.number,
        href=f"/requests/{one.number}{merged}",
        title=title_of(one, naming),
        state_word=naming.wordbook.request_state(one.state),
        state_css=STATE_CSS.get(one.state, ""),
        here=one.id == row.id,
    )
