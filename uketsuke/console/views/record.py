"""The kintone record of a request: where it is, how it stands there, what is different now (AP-65)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import refusal
from uketsuke.domain.content import Content
from uketsuke.domain.record import Difference
from uketsuke.store.records import RecordRow


@dataclass(frozen=True)
class RecordCard:
    """What the page shows of it."""

    app: str
    number: int
    href: str
    """The record's own page; empty where its link is none that a browser may follow."""
    status: str
    synced: str
    """When it was last read there."""
    gone: str
    """When it was found deleted; empty while it is there."""
    problem: str
    """Why our own state does not stand on it; empty where it does."""
    changes: tuple[Difference, ...]
    """What the applicant has changed since it was received."""
    alarm: str
    """What a person must look at and say that it was seen; empty where there is nothing."""


def record_card(
    row: RecordRow,
    content: Content,
    changes: Sequence[Difference],
    looked_at: datetime | None,
    is_newest: bool,
    naming: Naming,
) -> RecordCard:
    """The card; `looked_at` is the last look into the app, `is_newest` whether no later request follows."""
    record = content.record
    synced = max(row.synced_at, looked_at) if looked_at else row.synced_at
    return RecordCard(
        app=(record.app_name if record else "") or str(row.app),
        number=row.record,
        href=(record.url if record else None) or "",
        status=row.status or "",
        synced=naming.at(synced),
        gone=naming.at(row.gone_at),
        problem=refusal(row.problem or "", naming),
        changes=tuple(changes),
        alarm=naming.words(f"why.{row.alarm}") if row.alarm and is_newest else "",
    )
