"""A letter of ours on its way: the envelope, and what a carrier answered (DESIGN 9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Envelope:
    """A mail with its SMTP envelope; the bytes are the same each time the letter is sealed."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    content: bytes


@dataclass(frozen=True)
class Sent:
    """The carrier has taken the letter over."""

    reply: str
    """Its last answer; a relay's holds its queue id."""
    refused: tuple[tuple[str, str], ...] = ()
    """Recipients it would not take, with its words, while it took others."""
