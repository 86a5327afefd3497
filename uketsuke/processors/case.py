"""One message as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from uketsuke.domain.content import Content
from uketsuke.domain.reading import ROW, Reading, cell_path
from uketsuke.domain.request import FieldSpec, Plain, ServiceRequest, spec_at
from uketsuke.domain.world import World
from uketsuke.processors.base import Processor
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.values import Reader


@dataclass(frozen=True)
class Place:
    """A field, or a cell of a row that is there: what a value can be read, lacking or doubted for."""

    path: str
    spec: FieldSpec
    values: Plain
    """What its conditions see: the request's values, a row's own over them."""
    value: JsonValue
    row: int | None = None
    """At which place from 1 its row stands."""

    @property
    def is_lacking(self) -> bool:
        """Whether a value that must be there is not."""
        return self.spec.is_required(self.values) and self.value in (None, "", [])

    def facts(self, **facts: JsonValue) -> dict[str, JsonValue]:
        """The facts of a concern about it: in a table also which row it is."""
        return facts if self.row is None else {**facts, ROW: self.row}


@dataclass(frozen=True)
class Case:
    """One message as the rules see it."""

    content: Content
    reading: Reading
    world: World
    reader: Reader
    processor: Processor | None
    number: str | None = None
    """Its own receipt number, which is no duplicate of itself."""

    @property
    def request(self) -> type[ServiceRequest]:
        """The model whose fields are judged."""
        return self.processor.request if self.processor else CommonFields

    @cached_property
    def values(self) -> Plain:
        """What is read so far."""
        return self.reading.plain()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every field in its order, and after a table the cells of its rows."""
        return tuple(self._places())

    def _places(self) -> Iterator[Place]:
        for name, spec in self.request.specs().items():
            yield Place(name, spec, self.values, self.values.get(name))
            if spec.row is None:
                continue
            cells, rows = spec.row.specs(), self.values.get(name)
            for number, row in enumerate(self.reading.row_ids(name)):
                own = rows[number] if isinstance(rows, list) else None
                own = own if isinstance(own, dict) else {}
                for cell, column in cells.items():
                    path = cell_path(name, row, cell)
                    yield Place(path, column, {**self.values, **own}, own.get(cell), number + 1)

    def spec(self, path: str) -> FieldSpec | None:
        """What a field or cell is for people."""
        return spec_at(self.request.specs(), path)

    def raw(self, path: str) -> dict[str, JsonValue]:
        """The words that stand for a field, as a fact of a concern, and its row."""
        current = self.reading.current(path)
        words: dict[str, JsonValue] = {"raw": current.raw} if current and current.raw else {}
        return {**words, **self.reading.place_of(path)}
