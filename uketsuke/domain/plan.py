"""The plan: what will be done, as data, stored before the first effect (DESIGN 7).

A step's values are literals or `Ref(step, name)`: something known only when an
earlier step is done. A plan's hash covers its canonical JSON; what runs is what
was stored under that hash. Step numbers go on over the versions of a plan, so a
`Ref` stays true after a correction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, TypeAdapter

from uketsuke.domain.checking import Check as Check
from uketsuke.domain.content import Frozen
from uketsuke.domain.numbering import AllocateNumber as AllocateNumber
from uketsuke.domain.record import RecordStatus as RecordStatus
from uketsuke.domain.states import Role
from uketsuke.domain.step import BaseStep
from uketsuke.domain.step import Ref as Ref
from uketsuke.domain.step import Value as Value
from uketsuke.domain.step import Values as Values

AccountDeed = Literal[
    "create", "change", "unlock", "reset-password", "disable", "enable", "delete", "grant", "revoke"
]
"""What can be done to an account (DESIGN 7)."""
IdentityCheck = Literal["confirm-link", "call-back", "counter", "staff-card"]
"""How it was made sure that the owner wants it (FAULTS 3): 確認リンク, 折返し, 窓口, 職員証."""


class Recorded(Frozen):
    """What a person had done before the plan was made: the step is done with it and waits for nobody."""

    by: str
    """Sign-in."""
    role: Role
    at: datetime
    """When it was done."""
    results: dict[str, str]


class Reserve(BaseStep):
    """Take `count` units that meet the criteria when the step runs, longest in stock first.

    `keys` names the units where a person has chosen them; they too must meet the criteria.

    Results: `asset_no` (list of keys), `version` (list of row versions after it).
    """

    kind: Literal["reserve"] = "reserve"
    ledger: str
    criteria: dict[str, JsonValue]
    count: int
    keys: tuple[str, ...] = ()
    set: Values


class LedgerUpdate(BaseStep):
    """Change rows of a ledger; `key` may be a list. Result: `version` (list)."""

    kind: Literal["ledger-update"] = "ledger-update"
    ledger: str
    key: Value
    expects: Value
    """Row version before the change (a list for a list of keys), the plan's own earlier steps counted."""
    before: dict[str, JsonValue] = Field(default_factory=dict)
    """What the planner saw, for people to compare."""
    set: Values
    add: Values = Field(default_factory=dict)
    """Column → what is appended to the list that stands there."""
    only_if: tuple[Ref, JsonValue] | None = None


class SendMail(BaseStep):
    """Write a letter; `to` is always a directory address. Result: `letter` (id)."""

    kind: Literal["send-mail"] = "send-mail"
    template: str
    """`lte-handover.contact`: the mail block of the service's template file."""
    to: str
    recipient: str = ""
    """How the recipient is greeted."""
    cc: tuple[str, ...] = ()
    facts: Values = Field(default_factory=dict)


class AgreeDate(BaseStep):
    """Agree one or more dates with the requester; results: the names given.

    Where every name has a proposed date, that is the agreement: a valid desired
    date counts as agreed (catalogue, lte-handover step 4).
    """

    kind: Literal["agree-date"] = "agree-date"
    names: tuple[str, ...]
    proposed: dict[str, date] = Field(default_factory=dict)
    offered: tuple[date, ...] = ()
    recorded: Recorded | None = None


class ResultField(Frozen):
    """One thing a person records when a task is done."""

    name: str
    label: str
    choices: dict[str, str] = Field(default_factory=dict)
    """Value → shown word; empty = free text or, by `rule`, a date."""
    rule: Literal["choice", "date", "text"] = "choice"
    required: bool = True


class TaskPerson(Frozen):
    """One of the people that a task is about: what is typed for them; ticked by itself when it is done."""

    label: str
    """Who it is, as people are told apart: the name."""
    values: tuple[tuple[str, Value], ...] = ()
    """(label, value) in the order of the target's form; the labels are the same for everybody."""
    account: Value = None
    owner: str | None = None
    """Employee number."""


