"""事後確認: effects that another person looks at, and problems that the lead settles (AP-68)."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.console.views.due import Badge, badge
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import title_of
from uketsuke.console.visitor import Visitor
from uketsuke.store.oversight import Review
from uketsuke.store.requests import RequestRow


@dataclass(frozen=True)
class ReviewRow:
    """One effect of the list."""

    id: int
    number: str
    title: str
    changes: str
    performer: str
    done: str
    badge: Badge | None
    hindered: str
    """Why this visitor may not look at it; empty where they may."""
    problem: str = ""
    found_by: str = ""


def review_row(
    found: Review, row: RequestRow, changes: str, visitor: Visitor, naming: Naming, *, part: bool
) -> ReviewRow:
    """One line, for whoever looks; `part` says that they had a part in it."""
    hindered = ""
    if not visitor.person:
        hindered = naming.words("hindsight.no-person")
    elif part:
        hindered = naming.words("hindsight.part")
    return ReviewRow(
        found.id,
        row.number,
        title_of(row, naming),
        changes,
        naming.actor(found.performer),
        naming.at(found.done_at),
        badge(found.due_at, naming.now, naming.calendar, naming.words),
        hindered,
        found.comment or "",
        naming.person(found.reviewed_by),
    )
