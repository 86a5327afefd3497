"""What sorts of messages and requests there are; apart from content, so that states can know it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of message it is (DESIGN 5); only requests open a request."""

    REQUEST = "request"
    INQUIRY = "inquiry"
    REPLY = "reply"
    BOUNCE = "bounce"
    AUTOMATIC = "auto-reply"
    LIST = "list"
    OWN = "own"
    SUSPICIOUS = "suspicious"
    OTHER = "not-a-request"
