"""Open requests of people who have left or moved: their section goes on with them (DESIGN 10)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from uketsuke.app import PEOPLE_IMPORTED, SYSTEM, App
from uketsuke.domain.people import Person
from uketsuke.log import logger
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction

log = logger(__name__)
_LOOKED = "leavers:looked"
ACTION = "requester-left"


class Change(StrEnum):
    """What became of who asked."""

    LEFT = "left"
    MOVED = "moved"


def note_leavers(app: App) -> int:
    """Write it into the history of each open request, once; looked at once a day and after each import."""
    with app.database.reading() as tx:
        seen = _state(app, tx)
        mark = tx.marks.get(_LOOKED)
        if mark is not None and mark.value == seen:
            return 0
    with app.database.transaction("note-leavers") as tx:
        found = [
            (row, change) for row in tx.requests.open_with_person() if (change := change_of(app, tx, row))
        ]
        noted = sum(_note(tx, row, change) for row, change in found)
        tx.marks.set(_LOOKED, seen)
    log.info("leavers_noted", count=noted)
    return noted


def change_of(app: App, tx: Transaction, row: RequestRow) -> Change | None:
    """What became of the person who asked, since the request came; None where all is as it was."""
    if row.person is None:
        return None
    person = tx.people.get(row.person)
    if person is None or not person.is_active(app.today()):
        return Change.LEFT if person else None
    return Change.MOVED if _has_moved(row, person, tx.people.history(row.person)) else None


def _has_moved(row: RequestRow, person: Person, history: list[Person]) -> bool:
    """Whether the request names a section in which the person once was."""
    was = {one.department for one in history} - {person.department}
    return row.department in was


def _note(tx: Transaction, row: RequestRow, change: Change) -> bool:
    noted = [entry for entry in tx.audit.of_request(row.id) if entry.action == ACTION]
    if any(entry.facts.get("change") == change for entry in noted):
        return False
    tx.audit.note(
        row,
        SYSTEM.login,
        ACTION,
        facts={"change": change.value},
    )
    return True


def _state(app: App, tx: Transaction) -> JsonValue:
    mark = tx.marks.get(PEOPLE_IMPORTED)
    return [app.today().isoformat(), mark.at.isoformat() if mark else ""]
