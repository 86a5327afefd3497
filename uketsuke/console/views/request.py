"""The request's page, put together from its parts (UX 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from uketsuke.console.views.confirm import ConfirmPanel
from uketsuke.console.views.decisions import May
from uketsuke.console.views.due import Badge
from uketsuke.console.views.fields import FieldRow
from uketsuke.console.views.gate import AuthorityBand, Reason
from uketsuke.console.views.history import HistoryLine, Talk
from uketsuke.console.views.original import Original
from uketsuke.console.views.plan import PlanView
from uketsuke.console.views.progress import StepLine
from uketsuke.console.views.record import RecordCard
from uketsuke.console.views.related import RelatedCard
from uketsuke.console.views.way import Way


@dataclass(frozen=True)
class Alert:
    """Why the decision that was just pressed did nothing."""

    title: str
    text: str


@dataclass(frozen=True)
class UndoLine:
    """What was decided last, and until when it can be taken back."""

    says: str
    until: str
    seconds: int
    """How many are left; the control goes away by itself."""


@dataclass(frozen=True)
class ServiceChoice:
    """A service that an unclear message may mean."""

    service: str
    title: str


@dataclass(frozen=True)
class AgreeForm:
    """Dates that an operator may enter for the requester, where a step waits for them."""

    step_id: int
    names: tuple[tuple[str, str], ...]
    offered: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """What stands above the panes."""

    number: str
    version: int
    href: str
    title: str
    state_word: str
    state_css: str
    state_says: str
    badge: Badge | None
    channel: str
    channel_word: str
    arrived: str
    assignee: str
    way: Way


@dataclass(frozen=True)
class RequestPage(Head):
    """Everything the template shows."""

    shown: str
    """Hash of the plan that is shown: running it runs exactly this one."""
    reasons: tuple[Reason, ...]
    authority: AuthorityBand
    candidates: tuple[ServiceChoice, ...]
    original: Original
    fields: tuple[FieldRow, ...]
    plan: PlanView
    steps: tuple[StepLine, ...]
    exchanges: tuple[Talk, ...]
    history: tuple[HistoryLine, ...]
    related: tuple[RelatedCard, ...]
    may: May
    undo: UndoLine | None = None
    agree: AgreeForm | None = None
    confirms: tuple[ConfirmPanel, ...] = ()
    replan: bool = False
    """A step found its row changed: what is left can be planned again."""
    record: RecordCard | None = None
    alert: Alert | None = None
    focus: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    """Reasons for going on that somebody has typed and not sent yet."""

    @property
    def open(self) -> int:
        """How many reasons still stop it."""
        return sum(1 for reason in self.reasons if not reason.overridden)

    def refused(self, alert: Alert) -> RequestPage:
        """The same page after a decision that did nothing, saying why."""
        return replace(self, alert=alert)


def choices(services: Sequence[tuple[str, str]]) -> tuple[ServiceChoice, ...]:
    """Candidates as buttons; keys 1 to 3 choose the first three (AP-26)."""
    return tuple(ServiceChoice(service, title) for service, title in services)
