"""実行すると行われること: ledger changes as a diff, work, letters as they will read (UX 5.2, AP-67)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from pydantic import JsonValue

from uketsuke.console.views.changes import ChangeRow, change_rows
from uketsuke.console.views.naming import Naming
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import (
    AccountAction,
    AgreeDate,
    Check,
    Confirm,
    ManualTask,
    RecordStatus,
    Reserve,
    Results,
    SendMail,
    Step,
    Value,
    is_pending,
    resolve,
)
from uketsuke.domain.wording import console_day


@dataclass(frozen=True)
class Line:
    """A step that changes no ledger: work, a date to agree."""

    icon: str
    text: str
    due: str = ""


@dataclass(frozen=True)
class LetterPreview:
    """A letter as it will read; the body says so where a value is not known yet."""

    to: str
    cc: str
    subject: str
    body: str


@dataclass(frozen=True)
class PlanView:
    """The whole section."""

    title: str
    says: str
    changes: tuple[ChangeRow, ...] = ()
    lines: tuple[Line, ...] = ()
    letters: tuple[LetterPreview, ...] = ()
    effect: str = ""
    empty: str = ""


class RenderLetter(Protocol):
    """Writes a planned letter as it would read now."""

    def __call__(self, step: SendMail, results: Results) -> LetterPreview:
        """The letter; values that are not known yet are said to be so."""


@dataclass(frozen=True)
class Planned:
    """What the section is built from."""

    steps: tuple[Step, ...]
    results: Results
    dues: Mapping[int, datetime]
    has_begun: bool
    render: RenderLetter
    has_ended: bool = False


def plan_view(planned: Planned, naming: Naming) -> PlanView:
    """Build the section for a plan that would run or is running."""
    words = naming.words
    planned = replace(planned, results=with_proposals(planned))
    title = words("plan.running" if planned.has_begun else "plan.would")
    if not planned.steps:
        return PlanView(title, "", effect=words("plan.nothing"), empty=words("plan.none"))
    changes = tuple(row for step in planned.steps for row in change_rows(step, planned.results, naming))
    lines = tuple(line for step in planned.steps for line in (_line(step, planned, naming),) if line)
    letters = tuple(
        planned.render(step, planned.results) for step in planned.steps if isinstance(step, SendMail)
    )
    return PlanView(
        title,
        words(f"plan.{_standing(planned)}"),
        changes,
        lines,
        letters,
        words("plan.effect", changes=len(changes), letters=len(letters)),
    )


def with_proposals(planned: Planned) -> Results:
    """What the steps will leave, as far as it is certain."""
    sure = {step.seq: left for step in planned.steps for left in (_certain(step),) if left}
    return {**sure, **planned.results}


def _certain(step: Step) -> dict[str, JsonValue]:
    """Proposed dates are the agreement; what a person has recorded or named is so."""
    if isinstance(step, Reserve) and step.keys:
        return {"asset_no": list(step.keys)}
    if isinstance(step, ManualTask) and step.recorded:
        return dict(step.recorded.results)
    if isinstance(step, AgreeDate) and set(step.names) <= set(step.proposed):
        return {name: day.isoformat() for name, day in step.proposed.items()}
    return {}


def _line(step: Step, planned: Planned, naming: Naming) -> Line | None:
    due = naming.words("plan.due", at=naming.day(planned.dues[step.seq])) if step.seq in planned.dues else ""
    if isinstance(step, ManualTask):
        return Line("check", naming.task(step), due or _opens(step.opens_on, planned.results, naming))
    if isinstance(step, Check):
        return Line("check", naming.words("step.check", department=step.department), due)
    if isinstance(step, AgreeDate):
        return Line("clock", _agreement(step, naming), due)
    if isinstance(step, AccountAction):
        return Line("key", _account(step, planned.results, naming), due)
    if isinstance(step, RecordStatus):
        state = naming.wordbook.text(f"record-state.{step.set.get('state')}") if step.set.get("state") else ""
        return Line("check", naming.words("plan.record-status", state=state), due)
    if isinstance(step, Confirm):
        ways = "・".join(naming.words(f"confirm-way.{way}") for way in step.by)
        return Line("user", naming.words("plan.confirm", ways=ways), due)
    return None


def _standing(planned: Planned) -> str:
    if planned.has_ended:
        return "over"
    return "begun" if planned.has_begun else "nothing-yet"


def _account(step: AccountAction, results: Results, naming: Naming) -> str:
    pending = is_pending(step.account, results)
    account = naming.words("plan.later") if pending else resolve(step.account, results)
    how = naming.words("plan.automatic" if step.system in naming.automatic else "plan.by-person")
    deed = naming.wordbook.word("account-deed", step.do)
    return naming.words(
        "plan.account", system=naming.system(step.system), account=account, deed=deed, how=how
    )


def _opens(day: Value, results: Results, naming: Naming) -> str:
    if day is None:
        return ""
    if is_pending(day, results):
        return naming.words("plan.on-day")
    return naming.words("plan.from-day", day=_date_text(str(resolve(day, results)), naming))


def _agreement(step: AgreeDate, naming: Naming) -> str:
    if step.names and all(name in step.proposed for name in step.names):
        days = "、".join(
            dict.fromkeys(_date_text(step.proposed[name].isoformat(), naming) for name in step.names)
        )
        return naming.words("plan.agreed", days=days)
    offered = "、".join(_date_text(day.isoformat(), naming) for day in step.offered)
    return naming.words("plan.agree", days=offered) if offered else naming.words("plan.agree-open")


def _date_text(text: str, naming: Naming) -> str:
    return console_day(date.fromisoformat(text), local_day(naming.now))
