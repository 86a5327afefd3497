"""What a message says beyond the values read from it: nothing is passed over silently (FR-14).

A sentence whose words are neither courtesy, nor a value that was read, nor a mere
reason is shown to an operator; so is a label that has no meaning here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from uketsuke.domain.content import Channel
from uketsuke.domain.dates import read_dates
from uketsuke.domain.reading import Concern, FieldValue, SourceKind
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.domain.text import fold, fold_marked, label_key
from uketsuke.processors.base import SERVICE_LABELS, Processor
from uketsuke.processors.case import Case
from uketsuke.processors.courtesy import leftover
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.labels import masked
from uketsuke.processors.row_text import without_tables
from uketsuke.processors.sentences import HAD, Mood, sentences
from uketsuke.processors.survey import is_survey, pairs_of
from uketsuke.processors.values import is_nothing

_MOST = 3
"""Sentences shown; an operator reads the whole mail then."""
_LONGEST = 120
_REASONS = (
    "ため",
    "ので",
    "に伴い",
    "により",
    "につき",
    "ことから",
    "に向けて",
    "にあたり",
    "に際し",
    "に際して",
)
_REASON = rf"(?:{'|'.join(_REASONS)}|に備えて|の関係で|の都合(?:で|により))、?"
_CHOICE, _READ = "\ufdd0", "\ufdd1"
"""What stands for a value that was read, so that the words around it stay apart."""
_ACTS = r"返[しすっ]|返却|渡し|持参|送[りっ]|届け|伺[いえ]|行[けき]|来[らま]"
"""A reason that tells of the very thing asked for is more than a reason (返却できませんので)."""
_ANSWERED = re.compile(r"^(?:\s*re\s*:)+", re.IGNORECASE)
_PHONE = r"(?:内線|電話|TEL|FAX|直通)(?:番号)?[ \t:は]{0,4}[\d-]{3,13}|(?<!\d)0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)"
_ADDRESS = r"[\w.+-]{1,64}@[\w.-]{1,253}"
_HARMLESS_LABELS = frozenset(
    map(
        label_key,
        [
            "担当",
            "職員番号",
            "所属コード",
            "職名",
            "役職",
            "係",
            "担当係",
            "申請日",
            "記入日",
            "日付",
            "件名",
            "宛先",
            "cc",
            "to",
            "FAX",
            "住所",
            "携帯",
            "郵便番号",
            "URL",
            "ふりがな",
            "氏名カナ",
            "課長",
            "受付番号",
        ],
    )
)


def unread_of(case: Case, already: tuple[Concern, ...]) -> Iterator[Concern]:
    """What was not understood, in a mail that nothing else puts before a person."""
    typed = any(one.source.kind is SourceKind.OPERATOR for one in _current(case))
    if already or typed or case.processor is None or case.content.channel is not Channel.MAIL:
        return
    for raw in _unread(case, case.processor):
        facts: dict[str, JsonValue] = {"raw": raw[:_LONGEST]}
        yield Concern(code="unread-text", rule="FR-14", hard=False, facts=facts)


def _unread(case: Case, processor: Processor) -> tuple[str, ...]:
    labels = processor.labels()
    text = without_tables(case.content.text[:LONGEST_TEXT], case.request)
    pairs = pairs_of(case.content, text, labels)
    known = {*labels, *SERVICE_LABELS, *_HARMLESS_LABELS}
    found = [
        f"{pair.label}:{text[pair.start : pair.end]}"
        for pair in pairs
        if pair.key not in known and not is_nothing(text[pair.start : pair.end])
    ]
    by_subject = any(one.source.part == "subject" for one in _current(case))
    marked = fold_marked(_without_values(case, masked(text, pairs)))
    for sentence in sentences(marked.text):
        if leftover(sentence.text, *_harmless(case, sentence.mood), thanks=not by_subject):
            start, end = marked.span(sentence.start, sentence.start + len(sentence.text))
            found.append(text[start:end].strip())
    if by_subject or (processor.reads_subjects and not is_survey(case.content)):
        found += _unread_subject(case)
    return tuple(dict.fromkeys(one for one in found if one))[:_MOST]


def _unread_subject(case: Case) -> list[str]:
    """A subject may say more than its value, or than the text (返却期限の延長, 【済】)."""
    subject = _ANSWERED.sub("", fold(case.content.subject))
    keys = [fold(str(one.raw)) for one in _current(case) if one.source.part == "subject"]
    for key in keys:
        subject = subject.replace(key, " ")
    return [case.content.subject] if leftover(subject, *_harmless(case, Mood.ASKS)) else []


def _current(case: Case) -> list[FieldValue]:
    return [one for name in case.reading.values if (one := case.reading.current(name))]


def _without_values(case: Case, text: str) -> str:
    """The text with what was read from it blanked, and the days that are the one asked for or gone by."""
    chars = list(text)
    rules = {name: spec.rule for name, spec in case.request.specs().items()}
    spans = [
        (
            one.source.start,
            one.source.end,
            _CHOICE if rules.get(name) is Rule.CHOICE else _READ,
        )
        for name, history in case.reading.values.items()
        for one in history
        if one.source.part == "text" and one.source.start is not None
    ]
    days = {str(value) for name, value in case.values.items() if rules.get(name) is Rule.DATE}
    spans += [
        (day.start, day.end, _READ)
        for day in read_dates(text, case.reader.on)
        if day.value and (day.value.isoformat() in days or day.value < case.reader.on)
    ]
    for start, end, mark in spans:
        for index in range(start, min(end or start, len(chars))):
            chars[index] = mark if chars[index] != "\n" else "\n"
    return "".join(chars)


def _harmless(case: Case, mood: Mood) -> tuple[str, ...]:
    """What may stand beside the values: a reason, the values again, plain words of the service."""
    words = case.processor.words if case.processor else None
    nouns = words.nouns if words else frozenset()
    specs = [
        (spec, case.values.get(name), Mood.SAYS if name in nouns else mood)
        for name, spec in case.request.specs().items()
    ]
    again = [one for spec, value, said in specs if value is not None for one in _again(spec, value, said)]
    reasons = (rf"(?:^|(?<=[、。\s\ufdd1]))(?:(?!{_choices(case)}|{_ACTS})[^、。\ufdd0\n]){{1,60}}{_REASON}",)
    had = (rf"(?:{_choices(case)}){HAD}",)
    title = re.escape(fold(case.processor.title.partition("（")[0])) if case.processor else ""
    own = (*had, title, *words.innocent, *words.named, *words.beside) if words else ()
    return (*reasons, *own, *again, _PHONE, _ADDRESS)


def _again(spec: FieldSpec, value: JsonValue, mood: Mood) -> Iterator[str]:
    text = re.escape(fold(str(value)))
    if spec.rule is Rule.CHOICE and mood in (Mood.ASKS, Mood.SAYS):
        yield from map(re.escape, map(fold, spec.words[str(value)]))
    elif spec.rule is Rule.COUNT:
        yield rf"(?<!\d){text}\s?[本台個つ名人](?!ずつ|\d)"
    elif spec.rule is Rule.PERSON:
        yield from map(re.escape, fold(str(value)).split())
    elif spec.rule in (Rule.ASSET_NO, Rule.ACCOUNT):
        yield text.replace(r"\-", r"\-?") + r"(?![0-9A-Z-])"
    elif spec.rule in (Rule.DEPARTMENT, Rule.PHONE, Rule.EMAIL):
        yield text


def _choices(case: Case) -> str:
    words = (word for spec in case.request.specs().values() for all_ in spec.words.values() for word in all_)
    return "|".join(re.escape(fold(word)) for word in words) or r"\Z\A"
