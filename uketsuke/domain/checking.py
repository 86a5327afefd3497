"""The check of a named department: it confirms what was done, or sends it back with a comment (DESIGN 7)."""

from __future__ import annotations

from typing import Literal

from uketsuke.domain.step import BaseStep

PASS, SEND_BACK = "pass", "send-back"
OUTCOME, COMMENT, CHECKED_BY, CHECKED_ON = "outcome", "comment", "checked_by", "checked_on"


class Check(BaseStep):
    """A role of a department looks at what the steps `what` did; nobody checks their own work.

    With `pass` the plan goes on and the clock `dept_check_passed` starts. With `send-back` the
    manual tasks among `what` are done again, and whatever is not done follows them.

    Results: `outcome` (`pass`, `send-back`), `comment`, `checked_by` (sign-in), `checked_on` (day).
    """

    kind: Literal["check"] = "check"
    role: str = "officer"
    department: str
    what: tuple[int, ...]
