"""The page of one decision: what it asks for, and the letter it would send (UX 2, AP-24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.plan import LetterPreview
from uketsuke.console.views.tray import title_of
from uketsuke.domain.reading import ROW, Concern
from uketsuke.domain.request import spec_at
from uketsuke.domain.states import Decision, RequestState
from uketsuke.store.requests import RequestRow

ENDS = (RequestState.RETURNED, RequestState.REJECTED, RequestState.OUT_OF_SCOPE)
"""差戻し ends as one of these, chosen on its page (UX 2)."""

WRITES = frozenset({Decision.ASK, Decision.RETURN})
"""Decisions that write to the requester, so that the letter can be looked at first."""


@dataclass(frozen=True)
class Ask:
    """One thing the page asks for."""

    kind: str
    """`radio`, `checks`, `select`, `lines`, `line`, `count` or `hidden`."""
    name: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    required: bool = True
    rows: int = 3
    example: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        """Id of its control."""
        return f"d_{self.name}"

    @property
    def text(self) -> str:
        """The line of the error summary."""
        return self.error


@dataclass(frozen=True)
class DecidePage:
    """The whole page."""

    number: str
    title: str
    word: str
    says: str
    button: str
    back: str
    action: str
    version: int
    view: str
    fields: tuple[Ask, ...]
    preview: LetterPreview | None = None
    can_preview: bool = False
    goes_on: bool = False
    """The button leads to the second half of the page; nothing is decided yet."""
    danger: bool = False

    @property
    def errors(self) -> tuple[Ask, ...]:
        """The fields with something wrong."""
        return tuple(one for one in self.fields if one.error)


@dataclass(frozen=True)
class Typed:
    """What was sent by the page itself; empty when it is opened."""

    values: Mapping[str, str]
    ticked: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


def questions(concerns: Sequence[Concern], row: RequestRow, naming: Naming) -> tuple[tuple[str, str], ...]:
    """The open reasons as questions to the requester: field label and sentence."""
    specs = naming.specs(row.service)
    found = []
    for concern in concerns:
        if concern.key in row.overrides:
            continue
        known = concern.field is not None and spec_at(specs, concern.field) is not None
        label = naming.wordbook.field(concern.field, specs, concern.facts.get(ROW)) if known else ""
        sentence = naming.concern(concern, row.service)
        text = naming.words("decide.question", label=label, sentence=sentence) if label else sentence
        found.append((text, text))
    return tuple(dict.fromkeys(found))


def decide_page(
    decision: Decision,
    row: RequestRow,
    fields: tuple[Ask, ...],
    view: str,
    version: int,
    naming: Naming,
    preview: LetterPreview | None = None,
) -> DecidePage:
    """Build the page of a decision."""
    code, words = decision.value, naming.words
    return DecidePage(
        number=row.number,
        title=title_of(row, naming),
        word=naming.wordbook.decision(decision),
        says=words.get(f"decide.says.{code}", ""),
        button=words(f"decide.button.{code}"),
        back=f"/requests/{row.number}?view={view}",
        action=f"/requests/{row.number}/decide/{code}",
        version=version,
        view=view,
        fields=fields,
        preview=preview,
        can_preview=decision in WRITES,
        danger=decision is Decision.WITHDRAW,
    )


def asked(
    decision: Decision,
    row: RequestRow,
    open_questions: Sequence[tuple[str, str]],
    typed: Typed,
    naming: Naming,
) -> tuple[Ask, ...]:
    """What the page of a decision asks for, with what was typed and what is wrong with it."""
    match decision:
        case Decision.ASK:
            return _ask(open_questions, typed, naming)
        case Decision.RETURN:
            return _return(typed, naming)
        case Decision.HOLD:
            return _hold(typed, naming)
        case Decision.REASSIGN:
            people = (("", naming.words("decide.nobody")), *naming.people.items())
            return (_select("to", "decide.to", row.assignee, people, typed, naming),)
        case Decision.CHOOSE_SERVICE:
            services = tuple((one.id, one.title) for one in naming.catalogue.all())
            return (_select("service", "decide.service", row.service, services, typed, naming),)
        case Decision.MERGE:
            return (_into(row, typed, naming),)
        case _:
            return (_reason("decide.reason", typed, naming),)


def _ask(open_questions: Sequence[tuple[str, str]], typed: Typed, naming: Naming) -> tuple[Ask, ...]:
    ticked = typed.ticked if typed.values else tuple(value for value, _ in open_questions)
    text = Ask(
        "lines",
        "text",
        naming.words("decide.more"),
        typed.values.get("text", ""),
        required=False,
        rows=4,
        error=typed.errors.get("text", ""),
    )
    if not open_questions:
        return (text,)
    label = naming.words("decide.questions")
    return (Ask("checks", "question", label, choices=tuple(open_questions), chosen=ticked), text)


def _return(typed: Typed, naming: Naming) -> tuple[Ask, ...]:
    ends = tuple((end.value, naming.wordbook.request_state(end)) for end in ENDS)
    chosen = typed.values.get("end", RequestState.RETURNED.value)
    return (
        Ask("radio", "end", naming.words("decide.end"), chosen, ends),
        _reason("decide.reason-told", typed, naming),
    )


def _hold(typed: Typed, naming: Naming) -> tuple[Ask, ...]:
    until = Ask(
        "line",
        "until",
        naming.words("decide.until"),
        typed.values.get("until", ""),
        required=False,
        example=naming.words("decide.until-example"),
        error=typed.errors.get("until", ""),
    )
    reason = Ask(
        "line", "reason", naming.words("decide.reason"), typed.values.get("reason", ""), required=False
    )
    return (until, reason)


def _into(row: RequestRow, typed: Typed, naming: Naming) -> Ask:
    """The request that goes on; the one that the reasons name stands there already (FR-06)."""
    named = (
        str(one.facts["number"]) for one in row.concerns if one.rule == "FR-06" and "number" in one.facts
    )
    return Ask(
        "line",
        "into",
        naming.words("decide.into"),
        typed.values.get("into", next(named, "")),
        example=naming.words("decide.into-example"),
        error=typed.errors.get("into", ""),
    )


def _select(
    name: str,
    label: str,
    now: str | None,
    choices: tuple[tuple[str, str], ...],
    typed: Typed,
    naming: Naming,
) -> Ask:
    return Ask("select", name, naming.words(label), typed.values.get(name, now or ""), choices)


def _reason(label: str, typed: Typed, naming: Naming) -> Ask:
    words, value = naming.words(label), typed.values.get("reason", "")
    return Ask("lines", "reason", words, value, rows=4, error=typed.errors.get("reason", ""))
