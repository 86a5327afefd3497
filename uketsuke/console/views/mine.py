"""自分の依頼 and 課の依頼一覧: one line each, in the words of who asks (UX 5.5, AP-69)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import title_of
from uketsuke.domain.calendar import local_day
from uketsuke.domain.wording import letter_day, letter_until
from uketsuke.store.requests import RequestRow


@dataclass(frozen=True)
class MyRow:
    """One request or inquiry."""

    number: str
    title: str
    state: str
    at: str
    promise: str
    who: str


def my_rows(rows: Sequence[RequestRow], naming: Naming) -> tuple[MyRow, ...]:
    """The lines, in the order given."""
    return tuple(
        MyRow(
            number=row.number,
            title=title_of(row, naming),
            state=naming.wordbook.requester_state(row.state),
            at=letter_day(local_day(row.applied_at)),
            promise=promise_of(row, naming),
            who=row.requester_name or "",
        )
        for row in rows
    )


def promise_of(row: RequestRow, naming: Naming) -> str:
    """Until when something will be said; empty once that is over, or nothing is promised."""
    if row.due_at is None or row.ended_at or row.due_at <= naming.now:
        return ""
    return naming.words("public.promise", until=letter_until(row.due_at))
