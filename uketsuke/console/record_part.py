"""Gathers what the request page shows of the kintone record that the request came from."""

from __future__ import annotations

from uketsuke.console.site import Site
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.record import RecordCard, record_card
from uketsuke.domain.record import Difference, differences
from uketsuke.store.records import RecordRow
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction


def record_part(site: Site, tx: Transaction, row: RequestRow, naming: Naming) -> RecordCard | None:
    """The record's card; None where the request came another way."""
    record = tx.records.of_request(row.id)
    content = tx.receipts.get(row.receipt_id).content
    if record is None or content is None:
        return None
    looked = tx.marks.get(f"kintone:{record.app}:checked")
    known = isinstance(looked.value, dict) and looked.value.get("outcome") == "collected" if looked else False
    return record_card(
        record,
        content,
        _changes(site, tx, row, record),
        looked.at if looked and known else None,
        record.request_id == row.id,
        naming,
    )


def siblings(tx: Transaction, row: RequestRow) -> tuple[RequestRow, ...]:
    """The requests about the same record, oldest first; empty where there is no other."""
    record = tx.records.of_request(row.id)
    found = tx.records.requests_of(record.app, record.record) if record else []
    return tuple(tx.requests.get(one) for one in found) if len(found) > 1 else ()


def _changes(site: Site, tx: Transaction, row: RequestRow, record: RecordRow) -> tuple[Difference, ...]:
    """From what came in under the request's number to what the record says now."""
    first = tx.receipts.by_number(row.number)
    last = tx.receipts.get(record.receipt_id) if record.receipt_id is not None else None
    if first is None or last is None or first.content is None or last.content is None:
        return ()
    setting = site.app.settings.kintone.of(record.app) if site.app.settings.kintone else None
    return differences(first.content, last.content, setting.status.codes() if setting else ())
