"""The moments that deadlines count from, as far as they have happened (catalogue `events`)."""

from __future__ import annotations

from datetime import date, datetime

from uketsuke.domain.checking import CHECKED_ON, OUTCOME, PASS
from uketsuke.domain.plan import Results
from uketsuke.store.requests import RequestRow

DATES = ("hand_over_date", "return_date")


def events_of(request: RequestRow, results: Results) -> dict[str, date | datetime | None]:
    """`applied` from the request; agreed dates, confirmations and checks from what the steps left.

    The latest step that left a date counts: a later agreement replaces an earlier one.
    """
    events: dict[str, date | datetime | None] = {
        "applied": request.applied_at,
        "received": request.created_at,
    }
    for seq in sorted(results):
        left = results[seq]
        for name in DATES:
            if isinstance(left.get(name), str):
                events[name] = events["agreed"] = date.fromisoformat(left[name])
        if isinstance(left.get("handed_over_on"), str):
            events["handed_over"] = date.fromisoformat(left["handed_over_on"])
        if left.get(OUTCOME) == PASS and isinstance(left.get(CHECKED_ON), str):
            events["dept_check_passed"] = date.fromisoformat(left[CHECKED_ON])
    return events
