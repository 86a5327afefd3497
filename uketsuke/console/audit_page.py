"""Gathers what 操作記録 shows: the entries that were asked for, and the requests they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from uketsuke.console.frames import naming_of
from uketsuke.console.site import Site
from uketsuke.console.views.audit import Asked, actions_of, as_csv, csv_head, past_day
from uketsuke.domain.calendar import JST
from uketsuke.domain.dates import read_date
from uketsuke.domain.receipt import WrongReceiptNumber, parse
from uketsuke.domain.text import asset_key
from uketsuke.store.audit import Entry, Wanted
from uketsuke.store.transaction import Transaction

PORTION = 1000


@dataclass(frozen=True)
class Search:
    """What was asked, as the store understands it, and what nobody understands (field → words)."""

    wanted: Wanted
    wrong: Mapping[str, str] = field(default_factory=dict)


def search_of(site: Site, tx: Transaction, asked: Asked) -> Search:
    """Read the form of the page; days are Japan's, both ends included."""
    wrong: dict[str, str] = {}
    since, until = (_day(site, asked, name, wrong) for name in ("since", "until"))
    actions, but = actions_of(asked.kind)
    requests, receipts = _about(site, tx, asked.about) if asked.about else (None, frozenset[int]())
    if requests is not None and not requests:
        wrong["about"] = site.words("audit.unknown")
    wanted = Wanted(
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        actors=(asked.who,) if asked.who else (),
        actions=actions,
        but=but,
        requests=requests,
        receipts=receipts,
    )
    return Search(wanted, wrong)


def numbers_of(tx: Transaction, entries: Iterable[Entry]) -> dict[int, str]:
    """Receipt numbers by the ids of the requests that entries are about."""
    return {found: tx.requests.get(found).number for found in {one.request_id for one in entries} if found}


def csv_of(site: Site, wanted: Wanted, last: int) -> Iterator[bytes]:
    """The wanted entries up to one id, newest first, in portions that each end their transaction."""
    before: int | None = last + 1
    with site.app.database.reading() as tx:
        yield csv_head(naming_of(site, tx))
    while before is not None:
        with site.app.database.reading() as tx:
            entries = tx.audit.found(wanted, PORTION, before=before)
            portion = as_csv(entries, numbers_of(tx, entries), naming_of(site, tx))
        before = entries[-1].id if len(entries) == PORTION else None
        yield portion


def _about(site: Site, tx: Transaction, text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Requests and receipts of a receipt number, else of an asset's whole history."""
    try:
        row = tx.requests.by_number(str(parse(text, site.app.today())))
        return (frozenset({row.id}), frozenset({row.receipt_id})) if row else (frozenset(), frozenset())
    except WrongReceiptNumber:
        ledgers = site.app.catalogue.ledgers
        versions = [one for ledger in ledgers for one in tx.ledgers.history(ledger, asset_key(text))]
        return frozenset(one.request_id for one in versions if one.request_id), frozenset()


def _day(site: Site, asked: Asked, name: str, wrong: dict[str, str]) -> date | None:
    text = str(getattr(asked, name))
    if not text:
        return None
    reading = read_date(text, site.app.today())
    if reading is None or reading.value is None:
        wrong[name] = site.words("search.wrong-day")
        return None
    return past_day(reading.value, text, site.app.today())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), JST)
