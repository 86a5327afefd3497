"""One message as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from uketsuke.domain.content import Content
from uketsuke.domain.reading import Reading
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.world import World
from uketsuke.processors.base import Processor
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.values import Reader


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

    @property
    def values(self) -> Plain:
        """What is read so far."""
        return self.reading.plain()

    def raw(self, name: str) -> dict[str, JsonValue]:
        """The words that stand for a field, as a fact of a concern; nothing where there are none."""
        current = self.reading.current(name)
        return {"raw": current.raw} if current and current.raw else {}
