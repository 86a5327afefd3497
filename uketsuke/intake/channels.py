"""Raw bytes to `Content`, by the channel they came in: what the guarded process runs."""

from __future__ import annotations

from uketsuke.domain.content import Channel, Content
from uketsuke.intake.forms import read_note
from uketsuke.intake.limits import Limits
from uketsuke.intake.message import read_mail
from uketsuke.intake.problems import Findings, ProblemCode


def read(raw: bytes, channel: Channel, limits: Limits = Limits()) -> Content:  # noqa: B008 - frozen
    """Reads a message; a channel that has no reader yet gives an empty content with a problem."""
    if channel is Channel.MAIL:
        return read_mail(raw, limits)
    if channel in (Channel.NOTE, Channel.FORM):
        return read_note(raw, limits, channel)
    findings = Findings()
    findings.add(ProblemCode.UNSUPPORTED_CHANNEL, channel.value)
    return Content(channel=channel, problems=findings.problems())
