"""Raw bytes to `Content`, by the channel they came in: what the guarded process runs."""

from __future__ import annotations

from uketsuke.domain.content import Channel, Content
from uketsuke.intake.forms import read_form, read_note
from uketsuke.intake.limits import Limits
from uketsuke.intake.message import read_mail
from uketsuke.intake.records import read_record


def read(raw: bytes, channel: Channel, limits: Limits = Limits()) -> Content:  # noqa: B008 - frozen
    """Reads a message; what is broken comes back with problems."""
    match channel:
        case Channel.MAIL:
            return read_mail(raw, limits)
        case Channel.NOTE:
            return read_note(raw, limits)
        case Channel.FORM:
            return read_form(raw, limits)
        case Channel.KINTONE | Channel.FORMBRIDGE:
            return read_record(raw, limits, channel)
