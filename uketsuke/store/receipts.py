"""What arrived: raw bytes, receipts, where each mail was seen (DESIGN 5)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update

from uketsuke.domain.content import Channel, Content, Frozen, Kind
from uketsuke.errors import NotFound
from uketsuke.store.repository import Repository
from uketsuke.store.series import Series
from uketsuke.store.tables import raw, receipts, sightings, signatures


class ReceiptState(StrEnum):
    """STORED: bytes only; READ: its content is known; PARKED: it could not be read, a person must look."""

    STORED = "stored"
    READ = "read"
    PARKED = "parked"


class Receipt(Frozen):
    """The durable record that something arrived."""

    id: int
    number: str
    channel: Channel
    digest: str
    source: str
    """Name of the mailbox, folder or form."""
    message_id: str | None
    copy_key: str | None
    """SHA-256 of From, Subject and body; None until it was read."""
    original_id: str | None
    applied_at: datetime | None
    """What starts the clock; None until it is known."""
    received_at: datetime
    state: ReceiptState
    kind: Kind | None
    content: Content | None
    problem: str | None
    request_id: int | None
    """The request it opened or the thread it joined."""
    copy_of: int | None


class Sighting(Frozen):
    """One place in a mailbox where a receipt's mail lies: identity of a mail, RFC 3501 2.3.1.1."""

    id: int
    receipt_id: int
    account: str
    folder: str
    uidvalidity: str
    uid: str
    seen_at: datetime
    filed_at: datetime | None
    """When it was moved or flagged in the mailbox afterwards."""


