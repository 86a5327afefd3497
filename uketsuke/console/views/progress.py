"""How far a plan is: its steps with the words of states and of what they wait for (UX 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from uketsuke.console.views.naming import Naming
from uketsuke.domain.checking import COMMENT, OUTCOME, SEND_BACK
from uketsuke.domain.plan import (
    AccountAction,
    AllocateNumber,
    Check,
    LedgerUpdate,
    ManualTask,
    Reserve,
    SendMail,
    Step,
)
from uketsuke.domain.states import StepState, WaitKind
from uketsuke.store.steps import StepRow
from uketsuke.store.waits import WaitRow

CSS = {
    StepState.DONE: "good",
    StepState.FAILED: "bad",
    StepState.UNKNOWN: "bad",
    StepState.WAITING: "wait",
    StepState.RUNNING: "run",
    StepState.READY: "run",
}


@dataclass(frozen=True)
class StepLine:
    """One step as a list of progress shows it."""

    title: str
    state: str
    css: str
    when: str
    note: str = ""
    href: str = ""
    place: str = ""
    """`done`, `now` or nothing, for the line of circles."""


def step_lines(
    rows: Sequence[StepRow], steps: Mapping[int, Step], waits: Sequence[WaitRow], naming: Naming
) -> tuple[StepLine, ...]:
    """The steps that count, in order; `steps` by number are what they do."""
    by_step = {wait.step_id: wait for wait in waits}
    lines: list[StepLine] = []
    for row in rows:
        wait = by_step.get(row.id)
        lines.append(
            StepLine(
                title=step_title(steps.get(row.seq), row.kind, naming),
                state=_state(row, wait, naming),
                css=CSS.get(row.state, ""),
                when=naming.at(row.done_at) or (_until(row, naming) if row.due_at else ""),
                note=_note(row, naming),
                href=f"/work-items/{row.id}" if wait and wait.kind is WaitKind.PERSON else "",
                place=_place(row, lines),
            )
        )
    return tuple(lines)


def step_title(step: Step | None, kind: str, naming: Naming) -> str:
    """What a step is called: the task's or ledger's name where it has one."""
    if isinstance(step, ManualTask):
        return naming.task(step)
    if isinstance(step, AccountAction):
        task = naming.wordbook.task(f"account-{step.do}")
        return naming.words("account.title", task=task, system=naming.system(step.system))
    if isinstance(step, AllocateNumber):
        return naming.words("step.allocate-number", number=numbered(step, naming))
    if isinstance(step, Check):
        return naming.words("step.check", department=step.department)
    if isinstance(step, LedgerUpdate | Reserve):
        return naming.words(f"step.{kind}", ledger=naming.ledger(step.ledger).title)
    if isinstance(step, SendMail):
        block = step.template.rpartition(".")[2]
        return naming.words.get(f"letter-name.{block}", naming.words("step.send-mail"))
    return naming.words.get(f"step.{kind}", kind)


def numbered(step: AllocateNumber, naming: Naming) -> str:
    """What the numbers of a step are called: the column in which they stand."""
    ledger = naming.ledger(step.ledger)
    column = ledger.column(ledger.series_of(step.series).column)
    return column.label if column else step.series


def _state(row: StepRow, wait: WaitRow | None, naming: Naming) -> str:
    return naming.wordbook.step_state(row.state, wait.kind if wait else None)


def _until(row: StepRow, naming: Naming) -> str:
    return naming.words("due.until", at=naming.at(row.due_at))


def _note(row: StepRow, naming: Naming) -> str:
    if row.error:
        return failure(row.error, naming)
    result = row.result or {}
    if row.kind == "check" and result.get(COMMENT):
        sent_back = result.get(OUTCOME) == SEND_BACK
        comment = str(result[COMMENT])
        return naming.words("step.sent-back", comment=comment) if sent_back else comment
    if result.get("written") is False and "revision" not in result:
        return naming.words("record.no-app")
    units = result.get("asset_no", result.get("numbers"))
    return "、".join(str(one) for one in units) if isinstance(units, list) else ""


def failure(error: Mapping[str, JsonValue], naming: Naming) -> str:
    """Why a step stopped, in one sentence."""
    code = str(error.get("code", ""))
    facts = {name: error.get(name, "") for name in ("ledger", "key", "wanted", "found", "said", "why")}
    facts["ledger"] = _ledger(str(facts["ledger"]), naming)
    facts["system"] = naming.system(str(error.get("system", "")))
    facts["why"] = refusal(str(facts["why"]), naming)
    return naming.words(f"failure.{code}", **facts) if naming.words.get(f"failure.{code}", "") else code


def unreached(said: str, naming: Naming) -> str:
    """What is in the way of a step that is tried again by itself; `said` is the error of its job."""
    peer = said.partition(": ")[0]
    system = naming.words.get(f"peer.{peer}", naming.system(peer))
    return naming.words(f"unreached.{barrier(said, naming)}", system=system)


def barrier(said: str, naming: Naming) -> str:
    """Its code, with which a connector's error begins; `other` for what only time mends."""
    code = said.partition(": ")[2].partition(":")[0]
    return code if code in naming.words.under("unreached") else "other"


def refusal(why: str, naming: Naming) -> str:
    """What another system said no to."""
    key = f"refused-there.{why}"
    return naming.wordbook.text(key) if naming.wordbook.has(key) else why


def _ledger(ledger: str, naming: Naming) -> str:
    return naming.ledger(ledger).title if ledger else ""


def _place(row: StepRow, before: Sequence[StepLine]) -> str:
    if row.state is StepState.DONE:
        return "done"
    return "" if any(line.place == "now" for line in before) else "now"
