"""A change of an account as work of a person: where no connector serves the system, or it was handed over.

The one place that says what such a task looks like: its page, its list and its completion ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from uketsuke.domain.plan import AccountAction, ManualTask, ResultField, Step, Value
from uketsuke.domain.results import faults_of
from uketsuke.templates.wordbook import Wordbook

OUTCOME, REASON, TOLD, DAY, NOTE = "outcome", "reason", "told", "done_on", "note"
DONE, WAS_SO, CANNOT = "done", "was-so", "cannot"


def task_of(step: Step, wordbook: Wordbook, system: str) -> ManualTask | None:
    """The work that the step is for a person, `system` being what people call it; None where it is none."""
    if isinstance(step, ManualTask):
        return step
    if not isinstance(step, AccountAction):
        return None
    word = wordbook.text
    kept: list[tuple[str, Value]] = [("system", system), ("account", step.account)]
    values = [(word(f"account-work.{name}"), value) for name, value in kept]
    values += [(_label(name, wordbook), value) for name, value in step.values.items()]
    steps = (
        ("find", "compare", step.do, "see") if wordbook.has(f"account-check.{step.do}") else ("find", "see")
    )
    return ManualTask(
        seq=step.seq,
        of=step.of,
        after=step.after,
        deadline=step.deadline,
        task=f"account-{step.do}",
        role="operator",
        system=step.system,
        does=(step.do,),
        account=step.account,
        owner=step.owner,
        values=tuple(values),
        checklist=tuple(word(f"account-check.{name}") for name in steps),
        results=_results(step, wordbook),
        goes_on={OUTCOME: (DONE, WAS_SO)},
    )


def _results(step: AccountAction, wordbook: Wordbook) -> tuple[ResultField, ...]:
    word = wordbook.text
    outcomes = {one: word(f"account-outcome.{one}") for one in (DONE, WAS_SO, CANNOT)}
    told = ResultField(
        name=TOLD,
        label=word("account-work.told"),
        choices={TOLD: word("account-work.was-told")},
        required=False,
    )
    return (
        ResultField(name=OUTCOME, label=word("account-work.outcome"), choices=outcomes),
        *((told,) if step.do == "reset-password" else ()),
        ResultField(name=DAY, label=word("account-work.day"), rule="date", required=False),
        ResultField(name=REASON, label=word("account-work.reason"), required=False),
        ResultField(name=NOTE, label=word("account-work.note"), required=False),
    )


def faults_in(step: Step, task: ManualTask, results: Mapping[str, str], today: date) -> dict[str, str]:
    """What is missing or impossible; what could not be done needs a reason, a new password was told."""
    wrong = faults_of(task.results, results, today)
    if not isinstance(step, AccountAction):
        return wrong
    outcome = results.get(OUTCOME, "").strip()
    if outcome == CANNOT and not results.get(REASON, "").strip():
        wrong.setdefault(REASON, "missing")
    if outcome == DONE and step.do == "reset-password" and not results.get(TOLD, "").strip():
        wrong.setdefault(TOLD, "missing")
    return wrong


def _label(name: str, wordbook: Wordbook) -> str:
    key = f"account-work.{name}"
    return wordbook.text(key) if wordbook.has(key) else name
