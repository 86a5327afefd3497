"""What a person may do about a step that stands still (UX 5.7): again, as it is, by hand, not at all."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.progress import StepLine, failure, step_title
from uketsuke.domain.plan import AccountAction, Step
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow


@dataclass(frozen=True)
class Way:
    """One way on."""

    action: str
    word: str
    says: str


@dataclass(frozen=True)
class StoppedPage:
    """The page of one step that stands still."""

    href: str
    number: str
    version: int
    title: str
    why: str
    steps: tuple[StepLine, ...]
    ways: tuple[Way, ...]
    may_end: bool
    reason: str
    error: str = ""


@dataclass(frozen=True)
class Standstill:
    """What the page is built from."""

    request: RequestRow
    row: StepRow
    step: Step
    lines: tuple[StepLine, ...]
    is_stopped: bool
    may_stand: bool
    may_end: bool
    typed: str = ""
    error: str = ""


def stopped_page(told: Standstill, naming: Naming) -> StoppedPage:
    """Build the page; without ways on where the step goes on already."""
    words, href = naming.words, f"/outbox/steps/{told.row.id}"
    names = ["retry"]
    names += ["accept"] if told.may_stand else []
    names += ["hand-over"] if isinstance(told.step, AccountAction) else []
    ways = [
        Way(f"{href}/{name}", words(f"stopped.{name}.word"), words(f"stopped.{name}.says")) for name in names
    ]
    waits = words("stopped.waits" if told.may_end else "stopped.not-stopped")
    why = failure(told.row.error or {}, naming) if told.is_stopped else waits
    return StoppedPage(
        href=href,
        number=told.request.number,
        version=told.request.version,
        title=step_title(told.step, told.row.kind, naming),
        why=why,
        steps=told.lines,
        ways=tuple(ways) if told.is_stopped else (),
        may_end=told.may_end,
        reason=told.typed,
        error=told.error,
    )
