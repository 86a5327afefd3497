"""What every step of a plan is made of: its number, its values, what it waits for (DESIGN 7)."""

from __future__ import annotations

from pydantic import JsonValue

from uketsuke.domain.content import Frozen
from uketsuke.domain.deadline import Rule as DeadlineRule


class Ref(Frozen):
    """The result `name` of the step with number `step`; `numbers.0` is the first of the list `numbers`."""

    step: int
    name: str


Value = Ref | JsonValue
Values = dict[str, Value]


class BaseStep(Frozen):
    """What all steps have."""

    seq: int
    of: tuple[int, ...] = ()
    """The steps of the catalogue's service that this one carries out."""
    after: tuple[int, ...] | None = None
    """Steps that must be done first; None = the one before it."""
    deadline: DeadlineRule | None = None
