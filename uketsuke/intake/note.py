"""The operator's note of a call or a visit: typed values, kept as the message they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uketsuke.addresses import CONSOLE
from uketsuke.domain.calendar import local
from uketsuke.domain.claims import without_claims
from uketsuke.domain.content import Channel, Content, Deed
from uketsuke.domain.inquiry import TAKEN, Taken
from uketsuke.intake.accept import Accepted, accept
from uketsuke.store.database import Database


@dataclass(frozen=True)
class Note:
    """What an operator typed; `called_at` starts the clock, not the time of typing."""

    submission_id: str
    """Made with the form, so that pressing twice stores once."""
    entered_by: str
    called_at: datetime
    submitted_at: datetime
    identity_check: str | None
    values: Mapping[str, str]
    """Label → words, in the order of the form."""
    done: Deed | None = None
    """What is done already (その場で完了)."""
    inquiry: Taken | None = None
    """What was done about a question while the caller was there."""

    def raw(self) -> bytes:
        """The note as bytes, the shape the reader knows (`form_id`: `operator-entry`)."""
        told: dict[str, Any] = {
            "form_id": "operator-entry",
            "submission_id": self.submission_id,
            "submitted_at": local(self.submitted_at).isoformat(),
            "submitter": None,
            "entered_by": self.entered_by,
            "called_at": local(self.called_at).isoformat(),
            "identity_check": self.identity_check,
            "values": dict(self.values),
        }
        if self.done is not None:
            told["done"] = self.done.model_dump(mode="json", include={"role", "units", "results"})
        if self.inquiry is not None:
            told[TAKEN] = self.inquiry.written()
        return json.dumps(told, ensure_ascii=False, indent=1).encode()


SOURCE = CONSOLE
"""Where notes come from; nobody signed in for a file that looks like one and came another way."""


SIGNED = "webhook:"
"""Begins the source of what a form system has signed; its name follows."""


def believed(content: Content, channel: Channel, source: str) -> Content:
    """What counts of a message, by how its receipt says that it came: claims only from our own console.

    `source` is stored by whatever took the message in, and never read out of it. A note says who was
    checked and what is done; a form says who was signed in, and nothing else.
    """
    if channel is Channel.NOTE and source == SOURCE:
        return content
    own = channel is Channel.FORM and source == SOURCE
    signer = source.removeprefix(SIGNED) if channel is Channel.FORM and source.startswith(SIGNED) else None
    known = {"signed_in": content.signed_in if own else None, "signed_by": signer}
    claimed = {"signed_in": None if own else content.signed_in, "signed_by": None}
    return without_claims(content.model_copy(update=claimed)).model_copy(update=known)


def original_id(submission: str) -> str:
    """What a receipt keeps of a note's identity: pressing twice leads to the same one."""
    return f"note:{submission}"


def accept_note(database: Database, note: Note, received_at: datetime) -> Accepted:
    """Keep the note and give it a receipt number; the same submission gets the same one."""
    return accept(
        database,
        note.raw(),
        Channel.NOTE,
        source=SOURCE,
        received_at=received_at,
        original_id=original_id(note.submission_id),
    )
