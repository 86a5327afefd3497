"""What our poll needs of whatever reads an app of kintone; `connectors.kintone_client` is it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

MOST_ASKED = 500
"""Records in one call (decision 0007)."""


class FoundRecord(Protocol):
    """A record at one revision."""

    @property
    def id(self) -> int: ...
    @property
    def revision(self) -> int: ...
    def first(self, kind: str) -> Any:
        """The value of its one field of a type."""

    def text(self, code: str) -> str:
        """A field as text."""

    def plain(self) -> dict[str, Any]:
        """Its fields as kintone gave them."""


class FoundField(Protocol):
    """A field of an app's form."""

    @property
    def type(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, FoundField]:
        """Of a table: the fields of its rows."""


class Apps(Protocol):
    """What reads apps; errors are `TryLater` and `Refused`."""

    def find(
        self, app: int, query: str, fields: Sequence[str] = (), *, limit: int = MOST_ASKED
    ) -> Sequence[FoundRecord]:
        """Up to 500 records in one call."""

    def each(
        self, app: int, query: str, fields: Sequence[str] = (), *, opened: Callable[[str], None]
    ) -> Iterator[FoundRecord]:
        """All records of a query, through a cursor whose name `opened` is told."""

    def give_back(self, app: int, name: str) -> None:
        """Close a cursor that somebody has left open."""

    def form(self, app: int) -> Mapping[str, FoundField]:
        """The app's fields by code."""


def moment_of(record: FoundRecord) -> datetime:
    """When kintone says that it changed last, UTC."""
    return datetime.fromisoformat(str(record.first("UPDATED_TIME")))
