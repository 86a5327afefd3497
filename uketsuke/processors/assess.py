"""From what a message says to everything that follows from it, without a side effect.

The worker, the console (again after each correction) and `explain` all call
`assess`; that is why they agree (UX AP-62).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from uketsuke.domain.authority import Path
from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Content, Kind
from uketsuke.domain.deadline import Due, due
from uketsuke.domain.deadline import Rule as DeadlineRule
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.text import fold, label_key
from uketsuke.domain.world import World
from uketsuke.processors.assessment import Action, Assessment, PlanState, Thread
from uketsuke.processors.authorise import authorise, authority_of
from uketsuke.processors.base import SERVICE_LABELS, Processor, Subject
from uketsuke.processors.case import Case
from uketsuke.processors.catalogue import Catalogue
from uketsuke.processors.claim import Claim, Strength
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.copies import with_copies
from uketsuke.processors.deeds import UNSETTLED
from uketsuke.processors.extract import Extraction, reader_for
from uketsuke.processors.replies import assess_reply
from uketsuke.processors.rules import concerns_of, validate
from uketsuke.processors.secrets import without_secrets
from uketsuke.processors.sender import Who, applied_at, way_of, who_asks
from uketsuke.processors.sentences import Mood, sentences
from uketsuke.processors.supplements import with_corrections, with_defaults, with_directory, with_supplied
from uketsuke.processors.survey import form_of, is_survey, recognised
from uketsuke.processors.unread import unread_of

_ACTIONS = {Kind.BOUNCE: Action.ATTACH_TO_OUTGOING}


def assess(
    content: Content,
    received_at: datetime,
    world: World,
    catalogue: Catalogue,
    corrections: Reading | None = None,
    service: str | None = None,
    *,
    thread: Thread | None = None,
    number: str | None = None,
    decided: Collection[str] = (),
) -> Assessment:
    """Judge one message.

    `received_at` is when we stored it (aware); it only stands in where nothing better
    says when it was applied. `corrections` holds operators' values, `service` the
    service an operator chose, `number` the message's own receipt number, `decided`
    the keys of concerns that an operator has overridden with a reason.
    Raises `UnknownService` for a `service` that is not configured.
    """
    content = as_judged(content, world)
    applied = applied_at(content, received_at, world)
    if content.automatic is not None:
        return _automatic(content, applied, world)
    if thread is not None and not is_survey(content):
        reader = reader_for(world, local_day(applied), catalogue.key_patterns)
        beside = next((one.words.beside for one in catalogue.all() if one.id == thread.service), ())
        return assess_reply(content, applied, reader, thread, beside)
    candidates = claims_of(content, catalogue)
    chosen = service or _registered(content, world, catalogue) or _chosen(candidates)
    processor = catalogue.service(chosen) if chosen else None
    view = _View(content, applied, world, catalogue, processor, candidates, number)
    if service is None and not is_survey(content) and view.is_inquiry():
        return view.inquiry(corrections)
    return view.request(corrections, frozenset(decided))


def claims_of(content: Content, catalogue: Catalogue) -> tuple[Claim, ...]:
    """Every service's claim to the message, the strongest first, then by id."""
    found = [claim for service in catalogue.all() if (claim := service.claims(content))]
    return tuple(sorted(found, key=lambda claim: (-claim.strength, claim.service)))


def as_judged(content: Content, world: World) -> Content:
    """The message as the rules see it: no password, and a registered form's answer for what it is."""
    proven = way_of(content, world) in (Path.MAIL_PROVEN, Path.CMS_SURVEY)
    return recognised(without_secrets(content), world, proven=proven)


def _registered(content: Content, world: World, catalogue: Catalogue) -> str | None:
    """The service that a registered form is for, where it is configured."""
    form = form_of(content, world)
    return form.service if form and any(one.id == form.service for one in catalogue.all()) else None


def _chosen(candidates: tuple[Claim, ...]) -> str | None:
    """The one strongest claim; two of equal strength or mere hints choose nothing (FR-08)."""
    if not candidates or candidates[0].strength is Strength.HINT:
        return None
    strongest = [claim for claim in candidates if claim.strength == candidates[0].strength]
    return strongest[0].service if len(strongest) == 1 else None


def _automatic(content: Content, applied: datetime, world: World) -> Assessment:
    """Bounces, auto-replies, lists and our own mail never open a request or get an answer."""
    kind = content.automatic_kind or Kind.AUTOMATIC
    who = who_asks(content, {}, world, applied)
    concerns: tuple[Concern, ...] = ()
    if kind is Kind.BOUNCE:
        facts: dict[str, JsonValue] = {"recipients": list(content.failed_recipients)}
        concerns = (Concern(code="bounced", rule="FR-17", hard=False, facts=facts),)
    authority = authority_of(who).model_copy(update={"need": ()})
    action = _ACTIONS.get(kind, Action.IGNORE)
    return Assessment(kind, action, applied, authority, concerns=concerns)


