"""The bytes of one attachment, found in the raw message again; there are no attachment files (DESIGN 5)."""

from __future__ import annotations

import hashlib

from uketsuke.domain.content import Attachment
from uketsuke.errors import NotFound
from uketsuke.intake.headers import read_headers
from uketsuke.intake.limits import Limits
from uketsuke.intake.mime import read_structure
from uketsuke.intake.problems import Findings
from uketsuke.intake.transfer import decode_transfer


def attachment_bytes(raw: bytes, attachment: Attachment, limits: Limits = Limits()) -> bytes:  # noqa: B008 - frozen
    """The decoded bytes of an attachment of this message; raises `NotFound` when they are not there."""
    findings = Findings()
    if b"\n" not in raw[:4096] and b"\r" in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")
    headers, body = read_headers(raw, 0, len(raw), limits, findings)
    part = read_structure(raw, headers, body, limits, findings)
    for index in attachment.part:
        if index >= len(part.children):
            raise NotFound("attachment", attachment.sha256)
        part = part.children[index]
    data = (
        raw[part.start : part.end]
        if part.children
        else decode_transfer(raw[part.start : part.end], part.encoding)[0]
    )
    if hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise NotFound("attachment", attachment.sha256)
    return data
