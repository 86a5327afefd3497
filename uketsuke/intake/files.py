"""The files that came inside a form's JSON: named, measured, and found again when somebody asks for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import cast

from uketsuke.domain.content import Attachment
from uketsuke.errors import NotFound
from uketsuke.intake.charset import clean
from uketsuke.intake.limits import Limits
from uketsuke.intake.objects import Object, parse
from uketsuke.intake.parameters import clean_filename
from uketsuke.intake.problems import Findings, ProblemCode

MOST_FILES = 5
"""Files of one form that are read."""
_LONGEST_TYPE = 100


def read_files(told: object, findings: Findings) -> tuple[Attachment, ...]:
    """The files of a form; what cannot be decoded is a problem and no file."""
    items: list[object] = cast("list[object]", told) if isinstance(told, list) else []
    if len(items) > MOST_FILES:
        findings.add(ProblemCode.TOO_MANY_PARTS, str(len(items)))
    found = []
    for index, item in enumerate(items[:MOST_FILES]):
        data = _decoded(item)
        if data is None or not isinstance(item, Object):
            findings.add(ProblemCode.BROKEN_BASE64, str(index + 1))
            continue
        name, kind = item.get("filename"), item.get("media_type")
        found.append(
            Attachment(
                filename=clean_filename(clean(name)) if isinstance(name, str) else "",
                media_type=_media_type(kind),
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                part=(index,),
            )
        )
    return tuple(found)


def file_bytes(raw: bytes, attachment: Attachment, limits: Limits = Limits()) -> bytes:  # noqa: B008 - frozen
    """The bytes of a form's file, from the form as it came; raises `NotFound` when they are not there."""
    whole = Limits(text=limits.raw)
    told = parse(raw, whole, Findings(), ProblemCode.BROKEN_NOTE).get("attachments")
    items: list[object] = cast("list[object]", told) if isinstance(told, list) else []
    index = attachment.part[0] if attachment.part else len(items)
    data = _decoded(items[index]) if index < len(items) else None
    if data is None or hashlib.sha256(data).hexdigest() != attachment.sha256:
        raise NotFound("attachment", attachment.sha256)
    return data


def _decoded(item: object) -> bytes | None:
    content = item.get("content") if isinstance(item, Object) else None
    if not isinstance(content, str):
        return None
    try:
        return base64.b64decode(content.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None


def _media_type(kind: object) -> str:
    """A media type as it is written; what is none is a plain file (RFC 2046 4.5.1)."""
    text = kind.strip().lower() if isinstance(kind, str) else ""
    usual = text.isascii() and text.isprintable() and text.count("/") == 1 and " " not in text
    return text if usual and len(text) <= _LONGEST_TYPE else "application/octet-stream"