class Receipts(Repository):
    """Raw bytes and receipts."""

    def keep_raw(self, message: bytes) -> str:
        """Store the bytes once; gives their SHA-256, hex."""
        digest = hashlib.sha256(message).hexdigest()
        row = {"digest": digest, "bytes": message, "size": len(message), "stored_at": self._at()}
        self._add_unless_there(raw, row)
        return digest

    def raw(self, digest: str) -> bytes:
        """The bytes as they came; raises `NotFound`."""
        found = self._connection.execute(select(raw.c.bytes).where(raw.c.digest == digest)).scalar()
        if found is None:
            raise NotFound("raw message", digest)
        return bytes(found)

    def add(
        self,
        channel: Channel,
        digest: str,
        source: str,
        received_at: datetime,
        message_id: str | None = None,
        original_id: str | None = None,
        applied_at: datetime | None = None,
        problem: str | None = None,
    ) -> Receipt:
        """A new receipt with the next number of its fiscal year, allocated here without gaps."""
        number = Series(self._connection, self._at).receipt_number(received_at)
        values = {
            "number": str(number),
            "channel": channel,
            "digest": digest,
            "source": source,
            "message_id": message_id,
            "original_id": original_id,
            "applied_at": applied_at,
            "received_at": received_at,
            "state": ReceiptState.STORED,
            "problem": problem,
        }
        return self.get(self._add(receipts, values))

    def get(self, receipt_id: int) -> Receipt:
        """Raises `NotFound`."""
        found = self._one(Receipt, select(receipts).where(receipts.c.id == receipt_id))
        if found is None:
            raise NotFound("receipt", receipt_id)
        return found

    def by_number(self, number: str) -> Receipt | None:
        """The receipt of that number, written in full."""
        return self._one(Receipt, select(receipts).where(receipts.c.number == number))

    def find_original(self, original_id: str) -> Receipt | None:
        """The receipt of that submission or record revision."""
        return self._one(Receipt, select(receipts).where(receipts.c.original_id == original_id))

    def find_digest(self, digest: str, source: str | None = None) -> Receipt | None:
        """The first receipt of exactly these bytes."""
        statement = select(receipts).where(receipts.c.digest == digest).order_by(receipts.c.id).limit(1)
        return self._one(
            Receipt, statement if source is None else statement.where(receipts.c.source == source)
        )

    def find_copy(self, message_id: str, copy_key: str, besides: int | None = None) -> Receipt | None:
        """The first receipt with that Message-ID, From, Subject and body; ask after `set_read`."""
        return next(
            (one for one in self.with_message_id(message_id, besides) if one.copy_key == copy_key), None
        )

    def with_message_id(self, message_id: str, besides: int | None = None) -> list[Receipt]:
        """All receipts with that Message-ID, oldest first; one that is no copy is flagged."""
        statement = select(receipts).where(receipts.c.message_id == message_id).order_by(receipts.c.id)
        return self._all(Receipt, statement.where(receipts.c.id != (besides or 0)))

    def take_turn(self, name: str) -> None:
        """Transactions about the same message, submission or sender come one after the other from here on."""
        if self._on_postgres:  # SQLite's writers do so anyway
            lock = func.pg_advisory_xact_lock(func.hashtext(name))
            self._connection.execute(select(lock))

    def note_signature(self, digest: str, receipt_id: int) -> bool:
        """Keep a signature; True when another mail came with it before."""
        mark = {"digest": digest, "receipt_id": receipt_id, "seen_at": self._at()}
        if self._add_unless_there(signatures, mark):
            return False
        owner = select(signatures.c.receipt_id).where(signatures.c.digest == digest)
        return int(self._connection.execute(owner).scalar_one()) != receipt_id

    def set_read(
        self,
        receipt_id: int,
        content: Content,
        kind: Kind,
        applied_at: datetime | None,
        copy_key: str | None,
    ) -> None:
        """Its content is known."""
        self._set(
            receipt_id,
            state=ReceiptState.READ,
            content=content,
            kind=kind,
            applied_at=applied_at,
            copy_key=copy_key,
            message_id=content.message_id,
            problem=None,
        )

    def park(self, receipt_id: int, problem: str) -> None:
        """It could not be read; visible with its reason until a person has looked."""
        self._set(receipt_id, state=ReceiptState.PARKED, problem=problem)

    def join(self, receipt_id: int, request_id: int) -> None:
        """It belongs to that request: it opened it or answers to it."""
        self._set(receipt_id, request_id=request_id)

    def set_copy_of(self, receipt_id: int, original: int) -> None:
        """It is another copy of a message that is there already."""
        self._set(receipt_id, copy_of=original)

    def sighted(self, account: str, folder: str, uidvalidity: str, uid: str) -> int | None:
        """The receipt id, when this very mail was fetched before."""
        place = (sightings.c.account == account) & (sightings.c.folder == folder)
        mail = (sightings.c.uidvalidity == str(uidvalidity)) & (sightings.c.uid == str(uid))
        return self._connection.execute(select(sightings.c.receipt_id).where(place, mail)).scalar()

    def add_sighting(
        self, receipt_id: int, account: str, folder: str, uidvalidity: str, uid: str, seen_at: datetime
    ) -> int | None:
        """Note where the mail lies; gives the sighting's id, or None when it was noted before."""
        values = {
            "receipt_id": receipt_id,
            "account": account,
            "folder": folder,
            "uidvalidity": str(uidvalidity),
            "uid": str(uid),
            "seen_at": seen_at,
        }
        if not self._add_unless_there(sightings, values):
            return None
        same = [
            sightings.c[name] == value
            for name, value in values.items()
            if name not in ("seen_at", "receipt_id")
        ]
        return self._connection.execute(select(sightings.c.id).where(*same)).scalar()

    def seen_uids(self, account: str, folder: str, uidvalidity: str) -> frozenset[str]:
        """Every mail of that mailbox generation that was fetched before."""
        place = (sightings.c.account == account) & (sightings.c.folder == folder)
        mine = select(sightings.c.uid).where(place, sightings.c.uidvalidity == str(uidvalidity))
        return frozenset(self._connection.execute(mine).scalars())

    def unfiled(self, account: str, limit: int = 500) -> list[Sighting]:
        """Mails that are safe here but not yet moved or flagged in their mailbox."""
        open_ones = select(sightings).where(sightings.c.account == account, sightings.c.filed_at.is_(None))
        return self._all(Sighting, open_ones.order_by(sightings.c.id).limit(limit))

    def mark_filed(self, sighting_id: int) -> None:
        """The mailbox has been told."""
        done = update(sightings).where(sightings.c.id == sighting_id).values(filed_at=self._at())
        self._connection.execute(done)

    def of_request(self, request_id: int) -> list[Receipt]:
        """Everything that belongs to a request, oldest first."""
        statement = select(receipts).where(receipts.c.request_id == request_id)
        return self._all(Receipt, statement.order_by(receipts.c.received_at, receipts.c.id))

    def parked(self, limit: int = 200) -> list[Receipt]:
        """What could not be read, oldest first."""
        statement = select(receipts).where(receipts.c.state == ReceiptState.PARKED)
        return self._all(Receipt, statement.order_by(receipts.c.received_at).limit(limit))

    def of_kinds(self, kinds: tuple[Kind, ...], start: datetime, end: datetime) -> list[Receipt]:
        """Receipts of these kinds that came in between (end excluded), newest first."""
        span = (receipts.c.received_at >= start) & (receipts.c.received_at < end)
        statement = select(receipts).where(receipts.c.kind.in_(kinds), span)
        return self._all(Receipt, statement.order_by(receipts.c.received_at.desc()))

    def _set(self, receipt_id: int, **changes: object) -> None:
        if self._changed(update(receipts).where(receipts.c.id == receipt_id).values(**changes)) == 0:
            raise NotFound("receipt", receipt_id)
