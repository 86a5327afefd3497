"""The first commit: raw bytes, receipt and the job to read them, or nothing (DESIGN 2, promise 1).

Only when this has returned may the mailbox, the form or the peer be told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from uketsuke.domain.content import Channel
from uketsuke.domain.job import JobName
from uketsuke.intake.problems import ProblemCode
from uketsuke.store.database import Database
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Sighting:
    """Where a mail was seen: the identity that says "fetched before" (DESIGN 5)."""

    account: str
    folder: str
    uidvalidity: str
    uid: str


@dataclass(frozen=True)
class Accepted:
    """The receipt a message got, or had already."""

    receipt_id: int
    number: str
    is_new: bool


def accept(
    database: Database,
    raw: bytes,
    channel: Channel,
    *,
    source: str,
    received_at: datetime,
    sighting: Sighting | None = None,
    original_id: str | None = None,
    is_cut: bool = False,
) -> Accepted:
    """Keep the bytes and give them a receipt number, durably and once.

    `is_cut` says that the message was larger than the limit and these are its beginning.

    The same sighting, the same submission (`original_id`) or the same bytes of a
    mail lead to the receipt that exists; another copy is noted, never dropped.
    """
    with database.transaction("accept") as tx:
        return take_in(
            tx,
            raw,
            channel,
            source=source,
            received_at=received_at,
            sighting=sighting,
            original_id=original_id,
            is_cut=is_cut,
        )


def take_in(
    tx: Transaction,
    raw: bytes,
    channel: Channel,
    *,
    source: str,
    received_at: datetime,
    sighting: Sighting | None = None,
    original_id: str | None = None,
    is_cut: bool = False,
) -> Accepted:
    """The same inside a transaction that notes more about where the message came from."""
    digest = hashlib.sha256(raw).hexdigest()
    tx.receipts.take_turn(original_id or digest)
    known = _known(tx, digest, channel, sighting, original_id)
    if known is not None:
        if sighting:
            tx.receipts.add_sighting(known, *_key(sighting), seen_at=received_at)
        return Accepted(known, tx.receipts.get(known).number, is_new=False)
    tx.receipts.keep_raw(raw)
    problem = ProblemCode.TOO_LARGE.value if is_cut else None
    receipt = tx.receipts.add(channel, digest, source, received_at, original_id=original_id, problem=problem)
    if sighting:
        tx.receipts.add_sighting(receipt.id, *_key(sighting), seen_at=received_at)
    tx.enqueue(JobName.PROCESS, receipt.id)
    tx.audit.append(
        at=tx.now,
        actor="uketsuke",
        action="receive",
        subject=f"receipt:{receipt.number}",
        receipt_id=receipt.id,
        facts={"channel": channel.value, "source": source, "bytes": len(raw), "sha256": digest},
    )
    return Accepted(receipt.id, receipt.number, is_new=True)


def _known(
    tx: Transaction, digest: str, channel: Channel, sighting: Sighting | None, original_id: str | None
) -> int | None:
    if sighting and (seen := tx.receipts.sighted(*_key(sighting))) is not None:
        return seen
    if original_id is not None:
        found = tx.receipts.find_original(original_id)
    elif channel is Channel.MAIL:
        found = tx.receipts.find_digest(digest)
    else:
        return None
    return found.id if found else None


def _key(sighting: Sighting) -> tuple[str, str, str, str]:
    return sighting.account, sighting.folder, sighting.uidvalidity, sighting.uid
