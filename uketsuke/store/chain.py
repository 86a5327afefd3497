"""How audit entries hang together: what is hashed, and where a chain is broken first (FAULTS S11)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from uketsuke.store.columns import write_json

START = "0" * 64
"""What the first entry names as the hash before it."""
PORTION = 1000
"""Entries that are checked at a time: the log only ever grows."""


class Fault(StrEnum):
    """What is wrong where a chain is broken."""

    MISSING = "missing"
    """An entry is not there; later ones are."""
    EDITED = "edited"
    """The entry says something else than what was written."""
    MOVED = "moved"
    """The entry does not follow the one before it: swapped, inserted, or the one before rewritten."""
    PERSONAL = "personal"
    """Its personal details are others; erased ones are no fault."""
    END = "end"
    """The end is not where the chain ends: the last entries were cut off, or some were added."""
    ANCHOR = "anchor"
    """It is not the entry that was noted outside the database: cut off, or rewritten as a whole."""


@dataclass(frozen=True)
class Break:
    """The first entry where the chain is broken."""

    id: int
    fault: Fault


@dataclass(frozen=True)
class Place:
    """How far a chain was followed: the last entry that fits, and its hash."""

    last: int = 0
    hash: str = START


@dataclass(frozen=True)
class Step:
    """A chain after its next entries were looked at."""

    place: Place
    broken: Break | None = None
    is_last: bool = False


def follow_chain(place: Place, rows: Iterable[dict[str, Any]]) -> tuple[Place, Break | None]:
    """Follow a chain over its next entries in order; stops where it is broken."""
    for row in rows:
        fault = _fault(place, row)
        if fault:
            return place, Break(place.last + 1, fault)
        place = Place(row["id"], row["hash"])
    return place, None


def end_of_chain(place: Place, last_id: int, last_hash: str) -> Break | None:
    """Whether a chain that was followed to its last entry ends where it should."""
    return None if (place.last, place.hash) == (last_id, last_hash) else Break(place.last + 1, Fault.END)


def _fault(place: Place, row: dict[str, Any]) -> Fault | None:
    if row["id"] != place.last + 1:
        return Fault.MISSING
    if row["hash"] != entry_hash(row):
        return Fault.EDITED
    if row["previous"] != place.hash:
        return Fault.MOVED
    if row["personal"] is not None and _digest(row["salt"], row["personal"]) != row["personal_digest"]:
        return Fault.PERSONAL
    return None


_HASHED = (
    "id",
    "actor",
    "action",
    "subject",
    "request_id",
    "receipt_id",
    "reason",
    "facts",
    "personal_digest",
    "previous",
)


def entry_hash(row: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything in an entry that may never change."""
    plain = {name: row[name] for name in _HASHED}
    plain["at"] = row["at"].astimezone(UTC).isoformat()
    return hashlib.sha256(write_json(plain).encode()).hexdigest()


def sealed(personal: dict[str, JsonValue] | None) -> dict[str, str | None]:
    """Personal details as they are stored: with a salted digest, so that they can be erased."""
    if personal is None:
        return {"personal": None, "personal_digest": None, "salt": None}
    written, salt = write_json(personal), secrets.token_hex(16)
    return {"personal": written, "personal_digest": _digest(salt, written), "salt": salt}


def _digest(salt: str | None, personal: str) -> str:
    return hashlib.sha256(f"{salt}{personal}".encode()).hexdigest()
