"""What a service declares: its typed request, its deadlines and six pure functions.

Every hook does nothing by default; a service overrides only what is special
(DESIGN 4). All of them are pure: the same arguments give the same result, and
`world` is only looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from pydantic import JsonValue

from uketsuke.domain.authority import Action, Risk, Target
from uketsuke.domain.content import Channel, Content, Record
from uketsuke.domain.deadline import Rule as DeadlineRule
from uketsuke.domain.people import Asker, Person
from uketsuke.domain.plan import Plan, Results, Step
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.text import label_key
from uketsuke.domain.world import World
from uketsuke.processors.claim import Claim, Marked, Strength
from uketsuke.processors.common_fields import CommonFields


@dataclass(frozen=True)
class Subject:
    """For whom and from when a plan is made: what the request itself does not say."""

    applied_at: datetime
    """Starts the clock."""
    to: str | None
    """The directory address of who asks, or the section's; None where there is none."""
    recipient: str = ""
    """How the recipient is greeted: the directory's name, or the section."""
    receipt_number: str | None = None
    person: Person | None = None
    channel: Channel = Channel.MAIL
    """How it came in: what a person can be reached by follows from it."""
    identity_check: str | None = None
    """How an operator checked who asks, where one did."""
    record: Record | None = None
    """The kintone record that the request is, whose state we keep."""


@dataclass(frozen=True)
class Outcome:
    """What a person recorded for a step with which the plan does not simply go on."""

    step: int
    results: Mapping[str, JsonValue]


@dataclass(frozen=True)
class Deadline:
    """When a step of the catalogue's service is due, and for which kinds of request it exists."""

    step: int
    rule: DeadlineRule
    kinds: frozenset[str] = frozenset()
    """Values of the field `kind`; empty = all."""

    def applies(self, kind: JsonValue) -> bool:
        """Whether a request of that kind has this step; an unread kind has the steps of all kinds."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True)
class Phrase:
    """A safe sentence pattern: where it matches the folded text, its group is the raw value of a field."""

    field: str
    pattern: re.Pattern[str]
    """Has one group `value`."""
    asks: bool = True
    """Only in sentences that ask for something; never in what was already done."""


@dataclass(frozen=True)
class Block:
    """One mail of a service: the name after the last dot of its template id, and its variables."""

    name: str
    """`contact` for `kobe.lte-handover.contact`; its blocks are `contact_subject` and `contact_body`."""
    variables: frozenset[str]
    """Facts that the plan gives it; every one is always there, with None for what does not apply."""


@dataclass(frozen=True)
class Words:
    """What names a service in a message, as regular expressions over the folded text."""

    named: tuple[str, ...]
    hints: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Names of other things: beside one of these a name of ours is only a hint."""
    beside: tuple[str, ...] = ()
    """Words that ordinary requests of the service hold and that ask for nothing more (`持参`)."""
    innocent: tuple[str, ...] = ()
    """Words that elsewhere take something back and here tell why it is asked for (`打ち間違えて`)."""
    nouns: frozenset[str] = frozenset()
    """Choices that name a thing and no deed (a system): they count in sentences that ask for nothing too."""
    keys: str | None = None
    """Form of a ledger key."""


