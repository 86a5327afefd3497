"""Small values that are stored as JSON inside a row and have no home in the domain."""

from __future__ import annotations

from datetime import datetime

from uketsuke.domain.content import Frozen


class Override(Frozen):
    """Why somebody went on in spite of a soft concern; kept under the concern's key."""

    reason: str
    by: str
    at: datetime


class Candidate(Frozen):
    """A service a message might mean, with the words that spoke for it (UX AP-15)."""

    service: str
    words: tuple[str, ...]


class Refusal(Frozen):
    """One recipient that a mail server would not take, with its words."""

    address: str
    reply: str
