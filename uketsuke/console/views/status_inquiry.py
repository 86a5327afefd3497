"""What the requester sees of an inquiry: the question, and the answer once it was given (UX 5.5).

To whom it was handed over, what they said, and who answered stay inside (AP-40).
"""

from __future__ import annotations

from collections.abc import Sequence

from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local
from uketsuke.domain.inquiry import CALL_BACK
from uketsuke.domain.states import RequestState
from uketsuke.domain.wording import letter_day
from uketsuke.store.exchanges import Direction, Exchange
from uketsuke.store.inquiries import Inquiry
from uketsuke.store.requests import RequestRow


def inquiry_heading(row: RequestRow, asks: bool) -> str:
    """Key of the sentence that says where it stands; `asks` = the requester is to answer something."""
    if row.state is RequestState.WAITING_REPLY and not asks:
        return "inquiry-handed"
    own = {RequestState.RUNNING: "inquiry-running", RequestState.DONE: "inquiry-done"}
    return own.get(row.state, row.state.value)


def is_asked(exchanges: Sequence[Exchange]) -> bool:
    """Whether the desk waits for the requester, and not for somebody else."""
    return any(one.open and one.direction is Direction.OUT for one in exchanges)


def inquiry_values(row: RequestRow, inquiry: Inquiry, naming: Naming) -> tuple[tuple[str, str], ...]:
    """Question and answer; an answer that is still on its way can be taken back and is not shown."""
    shown = [(naming.words("public.question"), inquiry.question)]
    if row.state is RequestState.DONE and inquiry.answer:
        shown.append((naming.words("public.answer"), inquiry.answer))
    return tuple(shown)


def call_promise(row: RequestRow, naming: Naming) -> str:
    """When they will be called back; empty where no call was promised, or its time is over."""
    if row.due_at is None or row.due_what != CALL_BACK or row.ended_at or row.due_at <= naming.now:
        return ""
    at = local(row.due_at)
    moment = naming.words("public.moment", day=letter_day(at.date()), hour=at.hour, minute=at.minute)
    return naming.words("public.call-back", at=moment)
