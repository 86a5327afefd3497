"""Plans in the form in which the samples' expectations write them."""

from __future__ import annotations

from typing import Any

from uketsuke.domain.checking import PASS, SEND_BACK
from uketsuke.domain.deadline import Due
from uketsuke.domain.plan import (
    AccountAction,
    AgreeDate,
    AllocateNumber,
    Check,
    Confirm,
    LedgerUpdate,
    ManualTask,
    RecordStatus,
    Ref,
    Reserve,
    SendMail,
    Step,
    TaskPerson,
    Value,
)
from uketsuke.processors.assessment import Assessment

OFFICES = {"デジタル戦略部": "digital_strategy_dept"}
"""Departments by their ids in the catalogue."""
MEANINGS = {"state": "状態", "receipt_number": "受付番号", "operator": "処理担当", "done_on": "完了日"}
MEANT = {"running": "処理中", "done": "完了", "done_on": "date"}
MEANT |= {one: one for one in ("receipt_number", "operator")}


def shown_due(due: Due) -> str:
    return due.day.isoformat() if due.day else f"pending: {due.pending}"


def shown(step: Step, assessment: Assessment) -> dict[str, Any]:
    """A step in the form of the expected ones; a reference by what it stands for."""
    due = assessment.dues.get(step.seq)
    deadline = {"pending": due.pending} if due and due.pending else {"due": None}
    if due and due.day:
        deadline = {"due": due.day.isoformat()}
    only_if = getattr(step, "only_if", None)
    if only_if is not None and only_if[0].name == "outcome":  # was-so: the expectations do not speak of it
        only_if = None
    actor = {"agree-date": "requester", "confirm": "requester or operator"}.get(step.kind, "auto")
    actor = step.role if isinstance(step, ManualTask) else actor
    actor = OFFICES[step.department] if isinstance(step, Check) else actor
    found = {"seq": step.seq, "of": list(step.of), "kind": step.kind, "actor": actor, "target": target(step)}
    return {**found, **deadline, **({"only_if": only_if[1]} if only_if else {})}


def target(step: Step) -> dict[str, Any]:
    match step:
        case Reserve():
            return {"ledger": step.ledger, "criteria": step.criteria, "count": step.count, "set": step.set}
        case LedgerUpdate():
            key = step.key
            name = "result of reserve" if isinstance(key, Ref) else key[0] if isinstance(key, list) else key
            changes = {n: spoken(n, v) for n, v in step.set.items()}
            added = dict.fromkeys(step.add, "add the day")
            return {"ledger": step.ledger, "key": name, "set": {**changes, **added}}
        case SendMail():
            return {"letter": step.template}
        case AgreeDate():
            return {"proposed": {name: day.isoformat() for name, day in step.proposed.items()}}
        case Confirm():
            ways = [one.replace("-", "_") for one in step.by]
            return {"person": "owner of the account", "by": ways}
        case AccountAction():
            deed = {"system": step.system, "account_id": step.account, "do": step.do}
            return {**deed, "look_first": "locked"}
        case ManualTask(task="deliver-password"):
            result = list(step.results[0].choices.values())
            return {"do": step.task, "by": "setting initial_password", "result": result}
        case ManualTask(task="tell-owner"):
            return {"do": "tell the owner by phone", "result": list(step.results[0].choices.values())}
        case AllocateNumber(reuse=True):
            same = {"department": step.department, "reuse": True}
            return {"ledger": step.ledger, "series": step.series, **same}
        case AllocateNumber():
            return {"ledger": step.ledger, "series": step.series, "count": step.count}
        case RecordStatus():
            shown_there = {MEANINGS[name]: MEANT.get(str(value or name)) for name, value in step.set.items()}
            return {"system": "kintone_app", "record": step.record, "set": shown_there}
        case Check():
            return {"result": [PASS, SEND_BACK]}
        case ManualTask(persons=people) if people:
            return {"system": step.system, "do": step.task, "persons": [*map(one_person, people)]}
        case ManualTask() if step.does:
            deeds = ["account-unlock" if deed == "unlock" else deed for deed in step.does]
            deeds = ["password-reset" if deed == "reset-password" else deed for deed in deeds]
            return {"system": step.system, "account_id": step.account, "do": deeds}
        case ManualTask():
            return {"do": step.task, "result": list(step.results[0].choices)}


def spoken(name: str, value: Value) -> Value:
    return name if isinstance(value, Ref) else value


def narrowed(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Ours without the ledger columns that the expectation does not name (kind, user, number)."""
    if "set" not in theirs["target"]:
        return ours
    kept = {name: ours["target"]["set"].get(name) for name in theirs["target"]["set"]}
    return {**ours, "target": {**ours["target"], "set": kept}}


def told(value: Value, steps: tuple[Step, ...]) -> Any:
    """A fact as the letter has it once everything went as agreed."""
    if not isinstance(value, Ref):
        return value
    step = next(one for one in steps if one.seq == value.step)
    if isinstance(step, AgreeDate):
        return step.proposed[value.name].isoformat()
    if isinstance(step, ManualTask):
        return told(step.opens_on, steps)
    return f"{value.name} of {value.step}"


def one_person(person: TaskPerson) -> dict[str, Value]:
    """Whose account, and which."""
    given = "result of allocate-number" if isinstance(person.account, Ref) else person.account
    return {"user_name": person.label, "account_id": given}


def per_name(letter: SendMail, steps: tuple[Step, ...]) -> dict[str, str]:
    """Whose account a letter tells, in the order of the numbers."""
    names, numbers = letter.facts["names"], letter.facts["account_ids"]
    assert isinstance(names, list)
    if isinstance(numbers, Ref):
        given = next(one for one in steps if one.seq == numbers.step)
        assert isinstance(given, AllocateNumber)
        assert given.count == len(names)
    return dict.fromkeys(map(str, names), "")
