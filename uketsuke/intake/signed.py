"""What another form system sends signed: checked, kept as it came, once for each key (docs/API.md).

What is signed is `<timestamp>.<idempotency key>.<body>`, so that neither can be changed: with
another key the same body would be another application, with another time it would never grow old.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from uketsuke.domain.content import Channel
from uketsuke.errors import UketsukeError
from uketsuke.intake.accept import Accepted, take_in
from uketsuke.intake.note import SIGNED
from uketsuke.store.database import Database

FRESH = timedelta(minutes=5)
"""How far the sender's clock and ours may be apart, on the way included."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TIME = re.compile(r"[0-9]{1,12}")


class OtherBody(UketsukeError, ValueError):
    """Raised for an Idempotency-Key that came before with other bytes; `number` is that receipt."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"the key was used for receipt {number}")


def signature(secret: str, timestamp: str, key: str, body: bytes) -> str:
    """The signature of one request: HMAC-SHA-256 (RFC 2104), hex."""
    message = f"{timestamp}.{key}.".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, key: str, body: bytes, given: str, now: datetime) -> bool:
    """Whether it is the sender's, and of the last five minutes; one answer for all that is wrong."""
    expected = signature(secret, timestamp, key, body)
    same = hmac.compare_digest(expected.encode(), given.lower().removeprefix("sha256=").encode())
    if not (same and _TIME.fullmatch(timestamp)):
        return False
    return abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()


def is_key(text: str) -> bool:
    """Whether it can be an Idempotency-Key: 1 to 200 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def accept_signed(database: Database, name: str, key: str, body: bytes, received_at: datetime) -> Accepted:
    """Keep the body and give it a receipt number; the same key of the same sender gets the same one.

    Raises `OtherBody` where the key came before with another body.
    """
    with database.transaction("accept") as tx:
        accepted = take_in(
            tx,
            body,
            Channel.FORM,
            source=f"{SIGNED}{name}",
            received_at=received_at,
            original_id=f"{SIGNED}{name}:{key}",
        )
        if tx.receipts.get(accepted.receipt_id).digest != hashlib.sha256(body).hexdigest():
            raise OtherBody(accepted.number)
    return accepted
