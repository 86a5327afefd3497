"""Where an inquiry stands, in one line of the tray (UX 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.domain.states import RequestState
from uketsuke.store.inquiries import Handover, Inquiry
from uketsuke.store.requests import RequestRow

LONGEST = 60


@dataclass(frozen=True)
class Line:
    """The sentence and the mark before it."""

    text: str
    icon: str = "warn"


def inquiry_line(
    row: RequestRow, inquiry: Inquiry | None, handovers: Sequence[Handover], naming: Naming
) -> Line:
    """What the desk waits for, or else what was asked."""
    words, last = naming.words, handovers[-1] if handovers else None
    if row.ended_at is not None or row.state in (RequestState.HELD, RequestState.RUNNING) or inquiry is None:
        return Line(naming.wordbook.request_state(row.state))
    if last is not None and last.answered_at is None:
        return Line(words("inquiry.handed", to=last.to, at=naming.at(last.handed_at)), "user")
    if row.state is RequestState.WAITING_REPLY:
        return Line(naming.wordbook.request_state(row.state))
    if inquiry.call_at is not None:
        return Line(words("inquiry.call", at=naming.at(inquiry.call_at), number=inquiry.call_number), "tel")
    if last is not None and last.answer:
        return Line(words("inquiry.handed-back", to=last.to), "check")
    return Line(
        words("inquiry.open", category=category_of(inquiry, naming), question=_short(inquiry.question))
    )


def category_of(inquiry: Inquiry, naming: Naming) -> str:
    """The word of its category."""
    category = inquiry.category
    return (
        naming.wordbook.word("inquiry-category", category)
        if category
        else naming.words("inquiry.no-category")
    )


def _short(question: str) -> str:
    text = " ".join(question.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
