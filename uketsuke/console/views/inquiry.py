"""The page of one inquiry: the question beside its original, what was done, what can be done (UX AP-86)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from uketsuke.console.views.decisions import May
from uketsuke.console.views.history import HistoryLine, Talk
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import Original
from uketsuke.console.views.plan import LetterPreview
from uketsuke.console.views.related import RelatedCard
from uketsuke.console.views.request import Alert, Head, UndoLine
from uketsuke.domain.inquiry import AnswerWay, Category
from uketsuke.store.inquiries import Handover, Inquiry

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Told:
    """The answer, and how the requester was told."""

    text: str
    how: str


@dataclass(frozen=True)
class HandoverLine:
    """Whom it was handed over to, and what they answered."""

    to: str
    question: str
    says: str
    answer: str
    heard: str
    open: bool


@dataclass(frozen=True)
class Entered:
    """What somebody typed into the page's forms, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class InquiryPage(Head):
    """Everything the template shows."""

    kind: str
    question: str
    category: str
    categories: Choices
    told: Told | None
    call: str
    handovers: tuple[HandoverLine, ...]
    ways: Choices
    letter_to: str
    undelivered: bool
    """The letter with the answer failed for good, and is told by voice."""
    services: Choices
    original: Original
    exchanges: tuple[Talk, ...]
    history: tuple[HistoryLine, ...]
    related: tuple[RelatedCard, ...]
    troubles: tuple[str, ...]
    """What went wrong with its letters."""
    may: May
    acts: frozenset[str]
    """Codes of the forms that are open to the visitor now."""
    entered: Entered
    undo: UndoLine | None = None
    preview: LetterPreview | None = None
    alert: Alert | None = None
    focus: str = ""

    def value(self, name: str) -> str:
        """What stands in a control."""
        return self.entered.values.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with a control; empty for nothing."""
        return self.entered.errors.get(name, "")

    @property
    def errors(self) -> tuple[Alert, ...]:
        """The lines of the error summary."""
        return tuple(Alert(text, "") for text in self.entered.errors.values())

    def refused(self, alert: Alert) -> InquiryPage:
        """The same page after an act that did nothing, saying why."""
        return replace(self, alert=alert)


def told_of(inquiry: Inquiry, naming: Naming) -> Told | None:
    """The answer as it was given; None while there is none."""
    if inquiry.answer is None or inquiry.way is None:
        return None
    how = "inquiry.told-on-the-spot" if inquiry.on_the_spot else "inquiry.told"
    way, who = naming.wordbook.word("answer-way", inquiry.way), naming.person(inquiry.answered_by)
    return Told(inquiry.answer, naming.words(how, way=way, who=who, at=naming.at(inquiry.answered_at)))


def call_of(inquiry: Inquiry, naming: Naming) -> str:
    """The call that was promised; empty where none is."""
    if inquiry.call_at is None:
        return ""
    return naming.words("inquiry.call", at=naming.at(inquiry.call_at), number=inquiry.call_number)


def handover_lines(handovers: Sequence[Handover], naming: Naming) -> tuple[HandoverLine, ...]:
    """To whom it was handed over, the last one first."""
    return tuple(_handover(one, naming) for one in reversed(handovers))


def _handover(one: Handover, naming: Naming) -> HandoverLine:
    words = naming.words
    heard = (
        words("inquiry.heard", who=naming.person(one.recorded_by), at=naming.at(one.answered_at))
        if one.answer
        else ""
    )
    return HandoverLine(
        to=one.to,
        question=one.question,
        says=words("inquiry.handed-by", who=naming.person(one.handed_by), at=naming.at(one.handed_at)),
        answer=one.answer or "",
        heard=heard,
        open=one.answered_at is None,
    )


def category_choices(naming: Naming) -> Choices:
    """Every category, and none."""
    words = tuple((one.value, naming.wordbook.word("inquiry-category", one)) for one in Category)
    return (("", naming.words("inquiry.no-category")), *words)


def way_choices(letter: bool, naming: Naming) -> Choices:
    """How somebody can be told; by letter only where the directory knows an address."""
    ways = [one for one in AnswerWay if letter or one is not AnswerWay.LETTER]
    return tuple((one.value, naming.wordbook.word("answer-way", one)) for one in ways)
