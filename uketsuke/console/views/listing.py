"""依頼一覧: every request, by number, words and state (UX 3)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.tray import Choice, kind_of, title_of
from uketsuke.domain.states import RequestState
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import COUNTED, Page

STATE_CSS = {
    RequestState.READING: "run",
    RequestState.NEEDS_REVIEW: "wait",
    RequestState.WAITING_REPLY: "wait",
    RequestState.HELD: "wait",
    RequestState.AWAITING_APPROVAL: "wait",
    RequestState.RUNNING: "run",
    RequestState.DONE: "good",
}
"""Colour of a state; the others are grey. The word is always beside it."""


@dataclass(frozen=True)
class ListRow:
    """One request of the list."""

    number: str
    href: str
    title: str
    department: str
    name: str
    arrived: str
    state: str
    css: str
    channel: str
    channel_word: str
    assignee: str
    kind: str = ""


@dataclass(frozen=True)
class Listing:
    """The whole page."""

    text: str
    problem: str
    states: tuple[Choice, ...]
    rows: tuple[ListRow, ...]
    total: int
    more: bool
    """There are more than were counted."""
    page: int
    size: int
    url: str


def listing(found: Page, text: str, state: RequestState | None, naming: Naming, problem: str = "") -> Listing:
    """Build the page for what was found."""
    query = urlencode({name: value for name, value in (("q", text), ("state", state or "")) if value})
    return Listing(
        text=text,
        problem=problem,
        states=tuple(
            Choice(one.value, naming.wordbook.request_state(one), one is state) for one in RequestState
        ),
        rows=tuple(list_row(row, naming) for row in found.rows),
        total=found.total,
        more=found.total >= COUNTED,
        page=found.page,
        size=found.size,
        url=f"/requests?{query}&" if query else "/requests?",
    )


def list_row(row: RequestRow, naming: Naming) -> ListRow:
    """One line."""
    return ListRow(
        number=row.number,
        href=f"/requests/{row.number}",
        title=title_of(row, naming),
        department=row.department or "",
        name=row.requester_name or "",
        arrived=naming.at(row.applied_at),
        state=naming.wordbook.request_state(row.state),
        css=STATE_CSS.get(row.state, ""),
        channel=row.channel.value,
        channel_word=naming.words(f"channel.{row.channel.value}"),
        assignee=naming.person(row.assignee),
        kind=kind_of(row, naming),
    )
