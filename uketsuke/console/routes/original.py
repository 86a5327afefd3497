"""Downloads of what came in: always as an attachment, never shown by the browser (AP-23)."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from uketsuke.console.routing import known_request
from uketsuke.console.site import Here
from uketsuke.domain.content import Channel
from uketsuke.intake.files import file_bytes
from uketsuke.intake.parts import attachment_bytes

router = APIRouter()
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST = 120


@router.get("/requests/{number}/original")
def download_original(site: Here, number: str) -> Response:
    """The bytes as they came."""
    row = known_request(site, number)
    with site.app.database.reading() as tx:
        receipt = tx.receipts.get(row.receipt_id)
        raw = tx.receipts.raw(receipt.digest)
    suffix = "eml" if receipt.channel is Channel.MAIL else "json"
    return as_file(raw, f"{receipt.number}.{suffix}")


@router.get("/requests/{number}/attachments/{index}")
def download_attachment(site: Here, number: str, index: int) -> Response:
    """One attachment, read from the original again."""
    row = known_request(site, number)
    with site.app.database.reading() as tx:
        receipt = tx.receipts.get(row.receipt_id)
        raw = tx.receipts.raw(receipt.digest)
    files = receipt.content.attachments if receipt.content else ()
    if not 0 <= index < len(files):
        raise HTTPException(404, "page")
    found = file_bytes if receipt.channel is Channel.FORM else attachment_bytes
    return as_file(found(raw, files[index]), files[index].filename or f"{receipt.number}-{index + 1}")


def as_file(content: bytes, name: str) -> Response:
    """An answer that is saved and never rendered, under a name that is safe everywhere (RFC 6266)."""
    safe = _UNSAFE.sub("_", name).strip(". ")[:_LONGEST] or "file"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
    return Response(
        content, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
    )
