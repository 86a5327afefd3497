"""検査: the audit log's chain followed in portions, and its end noted elsewhere too (FAULTS S11).

Whoever may write to the database can cut off the end and make the rest fit. So the last
entry's number and hash are also noted in a file beside it, after each check and once a day,
and each check looks whether those entries are still the ones they were.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from uketsuke.app import Actor, App
from uketsuke.domain.calendar import local_day
from uketsuke.log import logger
from uketsuke.store.audit import Entry
from uketsuke.store.chain import Break, Fault, Place, Step
from uketsuke.store.transaction import Transaction

MARK = "audit:check"
VERIFIED = "audit-verify"
"""The action under which a finished check stands in the log itself."""
log = logger(__name__)


@dataclass(frozen=True)
class Anchor:
    """An entry as it was noted outside the database."""

    id: int
    hash: str
    at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """A check that is on its way."""

    place: Place
    total: int
    by: str
    begun_at: datetime


def begin(app: App, actor: Actor) -> None:
    """Start a check from the first entry; one on its way is given up."""
    with app.database.transaction("audit-check") as tx:
        _keep(tx, Place(), actor.login)


def go_on(app: App, actor: Actor, seconds: float) -> bool:
    """Follow the chain for about so long; True when the check has ended and stands in the log."""
    with app.database.reading() as tx:
        found = progress(tx)
    if found is None:
        return True
    step = follow(app, found.place, seconds)
    if step.is_last:
        finish(app, actor, step)
        return True
    with app.database.transaction("audit-check") as tx:
        _keep(tx, step.place, found.by)
    return False


def follow(app: App, place: Place, seconds: float) -> Step:
    """Follow the chain from a place for about so long, each portion in a transaction of its own."""
    until, step = time.monotonic() + seconds, Step(place)
    while not step.is_last:
        with app.database.reading() as tx:
            step = tx.audit.follow(step.place)
        if time.monotonic() >= until:
            break
    return step


def finish(app: App, actor: Actor, step: Step, extra: Iterable[Anchor] = ()) -> Break | None:
    """Compare with what was noted elsewhere, write the outcome into the log, and note its end."""
    with app.database.reading() as tx:
        broken = step.broken or _unlike(tx, [*anchors(app), *extra])
    facts: dict[str, JsonValue] = {"rows": step.place.last, "hash": step.place.hash}
    if broken:
        facts |= {"broken": broken.id, "fault": broken.fault.value}
    with app.database.transaction("audit-check") as tx:
        tx.marks.clear(MARK)
        tx.audit.append(at=tx.now, actor=actor.login, action=VERIFIED, subject="audit", facts=facts)
    if broken is None:
        note_end(app)
    return broken


def progress(tx: Transaction) -> Progress | None:
    """The check on its way, if there is one."""
    mark = tx.marks.get(MARK)
    if mark is None or not isinstance(mark.value, dict):
        return None
    value = mark.value
    place = Place(int(str(value["last"])), str(value["hash"]))
    return Progress(place, tx.audit.head()[0], str(value["by"]), mark.at)


def last_check(tx: Transaction) -> Entry | None:
    """The entry of the last check that ended."""
    return tx.audit.last_of(VERIFIED)


def anchor_file(app: App) -> Path:
    """Where ends of the log are noted; only ever added to."""
    return app.settings.path("audit-ends.txt")


def anchors(app: App) -> list[Anchor]:
    """What was noted, oldest first; none where there is no such file."""
    try:
        lines = anchor_file(app).read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return []
    return [found for line in lines if (found := _read(line))]


def note_end(app: App) -> bool:
    """Note the last entry in the file; False where it stands there already, or could not be noted."""
    with app.database.reading() as tx:
        last, last_hash = tx.audit.head()
        now = tx.now
    if not last or any(one.id == last for one in anchors(app)[-1:]):
        return False
    try:
        anchor_file(app).parent.mkdir(parents=True, exist_ok=True)
        with anchor_file(app).open("a", encoding="ascii") as file:
            file.write(f"{last} {last_hash} {now.isoformat()}\n")
    except OSError as error:
        log.warning("audit_end_not_noted", error=error.strerror)
        return False
    return True


def note_end_daily(app: App) -> bool:
    """Note it once on each day of business time."""
    last = anchors(app)[-1:]
    if last and last[0].at and local_day(last[0].at) >= app.today():
        return False
    return note_end(app)


def _read(line: str) -> Anchor | None:
    """A line of the file; None for one that was cut off while it was written."""
    try:
        entry_id, entry_hash, at = line.split()
        return Anchor(int(entry_id), entry_hash, datetime.fromisoformat(at))
    except ValueError:
        return None


def _keep(tx: Transaction, place: Place, by: str) -> None:
    tx.marks.set(MARK, {"last": place.last, "hash": place.hash, "by": by})


def _unlike(tx: Transaction, noted: Iterable[Anchor]) -> Break | None:
    """The first noted entry that is not there any more, or is another."""
    for anchor in noted:
        if tx.audit.hash_of(anchor.id) != anchor.hash:
            return Break(anchor.id, Fault.ANCHOR)
    return None