class ManualTask(BaseStep):
    """A person does it: values to type or compare, checklist, results to record.

    With `persons` it is one task of n people in one environment, done when all are ticked;
    result `ticked` (list, in their order: `by`, `at`).
    """

    kind: Literal["manual-task"] = "manual-task"
    task: str
    """`hand-over-confirm`: names title and hints in the message catalogue."""
    role: str = "operator_or_officer"
    system: str | None = None
    does: tuple[AccountDeed, ...] = ()
    """What the person does to the account, where the task changes one."""
    account: Value = None
    owner: str | None = None
    """Employee number of the account's owner."""
    opens_on: Value = None
    """Day from which it is work for a person; before, it waits for the date."""
    values: tuple[tuple[str, Value], ...] = ()
    """(label, value) in the order of the target's form, ready to copy."""
    persons: tuple[TaskPerson, ...] = ()
    checklist: tuple[str, ...] = ()
    results: tuple[ResultField, ...] = ()
    goes_on: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Result name → values with which the plan goes on; any other asks the processor to revise it."""
    recorded: Recorded | None = None


class Confirm(BaseStep):
    """The owner agrees to exactly this change, or an operator records how the owner was checked (FAULTS 3).

    Results: `identity_check` (one of `by`), `checked_by` (sign-in; None for the link), `checked_on` (day).
    """

    kind: Literal["confirm"] = "confirm"
    owner: str
    """Employee number of the person whose account or asset changes."""
    to: str | None = None
    """The owner's directory address, the only place the link is sent to; None = no link."""
    by: tuple[IdentityCheck, ...] = ("confirm-link", "call-back", "counter", "staff-card")


class AccountAction(BaseStep):
    """Change one account through the connector that the settings name for its system.

    Results: `done_on` (day, ISO), `through` (the connector), `outcome` (`done`, or `was-so` where the
    account was in that state already and a person let that stand).
    """

    kind: Literal["account-action"] = "account-action"
    system: str
    account: Value
    do: AccountDeed
    owner: str | None = None
    """Employee number of the account's owner."""
    values: Values = Field(default_factory=dict)
    """Attributes of a new or changed account; the group of a grant under `group`."""


Step = Annotated[
    Reserve
    | AllocateNumber
    | LedgerUpdate
    | SendMail
    | AgreeDate
    | ManualTask
    | Check
    | Confirm
    | AccountAction
    | RecordStatus,
    Field(discriminator="kind"),
]
STEP: TypeAdapter[Step] = TypeAdapter(Step)
STEPS: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Step, ...])

Results = Mapping[int, Mapping[str, Any]]
"""Step number → the results it left."""


class Plan(Frozen):
    """All steps of one version of a plan for one request."""

    service: str
    version: int
    steps: tuple[Step, ...]

    def canonical(self) -> str:
        """The JSON that the hash covers: sorted keys, no blanks, Unicode as it is."""
        plain = self.model_dump(mode="json")
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def hash(self) -> str:
        """SHA-256 of the canonical JSON, hex; an approval names it."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def step(self, seq: int) -> Step:
        """The step of that number."""
        return next(step for step in self.steps if step.seq == seq)

    def needs(self, seq: int) -> tuple[int, ...]:
        """The steps of this version that must be done before that one."""
        step = self.step(seq)
        if step.after is not None:
            return step.after
        earlier = [other.seq for other in self.steps if other.seq < seq]
        return (max(earlier),) if earlier else ()


def resolve(value: Value, results: Results) -> JsonValue:
    """The literal behind a value; raises `KeyError` when its step has not left it yet."""
    return _left(value, results) if isinstance(value, Ref) else value


def resolve_all(values: Mapping[str, Value], results: Results) -> dict[str, JsonValue]:
    """`resolve` for a mapping."""
    return {name: resolve(value, results) for name, value in values.items()}


def is_pending(value: Value, results: Results) -> bool:
    """Whether the value is not known yet (shown as 付番後に決まる)."""
    if not isinstance(value, Ref):
        return False
    try:
        _left(value, results)
    except KeyError:
        return True
    return False


def _left(ref: Ref, results: Results) -> JsonValue:
    left = results[ref.step]
    name, _, place = ref.name.rpartition(".")
    if ref.name in left or not place.isdecimal():
        whole: JsonValue = left[ref.name]
        return whole
    many = left[name]
    if not isinstance(many, list) or int(place) >= len(many):
        raise KeyError(ref.name)
    one: JsonValue = many[int(place)]
    return one
