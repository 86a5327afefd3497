"""The door for other form systems: signed JSON in, a receipt number out (docs/API.md).

Every answer that is not a receipt is a problem (RFC 9457). Who is no sender of the settings
learns nothing: the same answer for an unknown name, a wrong signature and an old time.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from uketsuke.console.api_problems import problem
from uketsuke.console.site import Here, Site
from uketsuke.domain.calendar import local
from uketsuke.intake.signed import OtherBody, accept_signed, is_key, is_signed

router = APIRouter()
LARGEST = 14_000_000
"""Bytes of a body: ten million of files in base64, and the words around them."""
SENDER, TIME, SIGNATURE, KEY = (
    "uketsuke-sender",
    "uketsuke-timestamp",
    "uketsuke-signature",
    "idempotency-key",
)


async def body_of(request: Request) -> bytes | None:
    """What was sent; None as soon as it is more than is read."""
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > LARGEST:
        return None
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LARGEST:
            return None
    return bytes(read)


Body = Annotated[bytes | None, Depends(body_of)]


@router.post("/api/v1/requests")
def take_request(request: Request, site: Here, body: Body) -> Response:
    """201 with the receipt's number, 200 with the same one for what came before."""
    if body is None:
        return problem(413, "too-large", f"at most {LARGEST} bytes")
    name = request.headers.get(SENDER, "")
    if not _is_from(site, name, request, body):
        return problem(403, "signature", "unknown sender, wrong signature or old timestamp")
    key = request.headers.get(KEY, "")
    if not is_key(key):
        return problem(400, "idempotency-key", "1 to 200 visible ASCII characters are required")
    wrong = _faults(site, body)
    if wrong:
        return problem(422, "body", "the body is not an application", errors=wrong)
    now = site.app.now()
    try:
        accepted = accept_signed(site.app.database, name, key, body, now)
    except OtherBody as other:
        return problem(422, "key-reused", "the key came before with another body", receipt=other.number)
    with site.app.database.reading() as tx:
        at = tx.receipts.get(accepted.receipt_id).received_at
    told = {
        "schema_version": 1,
        "receipt_number": accepted.number,
        "received_at": local(at).isoformat(timespec="seconds"),
        "is_new": accepted.is_new,
    }
    return JSONResponse(told, 201 if accepted.is_new else 200)


def _is_from(site: Site, name: str, request: Request, body: bytes) -> bool:
    """An unknown sender costs as much as a known one."""
    known = site.app.settings.webhook.get(name)
    secret = known.secret.get_secret_value() if known else "-"
    timestamp, key, given = (request.headers.get(one, "") for one in (TIME, KEY, SIGNATURE))
    return is_signed(secret, timestamp, key, body, given, site.app.now()) and known is not None


def _faults(site: Site, body: bytes) -> list[dict[str, str]]:
    """What keeps it from being an application at all; what its fields say is judged as in every channel."""
    try:
        told: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return [{"pointer": "", "detail": "must be JSON in UTF-8"}]
    if not isinstance(told, dict):
        return [{"pointer": "", "detail": "must be an object"}]
    wrong = []
    if told.get("form_id") not in [one.id for one in site.app.catalogue.all()]:
        wrong.append({"pointer": "/form_id", "detail": "must be the id of a service"})
    if not isinstance(told.get("values"), dict) or not told["values"]:
        wrong.append({"pointer": "/values", "detail": "must be an object of labels and values"})
    return wrong
