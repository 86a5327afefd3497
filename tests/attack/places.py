"""Every place that keeps words from outside: found in the tables, the services and the content (FAULTS S6).

Nothing is listed that should be tried; only what cannot be is, with its reason, so that a new column or
field without a payload fails.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from sqlalchemy import Column, String, cast, literal, literal_column, update

from tests.attack.payloads import PAYLOADS, text
from uketsuke.domain.reading import Reading
from uketsuke.processors.catalogue import Catalogue
from uketsuke.store.columns import Words
from uketsuke.store.database import Database
from uketsuke.store.tables import metadata

OURS = {
    "receipts.problem": "a code of ours; each has its words, and no other is written",
    "requests.due_what": "an id of the catalogue",
    "audit.subject": "kind:name, made by us; names of people in it are those of `users.login`",
    "letters.message_id": "made by us",
    "people.search": "for the search alone",
    "people.mail_key": "for the search alone",
    "people.name_key": "for the search alone",
    "requests.search": "for the search alone",
    "ledger_rows.search": "for the search alone",
}
"""Columns of words that are no place to put a payload, and why."""
OF_CONTENT = {
    "channel": "a code of ours",
    "to": "addresses by a strict grammar, else none",
    "cc": "likewise",
    "reply_to": "likewise",
    "sender.address": "likewise",
    "sender.defect": "a code of ours",
    "message_id": "words within < >; a short payload goes through it",
    "in_reply_to": "likewise",
    "attachments.media_type": "type/subtype, else it is dropped; a short payload goes through it",
    "attachments.sha256": "a digest",
    "auth_results.authserv_id": "only that of a trusted host is looked at",
    "auth_results.results": "codes; any other is dropped",
    "received.at": "a moment",
    "received.by": "a host's name by a strict grammar, else none",
    "received.ip": "an address, else none",
    "received.peer": "like `received.by`",
    "problems.code": "a code of ours",
    "problems.detail": "made by us: the number of the other request",
}
"""Parts of a mail's content that no whole payload can come through, and why."""


CUT = {"attachments.filename": "/\\", "sender.display": '<"{'}
"""Characters that a part of a content does not keep, or ends at: a payload without them comes whole."""


def columns() -> Iterator[Column[Any]]:
    """Every column for words from outside, but keys: those are addresses of pages, and stay."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Words) and not column.primary_key and not column.foreign_keys:
                yield column


def flood(database: Database) -> int:
    """Put every payload whole into every row of every such column; gives how many columns."""
    with database.transaction("flood") as tx:
        asked = [one for one in columns() if str(one) not in OURS]
        for column in asked:
            whole = literal(f"{text(str(column))} ") + cast(literal_column("rowid"), String)
            tx.connection.execute(update(column.table).values({column: whole}))
    return len(asked)


def fields(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Every field that any service declares: the service's id and the field."""
    for service in catalogue.all():
        yield from ((service.id, name) for name in service.request.specs())


def bare(words: str) -> str:
    """What of the words must be kept whole: cleaning takes what nobody sees, and folds widths."""
    return "".join(one for one in normalize("NFKC", words) if one.isprintable() and not one.isspace())


SOUGHT = {payload: bare(payload) for payload in PAYLOADS}


def missing(words: list[str]) -> list[str]:
    """Payloads that stand nowhere among them whole."""
    whole = "\0".join(map(bare, words))
    return [payload for payload, sought in SOUGHT.items() if sought not in whole]


def typed(database: Database) -> dict[tuple[str, str], list[str]]:
    """Service and field → everything that stands there as it was written, in any request."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    with database.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT service, reading FROM requests")
        for service, reading in rows:
            for name, values in Reading.model_validate_json(reading).values.items():
                found[service, name] += [one.raw for one in values]
    return found


def contents(database: Database) -> dict[str, list[str]]:
    """Part of a message's content → all words that stand there in any message."""
    found: dict[str, list[str]] = defaultdict(list)
    with database.reading() as tx:
        for content in tx.connection.exec_driver_sql("SELECT content FROM receipts").scalars():
            for place, words in _leaves("", json.loads(content)):
                found[place].append(words)
    return found


def _leaves(place: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for name, part in value.items():
                yield from _leaves(f"{place}.{name}".lstrip("."), part)
        case list():
            for part in value:
                yield from _leaves(place, part)
