"""What a reply says to the question that its request waits with.

A reply gives a date and nothing else: it never changes what was asked for by
itself, and a date that was not asked for is for an operator (FR-14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from pydantic import JsonValue

from uketsuke.domain.authority import Authority, Risk, Target, evidence_for, need_for
from uketsuke.domain.content import Content, Kind
from uketsuke.domain.dates import DateReading, read_date, read_dates
from uketsuke.domain.reading import Concern, FieldValue, Reading, Source, SourceKind
from uketsuke.domain.text import fold
from uketsuke.processors.assessment import Action, Assessment, Thread
from uketsuke.processors.case import Case
from uketsuke.processors.courtesy import leftover
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.rules import concerns_of
from uketsuke.processors.sender import Who, who_asks
from uketsuke.processors.values import Reader

FIELD = "desired_date"


_AGREES = (
    r"(?:了解|承知|かしこま|わか|分か)(?:(?:いた|致)?し|り)ました|(?:候補|ご提示)(?:日|の)*(?:中|うち)?(?:で|から)は?",
    r"(?:都合|日程)が?(?:よい|良い|いい|よろしい|つき(?:ます|そう))(?:です)?|で?大丈夫です|(?:で)?いかがでしょうか",
    r"できれば|それでは|では|を?希望(?:です|します)|(?:で|に)?(?:お)?(?:伺い|持参|うかがい)(?:(?:いた|致)?し)?ます",
)
"""What people write around the day they choose."""


def assess_reply(
    content: Content, applied: datetime, reader: Reader, thread: Thread, beside: tuple[str, ...] = ()
) -> Assessment:
    """Join the thread: an answer where one was waited for, else something for an operator to read.

    `beside` are words of the thread's service that may stand beside the day.
    """
    who = who_asks(content, {}, reader.world, applied)
    found = read_date(content.text[:LONGEST_TEXT], reader.on)
    reading = _reading(content, found)
    concerns = tuple(_concerns(content, reading, found, reader, thread, who))
    if not concerns and found and _says_more(content, found, reader.on, who, (*_AGREES, *beside)):
        concerns = (Concern(code="reply-to-read", rule="FR-14", hard=False),)
    answer: dict[str, date] = {}
    if not concerns and found and found.value:
        answer = dict.fromkeys(thread.awaits, found.value)
    return Assessment(
        kind=Kind.REPLY,
        action=Action.ATTACH_TO_RECEIPT,
        applied_at=applied,
        authority=_authority(who, thread),
        reading=reading,
        service=thread.service,
        concerns=concerns,
        answer=answer,
    )


def _says_more(content: Content, found: DateReading, on: date, who: Who, beside: tuple[str, ...]) -> bool:
    """Whether a reply has words beside the day: a refusal, a second wish, a question."""
    text = content.text[:LONGEST_TEXT]
    for day in reversed(read_dates(text, on)):
        text = f"{text[: day.start]} {text[day.end :]}" if day.value == found.value else text
    names = (*who.person.name.split(), who.person.department) if who.person else ()
    return bool(leftover(fold(text), *beside, *(re.escape(fold(name)) for name in names)))


def _reading(content: Content, found: DateReading | None) -> Reading:
    if found is None:
        return Reading()
    words = content.text[found.start : found.end]
    source = Source(kind=SourceKind.SPAN, part="text", start=found.start, end=found.end, text=words)
    value = found.value.isoformat() if found.value else None
    read = FieldValue(value=value, raw=words, source=source, rule=f"reply:{FIELD}")
    return Reading(values={FIELD: (read,)})


def _concerns(
    content: Content, reading: Reading, found: DateReading | None, reader: Reader, thread: Thread, who: Who
) -> Iterator[Concern]:
    yield from _about_the_message(content, reading, reader)
    if who.person is None or who.person.employee_number != thread.person:
        facts: dict[str, JsonValue] = {"sender": content.sender.address, "typed": thread.receipt_number}
        if thread.person is not None:
            yield Concern(code="reply-of-another", rule="FR-05", field="from", hard=False, facts=facts)
    if found is None:
        yield Concern(code="reply-to-read", rule="FR-14", hard=False)
    elif found.concern:
        facts = {"raw": content.text[found.start : found.end]}
        yield Concern(code=found.concern, rule="FR-09", field=FIELD, hard=False, facts=facts)
    elif not thread.awaits:
        facts = {"date": reading.plain()[FIELD], "number": thread.receipt_number}
        yield Concern(code="reply-changes-date", rule="FR-14", field=FIELD, hard=False, facts=facts)


def _about_the_message(content: Content, reading: Reading, reader: Reader) -> Iterator[Concern]:
    """The general rules that say something about any message: dates, changes, secrets, unreadable parts."""
    case = Case(content, reading, reader.world, reader, None)
    yield from (one for one in concerns_of(case) if one.rule not in {"FR-01", "FR-05", "FR-07"})


def _authority(who: Who, thread: Thread) -> Authority:
    same = who.person is not None and who.person.department == thread.department
    target = Target.SECTION if same else Target.OTHER
    evidence = evidence_for(who.path, who.identity)
    return Authority(
        path=who.path,
        identity=who.identity,
        evidence=evidence,
        target=target,
        risk=Risk.R0,
        need=need_for(evidence, target, Risk.R0),
        person=who.person.employee_number if who.person else None,
        doubts=who.doubts,
    )
