"""What somebody sent by our own form: one message with its files, kept before the page says so (UX 5.4)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from uketsuke.domain.calendar import local
from uketsuke.domain.content import Channel
from uketsuke.intake.accept import Accepted, accept
from uketsuke.intake.note import SOURCE
from uketsuke.store.database import Database

Typed = str | Sequence[Mapping[str, str]]
"""The words of a field, or the rows of a table: label of a column → words."""


@dataclass(frozen=True)
class Upload:
    """One file that came with the form."""

    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Submission:
    """One form as it was sent; who sent it is the session's word and never the form's."""

    submission_id: str
    """Made with the form, so that a double click, a reload or a replay stores once."""
    service: str
    login: str
    person: str
    """Employee number of who was signed in."""
    submitted_at: datetime
    values: Mapping[str, Typed]
    """Label → words, in the order of the form."""
    attachments: tuple[Upload, ...] = ()

    def raw(self) -> bytes:
        """The form as bytes, files included: the shape that `forms.read_form` knows."""
        told = {
            "form_id": self.service,
            "submission_id": self.submission_id,
            "submitted_at": local(self.submitted_at).isoformat(),
            "submitter": {"login": self.login, "person": self.person},
            "values": {
                label: value if isinstance(value, str) else list(value)
                for label, value in self.values.items()
            },
            "attachments": [
                {
                    "filename": one.filename,
                    "media_type": one.media_type,
                    "content": base64.b64encode(one.data).decode("ascii"),
                }
                for one in self.attachments
            ],
        }
        return json.dumps(told, ensure_ascii=False, indent=1, default=dict).encode()


def form_original_id(person: str, submission: str) -> str:
    """What a receipt keeps of a form's identity: nobody can take the place of another's form."""
    return f"form:{person}:{submission}"


def accept_form(database: Database, sent: Submission, received_at: datetime) -> Accepted:
    """Keep the form and give it a receipt number; the same one for the same submission."""
    return accept(
        database,
        sent.raw(),
        Channel.FORM,
        source=SOURCE,
        received_at=received_at,
        original_id=form_original_id(sent.person, sent.submission_id),
    )