@dataclass(frozen=True)
class _View:
    """One message that may be a request, seen with the fields of one service."""

    content: Content
    applied: datetime
    world: World
    catalogue: Catalogue
    processor: Processor | None
    candidates: tuple[Claim, ...]
    number: str | None

    def is_inquiry(self) -> bool:
        """Whether it asks a question and asks for nothing to be done."""
        named = [fold(one.value) for one in self.content.values if label_key(one.label) in SERVICE_LABELS]
        if named:
            return any("問合せ" in value or "問い合わせ" in value for value in named)
        moods = {sentence.mood for sentence in sentences(fold(self.content.text))}
        if Mood.QUESTION not in moods:
            return False
        read = self._extraction().reading().values
        if self.processor is None:
            return Mood.ASKS not in moods
        return not any(
            value.rule.startswith(("label:", "sentence:kind")) for one in read.values() for value in one
        )

    def inquiry(self, corrections: Reading | None) -> Assessment:
        """A question is answered by a person; it leads to no plan (DESIGN 5)."""
        view = _View(
            self.content, self.applied, self.world, self.catalogue, None, self.candidates, self.number
        )
        reading, who = view._reading(corrections)
        return Assessment(
            Kind.INQUIRY,
            Action.OPEN_INQUIRY,
            self.applied,
            authority_of(who),
            reading,
            candidates=self.candidates,
            subject=view._asker(who, reading.plain()),
        )

    def request(self, corrections: Reading | None, decided: frozenset[str]) -> Assessment:
        """The typed request with its concerns, authority, plan and deadlines."""
        reading, who = self._reading(corrections)
        case = Case(self.content, reading, self.world, self._extraction().reader, self.processor, self.number)
        concerns, request = self._judge(case)
        subject = self._subject(who, case.values)
        if self.processor and subject.to is None:
            concerns = (*concerns, Concern(code="no-recipient", rule="FR-01", field="requester_email"))
        stopped = any(one.stops_plan and (one.hard or one.key not in decided) for one in concerns)
        steps: tuple[Step, ...] = ()
        if self.processor and request is not None and subject.to is not None and not stopped:
            steps = self.processor.plan(request, self.world, subject)
        authority = authorise(self.processor, who, case.values, request, steps, self.world)
        return Assessment(
            kind=Kind.REQUEST,
            action=Action.OPEN_REQUEST,
            applied_at=self.applied,
            authority=authority,
            reading=reading,
            service=self.processor.id if self.processor else None,
            candidates=self.candidates,
            concerns=concerns,
            request=request if self.processor else None,
            steps=with_copies(steps, self.content, who, authority, self.world) or None,
            plan_state=_state(steps or None, concerns, decided),
            subject=subject,
            dues={step.seq: self._due(step.deadline) for step in steps if step.deadline},
            deadlines=self._deadlines(case.values),
        )

    def _judge(self, case: Case) -> tuple[tuple[Concern, ...], ServiceRequest | None]:
        general = (*concerns_of(case), *((UNSETTLED,) if self.content.done else ()))
        if self.processor is None:
            return (self._no_service(), *general), None
        own = tuple(self.processor.concerns(case.reading, case.values, self.content, self.world))
        request, invalid = validate(case)
        named = {concern.field for concern in (*general, *own)}
        doubts = (*general, *own, *(one for one in invalid if one.field not in named))
        return (*doubts, *unread_of(case, doubts)), request

    def _no_service(self) -> Concern:
        services = [claim.service for claim in self.candidates]
        code = "ambiguous-service" if services else "no-service"
        return Concern(code=code, rule="FR-08", facts={"candidates": list(services)})

    def _extraction(self) -> Extraction:
        reader = reader_for(self.world, local_day(self.applied), self.catalogue.key_patterns)
        return Extraction(self.content, self.processor, reader)

    def _reading(self, corrections: Reading | None) -> tuple[Reading, Who]:
        """What the message says, what the directory adds, defaults, and corrections last."""
        model = self.processor.request if self.processor else CommonFields
        view = self._extraction()
        reading = with_corrections(view.reading(), corrections, model, view.reader)
        who = who_asks(self.content, reading.plain(), self.world, self.applied)
        known, part = who.known(self.world)
        if self.processor is None:
            known.pop("department", None)
        reading = with_directory(reading, known, part, model)
        if self.processor is not None:
            given = self.processor.supplied(reading.plain(), self.content, self.world)
            reading = with_supplied(reading, given, part)
        return with_defaults(reading, model), who

    def _subject(self, who: Who, values: Plain) -> Subject:
        """Letters go to directory addresses only: one's own or the mailbox's, else the section's (AP-84)."""
        department = who.mailbox.department if who.mailbox else str(values.get("department") or "")
        person = who.person
        section = self.world.address_of(person.department if person else department)
        to = who.address or section
        return Subject(
            self.applied,
            to,
            person.name if person else department,
            self.number,
            person,
            self.content.channel,
            self.content.identity_check,
            self.content.record,
        )

    def _asker(self, who: Who, values: Plain) -> Subject:
        """Who is answered: as every letter, or the section whose own mailbox it came from."""
        box = None if who.person else self.world.mailbox(self.content.sender.address or "")
        return self._subject(who, {**values, "department": box.department} if box else values)

    def _due(self, rule: DeadlineRule) -> Due:
        return due(rule, {"applied": self.applied}, self.world.calendar)

    def _deadlines(self, values: Plain) -> dict[int, Due]:
        declared = self.processor.deadlines if self.processor else ()
        kind = values.get("kind")
        return {one.step: self._due(one.rule) for one in declared if kind is None or one.applies(kind)}


def _state(
    steps: tuple[Step, ...] | None, concerns: tuple[Concern, ...], decided: frozenset[str]
) -> PlanState:
    if steps is None:
        return PlanState.NONE
    return PlanState.HELD if any(one.hard or one.key not in decided for one in concerns) else PlanState.READY
