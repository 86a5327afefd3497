"""What assessing one message gives: the same for worker, console and `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pydantic import JsonValue

from uketsuke.domain.authority import Authority
from uketsuke.domain.content import Kind
from uketsuke.domain.deadline import Due
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import ServiceRequest
from uketsuke.processors.base import Subject
from uketsuke.processors.claim import Claim


class PlanState(StrEnum):
    """Whether the plan may go on (catalogue, `.expected.json`)."""

    READY = "ready"
    """Nothing is doubtful; authority is judged apart."""
    HELD = "held"
    """What would run if an operator let the values stand."""
    NONE = "none"
    """No plan before a person has decided or corrected something."""


class Action(StrEnum):
    """What becomes of the message itself."""

    OPEN_REQUEST = "open-request"
    OPEN_INQUIRY = "open-inquiry"
    ATTACH_TO_RECEIPT = "attach-to-receipt"
    ATTACH_TO_OUTGOING = "attach-to-outgoing"
    IGNORE = "ignore"


@dataclass(frozen=True)
class Thread:
    """The open request that a message answers, as the caller knows it from token or Message-ID."""

    receipt_number: str
    service: str | None
    department: str | None
    person: str | None = None
    """Employee number of its requester."""
    awaits: tuple[str, ...] = ()
    """Names of the dates that its waiting step asks for."""


@dataclass(frozen=True)
class Assessment:
    """Everything that follows from a message, the world and what people corrected."""

    kind: Kind
    action: Action
    applied_at: datetime
    authority: Authority
    reading: Reading = field(default_factory=Reading)
    service: str | None = None
    candidates: tuple[Claim, ...] = ()
    """Services with the words that spoke for them, the strongest first."""
    concerns: tuple[Concern, ...] = ()
    request: ServiceRequest | None = None
    steps: tuple[Step, ...] | None = None
    plan_state: PlanState = PlanState.NONE
    subject: Subject | None = None
    """For whom the plan was made."""
    dues: Mapping[int, Due] = field(default_factory=dict)
    """Plan step → when it is due, or what it waits for; steps without a deadline are absent."""
    deadlines: Mapping[int, Due] = field(default_factory=dict)
    """The same by the steps of the catalogue's service, also where there is no plan."""
    answer: Mapping[str, date] = field(default_factory=dict)
    """What a reply answers to the question that its thread waits with."""

    @property
    def flagged(self) -> bool:
        """Whether an operator must look at the data; authority is apart."""
        return bool(self.concerns)

    @property
    def values(self) -> dict[str, JsonValue]:
        """The current values by field path."""
        return self.reading.plain()