class Processor:
    """What is done with the requests of one service; one subclass per service, found by discovery."""

    id: ClassVar[str] = ""
    """The catalogue's id; empty on shapes, which are no services."""
    title: ClassVar[str] = ""
    city: ClassVar[str] = ""
    request: ClassVar[type[ServiceRequest]] = ServiceRequest
    words: ClassVar[Words] = Words(named=())
    phrases: ClassVar[tuple[Phrase, ...]] = ()
    deadlines: ClassVar[tuple[Deadline, ...]] = ()
    letters: ClassVar[tuple[Block, ...]] = ()
    key_field: ClassVar[str | None] = None
    """The field that makes two requests the same (FR-06); `is_same` may ask for more."""
    limits: ClassVar[Mapping[str, int]] = {}
    """Field → how many one request may ask for (FR-15)."""
    not_covered: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Field → words of kinds that have no flow (FR-18)."""
    most_deeds: ClassVar[int] = 10
    """Changes of accounts in one plan that are approved without typing how many there are (UX AP-31)."""
    ledgers: ClassVar[tuple[str, ...]] = ()
    systems: ClassVar[Mapping[str, str]] = {}
    """Systems in which its accounts live → what people call them, unless the settings say otherwise."""
    action: ClassVar[Action | None] = None
    """What the policy of the second person asks about; None where no request of it can be R3."""
    judges_passwords: ClassVar[bool] = False
    """Whether a password written in a message breaks a rule of its own, in place of FR-11."""
    reads_subjects: ClassVar[bool] = False
    """Whether a subject must be understood whole, also where it gave no value (【済】, a system's name)."""

    def heading(self, values: Plain) -> str:
        """What a request is called before people: the title without its brackets, and the kind asked for."""
        thing, spec = self.title.partition("（")[0], self.request.specs().get("kind")
        kind = spec.shown(values["kind"]) if spec and values.get("kind") is not None else ""
        return f"{thing}の{kind}" if kind else thing

    def claims(self, content: Content) -> Claim | None:
        """Whether this message is for this service, with the words that say so; None when nothing does."""
        marked = Marked(content)
        typed = self._chosen(content)
        if typed:
            return Claim(service=self.id, strength=Strength.CHOSEN, words=typed)
        keys = (self.words.keys,) if self.words.keys else ()
        named = _found(marked, (*self.words.named, *keys))
        hints = _found(marked, self.words.hints)
        if named and not _found(marked, self.words.others):
            return Claim(service=self.id, strength=Strength.NAMED, words=named)
        words = (*named, *hints)
        return Claim(service=self.id, strength=Strength.HINT, words=words) if words else None

    def is_same(self, values: Plain, other: Plain) -> bool:
        """Whether a request with the same value of the key field asks for the same thing (FR-06)."""
        return True

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterable[Concern]:
        """What only this service doubts; the rules that hold for every service are in `rules`."""
        return ()

    def risk(self, request: ServiceRequest | None) -> Risk:
        """How much harm a wrong request could do (FAULTS 3)."""
        return Risk.R1

    def risk_in(self, request: ServiceRequest | None, world: World) -> Risk:
        """The same, where what ledgers and people say of the request makes it graver."""
        return self.risk(request)

    def supplied(self, values: Plain, content: Content, world: World) -> Mapping[str, JsonValue]:
        """What the service takes for said where a field is empty: the directory's word, seen as such."""
        return {}

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """Whose thing would change, seen from who asks; what is not known is somebody else's."""
        return Target.OTHER

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Every step that the request leads to, numbered from 1."""
        return ()

    def revise(
        self, plan: Plan, results: Results, outcome: Outcome, world: World, subject: Subject
    ) -> tuple[Step, ...]:
        """What is left after an outcome with which the plan does not go on; numbers go on."""
        return ()

    @classmethod
    def template(cls, block: str) -> str:
        """The template id of one of its mails: `kobe.lte-handover.contact`."""
        return f"{cls.city}.{cls.id}.{block}"

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Label key → field; a label of the service's own field wins over the same one of a common field.

        What an operator decides has no label here: a message that names it says nothing by it.
        """
        return _labels(cls.request)

    def _chosen(self, content: Content) -> tuple[str, ...]:
        """The value of a typed field that names a service, or the form's own name, where it is ours."""
        if content.channel is Channel.FORM and content.extra.get("form_id") == self.id:
            return (self.id,)
        for typed in content.values:
            if label_key(typed.label) in SERVICE_LABELS:
                named = re.search("|".join(self.words.named), typed.value) if self.words.named else None
                if typed.value == self.id or named:
                    return (typed.value,)
        return ()


SERVICE_LABELS = frozenset(label_key(label) for label in ("サービス", "業務", "業務名", "サービス名"))
"""Labels under which a form or note names the service itself."""


def _found(marked: Marked, patterns: Collection[str]) -> tuple[str, ...]:
    """The words of the message that match, as written, each once."""
    words: dict[str, None] = {}
    for pattern in patterns:
        for part in ("subject", "text"):
            for match in re.finditer(pattern, marked.part(part).text, re.IGNORECASE):
                words[marked.words(part, match.start(), match.end())[2].strip()] = None
    return tuple(words)


@cache
def _labels(request: type[ServiceRequest]) -> dict[str, str]:
    found: dict[str, str] = {}
    own = set(request.specs()) - set(CommonFields.specs())
    for name, spec in sorted(request.specs().items(), key=lambda item: item[0] in own):
        if not spec.by_operator:
            found.update(dict.fromkeys(map(label_key, spec.aliases), name))
    return found
