"""Somebody else was first: what they did beside what was typed, and nothing written (AP-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.site import Site
from uketsuke.console.views.fields import stored_texts
from uketsuke.console.views.naming import Naming
from uketsuke.console.visitor import Visitor
from uketsuke.domain.reading import ROW
from uketsuke.domain.request import FieldSpec, spec_at
from uketsuke.errors import NotFound
from uketsuke.queue.review import assess_now
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class ConflictRow:
    """One field that both changed: theirs is stored, mine is typed."""

    name: str
    label: str
    theirs: str
    theirs_shown: str
    mine: str
    mine_shown: str


@dataclass(frozen=True)
class ConflictPage:
    """The whole page; choosing sends a form on the version that is stored now."""

    number: str
    version: int
    view: str
    back: str
    action: str
    says: str
    rows: tuple[ConflictRow, ...]


def conflict(
    request: Request, site: Site, visitor: Visitor, number: str, view: str, mine: Mapping[str, str]
) -> Response:
    """Answer 409 with both sides."""
    with site.app.database.reading() as tx:
        row = tx.requests.by_number(number)
        if row is None:
            raise NotFound("request", number)
        naming = naming_of(site, tx)
        page = ConflictPage(
            number=number,
            version=row.version,
            view=view,
            back=f"/requests/{number}?view={view}",
            action=f"/requests/{number}/correct",
            says=_says(tx, row, naming),
            rows=_rows(site, tx, row, mine, naming),
        )
        frame = frame_of(request, site, tx, visitor, "tray")
    return answer(site, "conflict.html", frame, 409, page=page)


def last_change(site: Site, row: RequestRow) -> str:
    """Who changed it last, when and how, as a sentence."""
    with site.app.database.reading() as tx:
        return _says(tx, row, naming_of(site, tx))


def _says(tx: Transaction, row: RequestRow, naming: Naming) -> str:
    last = tx.audit.of_request(row.id)[-1]
    did = naming.words.get(f"history.did.{last.action}", "")
    who = naming.person(last.actor)
    return naming.words("alert.conflict", who=who, at=naming.at(last.at), did=did)


def _rows(
    site: Site, tx: Transaction, row: RequestRow, mine: Mapping[str, str], naming: Naming
) -> tuple[ConflictRow, ...]:
    specs = naming.specs(row.service)
    reading = assess_now(site.app, tx, row).reading
    theirs = stored_texts(reading, specs, site.app.today())
    return tuple(
        ConflictRow(
            name,
            naming.wordbook.field(name, specs, reading.place_of(name).get(ROW)),
            theirs[name],
            _shown(spec, theirs[name]),
            text,
            _shown(spec, text),
        )
        for name, text in mine.items()
        if (spec := spec_at(specs, name)) and name in theirs and theirs[name] != text
    )


def _shown(spec: FieldSpec, text: str) -> str:
    return spec.words[text][0] if text in spec.words else text
