"""台帳: every ledger, its rows on any day, one asset's history, CSV (UX 5.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.routing import PageNumber
from uketsuke.console.site import Here, Signed, Site
from uketsuke.console.views.ledgers import Asked, LedgerLink, as_csv, asset_page, ledger_page
from uketsuke.domain.calendar import JST
from uketsuke.domain.dates import read_date
from uketsuke.domain.text import asset_key
from uketsuke.domain.text import key as text_key
from uketsuke.domain.wording import console_day
from uketsuke.domain.world import LedgerRow
from uketsuke.processors.ledger import Ledger
from uketsuke.store.transaction import Transaction

router = APIRouter()


@router.get("/ledgers")
def show_ledgers(request: Request, site: Here, visitor: Signed) -> Response:
    """Every declared ledger with its number of rows."""
    with site.app.database.reading() as tx:
        counts = tx.ledgers.names()
        links = [
            LedgerLink(one.id, one.title, counts.get(one.id, 0))
            for one in site.app.catalogue.ledgers.values()
        ]
        frame = frame_of(request, site, tx, visitor, "ledgers")
    return answer(site, "ledgers.html", frame, ledgers=links)


@router.get("/ledgers/{ledger}")
def show_ledger(
    request: Request,
    site: Here,
    visitor: Signed,
    ledger: str,
    q: str = "",
    on: str = "",
    page: PageNumber = 1,
) -> Response:
    """The rows that match, as they are or as they were at the end of a day."""
    declared, (asked, as_of) = _declared(site, ledger), _asked(site, q, on, page)
    with site.app.database.reading() as tx:
        naming = naming_of(site, tx)
        rows = _rows(tx, declared, asked.text, as_of)
        frame = frame_of(request, site, tx, visitor, "ledgers")
    return answer(site, "ledger.html", frame, ledger=ledger_page(declared, rows, asked, naming))


@router.get("/ledgers/{ledger}/export.csv")
def export_ledger(site: Here, ledger: str, q: str = "", on: str = "") -> Response:
    """The same rows as a file."""
    declared, (asked, as_of) = _declared(site, ledger), _asked(site, q, on, 1)
    with site.app.database.reading() as tx:
        content = as_csv(declared, _rows(tx, declared, asked.text, as_of))
    name = quote(f"{declared.title}_{site.app.today():%Y%m%d}.csv")
    disposition = f"attachment; filename=\"{declared.id}.csv\"; filename*=UTF-8''{name}"
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@router.get("/ledgers/{ledger}/{key}")
def show_asset(request: Request, site: Here, visitor: Signed, ledger: str, key: str) -> Response:
    """One row and everything that ever happened to it."""
    declared = _declared(site, ledger)
    with site.app.database.reading() as tx:
        history = tx.ledgers.history(ledger, key) or tx.ledgers.history(ledger, asset_key(key))
        if not history:
            raise HTTPException(404, "page")
        naming = naming_of(site, tx)
        numbers = {
            one.request_id: tx.requests.get(one.request_id).number for one in history if one.request_id
        }
        about = tx.requests.about(history[-1].key)
        open_ones = [row for row in about if row.ended_at is None]
        asset = asset_page(declared, history, numbers, open_ones, naming)
        frame = frame_of(request, site, tx, visitor, "ledgers")
    return answer(site, "asset.html", frame, asset=asset)


def _declared(site: Site, ledger: str) -> Ledger:
    found = site.app.catalogue.ledgers.get(ledger)
    if found is None:
        raise HTTPException(404, "page")
    return found


def _asked(site: Site, text: str, on: str, page: int) -> tuple[Asked, datetime | None]:
    """What was asked; a day means its end, in Japan time."""
    if page < 1:
        raise HTTPException(404, "page")
    if not on.strip():
        return Asked(text.strip(), page=page), None
    reading = read_date(on, site.app.today())
    if reading is None or reading.value is None:
        return Asked(text.strip(), on, problem=site.words("search.wrong-day"), page=page), None
    end = datetime.combine(reading.value + timedelta(days=1), datetime.min.time(), JST)
    word = console_day(reading.value, site.app.today())
    return Asked(text.strip(), reading.value.isoformat(), word, page=page), end


def _rows(tx: Transaction, ledger: Ledger, text: str, as_of: datetime | None) -> list[LedgerRow]:
    """All rows whose key or values hold every word, in any spelling (AP-42)."""
    wanted = [text_key(word) for word in text.split()]
    shown = {column.id: column for column in ledger.columns}
    found = []
    for row in tx.ledgers.rows(ledger.id, None, as_of):
        words = (
            row.key,
            *(
                shown[name].shown(value) if name in shown else str(value)
                for name, value in row.values.items()
            ),
        )
        folded = text_key(" ".join(words))
        if all(word in folded for word in wanted):
            found.append(row)
    return sorted(found, key=lambda row: row.key)
