"""Which part in a request bars a person from which decision about it (FAULTS 3, S13)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Part(StrEnum):
    """What somebody has to do with a request."""

    REQUESTER = "requester"
    OWNER = "owner"
    """Whose account or asset it is about."""
    MAKER = "maker"
    """Made a plan of it, whichever version."""
    EDITOR = "editor"
    """Typed its note, corrected a value, chose the service or split it."""
    CHECKER = "checker"
    """Recorded who asks, or that its owner agreed."""
    MOVER = "mover"
    """Had a step that stood still tried again, handed over, or let stand."""
    DOER = "doer"
    """Did work of it."""


_SELVES = frozenset({Part.REQUESTER, Part.OWNER})
_SHAPERS = _SELVES | {Part.MAKER, Part.EDITOR, Part.CHECKER, Part.MOVER}
BARRED: Mapping[str, frozenset[Part]] = {
    "run": _SELVES,
    "record-check": _SELVES,
    "replan": _SELVES,
    "retry-step": _SELVES,
    "accept-step": _SELVES,
    "hand-step-over": _SELVES,
    "approve": _SHAPERS,
    "review": _SHAPERS | {Part.DOER},
    "settle-review": _SHAPERS | {Part.DOER},
}
"""Who had such a part does not decide so about an R3 request; nobody does while it may have been them."""
EDITS = frozenset({"correct", "choose-service", "split", "split-off"})
MOVES = frozenset({"retry-step", "hand-step-over", "accept-step"})
"""Entries of the audit log that give their actor a part."""
