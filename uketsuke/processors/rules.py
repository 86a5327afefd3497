"""The rules that hold for every service (catalogue `flag_rules`), as far as they can be judged on arrival.

FR-16 and FR-17 arise later, except a bounce. Each rule gives concerns with code and
facts; the sentences stand in the message catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from pydantic import JsonValue, ValidationError

from uketsuke.domain.content import Channel
from uketsuke.domain.dates import read_dates
from uketsuke.domain.reading import Concern, SourceKind
from uketsuke.domain.request import Cell, FieldSpec, Rule, ServiceRequest
from uketsuke.domain.text import fold
from uketsuke.processors.case import Case, Place
from uketsuke.processors.courtesy import without_closings
from uketsuke.processors.doubts import doubts_of, is_sure, lines_of
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.identity import authentication, mismatch, outside
from uketsuke.processors.secrets import holds_secret
from uketsuke.processors.sender import creator_of
from uketsuke.processors.values import key_in_text

_CHANGES = re.compile(
    r"ただし|但し|以外|取り?消し?|取りやめ|取り止め|取り?下げ|キャンセル|訂正|撤回|中止|見送|見合わせ|延期|延長|破棄"
    r"|場合|であれば|でなければ|ではなく|でなく|でな[いけ]|誤り|間違|無視|正しくは|差し?替え|転送|代理で"
)
_REMARKED = re.compile(
    r"ません|ない(?!よう)|や(?:は|っぱ)り|でも(?:可|よ|良|いい|結構|構)|別の|(?:ほか|他)に|[0-9]+日|翌|来[週月年]"
)
"""Words in remarks that may take back or widen what the fields say."""
_MOVES = re.compile(r"変更(?=して|を(?:お願い|希望)|したい|願)")
"""A change of something asked for earlier; in a reply that is what a reply is for."""
_URGENT = re.compile(r"大至急|至急|緊急(?!連絡|時|度|区分)|急ぎ(?!ません|では|でな|の際)")
_FAR = timedelta(days=184)
"""A day asked for is hardly ever further ahead; a wrong year is."""
_TWELVE = re.compile(r"(?<![0-9-])(?:[0-9]{12}|[0-9]{4}[- ][0-9]{4}[- ][0-9]{4})(?![0-9-])")
_NO_PAPERS = (
    "image/",
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "application/pkcs7-",
    "application/pgp-",
)
"""Attachments that mail programs and signatures add; every other one may hold what is wanted."""
_ATTACHED = re.compile(r"添付(?:の|し|を|ファイル|資料|します|いたし|致し)")


def concerns_of(case: Case) -> tuple[Concern, ...]:
    """Every concern of the general rules, in the order of the catalogue, each once."""
    found = [concern for rule in _ALL for concern in rule(case)]
    return tuple({concern.key: concern for concern in found}.values())


def validate(case: Case) -> tuple[ServiceRequest | None, tuple[Concern, ...]]:
    """The typed request, or the model's errors as concerns (FR-02) where no rule has named the field.

    What is required only for this kind of request the model cannot say: without it there is none either.
    """
    try:
        request = case.request.model_validate(case.values)
    except ValidationError as error:
        wrong = [problem["loc"] for problem in error.errors() if problem["type"] != "missing"]
        paths = dict.fromkeys(_path(case, loc) for loc in wrong)
        return None, tuple(
            Concern(code="unparsable-value", rule="FR-02", field=path, facts=case.raw(path)) for path in paths
        )
    return (None if any(lacks(case, place) for place in case.places) else request), ()


def _path(case: Case, loc: tuple[int | str, ...]) -> str:
    """The path of what pydantic found wrong: it counts rows, and we name them by their ids."""
    field, *rest = loc
    place = rest[0] if rest and isinstance(rest[0], int) else None
    ids = case.reading.row_ids(str(field))
    if place is None or not ids:
        return str(field) if place is None else f"{field}[{place}]"
    return str(Cell(str(field), ids[place], str(rest[1]) if len(rest) > 1 else None))


def lacks(case: Case, place: Place) -> bool:
    """Whether a value that this request needs is not there; who made a record is known without an address."""
    return place.is_lacking and not (place.path == "requester_email" and creator_of(case.content, case.world))


def _missing(case: Case) -> Iterator[Concern]:
    if case.processor is None:
        return
    for place in case.places:
        if lacks(case, place) and not list(doubts_of(case, place.path)):
            yield Concern(code="missing-field", rule="FR-01", field=place.path, facts=case.raw(place.path))


def _unparsable(case: Case) -> Iterator[Concern]:
    for place in case.places:
        yield from doubts_of(case, place.path)


def _duplicate(case: Case) -> Iterator[Concern]:
    name = case.processor.key_field if case.processor else None
    department = case.values.get("department")
    if case.processor is None or name is None or not department:
        return
    value = case.values.get(name)
    if not value:
        yield from _repeated(case, case.processor.id, str(department))
        return
    for other in case.world.similar(case.processor.id, str(department), name, str(value)):
        if other.number != case.number and case.processor.is_same(case.values, other.values):
            facts: dict[str, JsonValue] = {"number": other.number, "value": value}
            yield Concern(code="duplicate", rule="FR-06", field=name, hard=False, facts=facts)


def _repeated(case: Case, service: str, department: str) -> Iterator[Concern]:
    """Nothing names what it is about (a distribution): the same person asks for exactly the same again."""
    mail = case.values.get("requester_email")
    similar = case.world.similar(service, department, "requester_email", str(mail)) if mail else []
    free = {"requester_name", "requester_phone", "remarks"}
    asked = {name: value for name, value in case.values.items() if name not in free}
    for other in similar:
        if other.number != case.number and asked == {name: other.values.get(name) for name in asked}:
            facts: dict[str, JsonValue] = {"number": other.number, "value": mail}
            yield Concern(code="duplicate", rule="FR-06", field="requester_email", hard=False, facts=facts)


def _urgent(case: Case) -> Iterator[Concern]:
    found = _URGENT.search(fold(f"{case.content.subject}\n{case.content.text[:LONGEST_TEXT]}"))
    if found or case.values.get("urgency") == "urgent":
        facts: dict[str, JsonValue] = {"word": found[0] if found else "緊急"}
        yield Concern(code="urgent", rule="FR-07", field="urgency", hard=False, facts=facts)


def _dates(case: Case) -> Iterator[Concern]:
    for place in case.places:
        value, name = place.value, place.path
        if place.spec.rule is not Rule.DATE or not isinstance(value, str) or not is_sure(case, name):
            continue
        day, facts = date.fromisoformat(value), place.facts(date=value)
        if day < max(case.reader.on, case.world.today):
            yield Concern(code="date-past", rule="FR-09", field=name, hard=False, facts=facts)
        elif day > case.world.today + _FAR:
            yield Concern(code="date-far", rule="FR-09", field=name, hard=False, facts=facts)
        elif why := case.world.calendar.why_closed(day):
            closed = {**facts, "why": why, "name": case.world.calendar.holiday_name(day)}
            yield Concern(code="date-closed", rule="FR-09", field=name, hard=False, facts=closed)


def _unknown_targets(case: Case) -> Iterator[Concern]:
    for place in case.places:
        ledger, value = place.spec.ledger, place.value
        if not (ledger and isinstance(value, str) and case.world.knows_ledger(ledger)):
            continue
        if case.world.row(ledger, value) is None:
            facts = place.facts(value=value)
            yield Concern(code="unknown-target", rule="FR-10", field=place.path, facts=facts)


def _sensitive(case: Case) -> Iterator[Concern]:
    if _TWELVE.search(fold(case.content.text[:LONGEST_TEXT])):
        yield Concern(code="sensitive-content", rule="FR-11", hard=False, facts={"what": "twelve-digits"})
    judged = case.processor is not None and case.processor.judges_passwords
    if not judged and holds_secret(f"{case.content.subject}\n{case.content.text[:LONGEST_TEXT]}"):
        yield Concern(code="sensitive-content", rule="FR-11", hard=False, facts={"what": "password"})


def _unreadable(case: Case) -> Iterator[Concern]:
    for problem in case.content.problems:
        facts: dict[str, JsonValue] = {"problem": problem.code, "detail": problem.detail}
        yield Concern(code="unreadable-part", rule="FR-13", hard=False, facts=facts)
    if len(case.content.text) > LONGEST_TEXT:
        yield Concern(code="text-too-long", rule="FR-13", hard=False, facts={"read": LONGEST_TEXT})
    mailed = case.content.channel is Channel.MAIL and not case.content.attachments
    if mailed and _ATTACHED.search(case.content.text[:LONGEST_TEXT]):
        yield Concern(code="missing-attachment", rule="FR-13", hard=False)
    for attached in (
        case.content.attachments if case.processor and case.content.channel is Channel.MAIL else ()
    ):
        if not attached.media_type.startswith(_NO_PAPERS):
            facts = {"name": attached.filename or attached.media_type}
            yield Concern(code="unread-attachment", rule="FR-13", hard=False, facts=facts)


def _free_text(case: Case) -> Iterator[Concern]:
    text = fold(f"{case.content.subject}\n{case.content.text[:LONGEST_TEXT]}")
    remarks = fold(str(case.values.get("remarks") or ""))
    moved = _MOVES.findall(text) if case.processor else []
    innocent = case.processor.words.innocent if case.processor else ()
    text = without_closings(re.sub("|".join(innocent), " ", text) if innocent else text)
    moved += _REMARKED.findall(remarks)
    for word in dict.fromkeys([*_CHANGES.findall(text), *moved]):
        name = "remarks" if word in remarks else None
        yield Concern(code="free-text-change", rule="FR-14", field=name, hard=False, facts={"word": word})
    for name, spec in case.request.specs().items():
        yield from _other_keys(case, name, spec, text)
    yield from _unread_day(case)


def _unread_day(case: Case) -> Iterator[Concern]:
    """A day to come in the text that no field has taken: nothing is passed over silently."""
    names = [name for name, spec in case.request.specs().items() if spec.rule is Rule.DATE]
    if case.processor is None or len(names) != 1 or names[0] in case.reading.values:
        return
    first = max(case.reader.on, case.world.today)
    for found in read_dates(case.content.text[:LONGEST_TEXT], case.reader.on):
        today = found.rule == "relative-day" and found.value == case.reader.on
        if (found.value is None or found.value >= first) and not today:
            raw = case.content.text[found.start : found.end]
            yield Concern(code="unread-day", rule="FR-14", field=names[0], hard=False, facts={"raw": raw})
            return


def _other_keys(case: Case, name: str, spec: FieldSpec, text: str) -> Iterator[Concern]:
    """Another unit named beside the typed one: which of them is meant?"""
    pattern, value = dict(case.reader.patterns).get(spec.ledger or ""), case.values.get(name)
    current = case.reading.current(name)
    if not pattern or not isinstance(value, str) or current is None:
        return
    if current.source.kind is SourceKind.OPERATOR or len(set(map(str, _values_of(case, name)))) > 1:
        return
    for key in dict.fromkeys(re.findall(key_in_text(pattern), text, re.IGNORECASE)):
        read = case.reader.read(spec, key)
        if read.value not in (None, value):
            facts: dict[str, JsonValue] = {"value": value, "other": read.value}
            yield Concern(code="other-unit-named", rule="FR-14", field=name, hard=False, facts=facts)


def _bulk(case: Case) -> Iterator[Concern]:
    for name, limit in case.processor.limits.items() if case.processor else ():
        value = case.values.get(name)
        if isinstance(value, int) and value > limit:
            facts: dict[str, JsonValue] = {"value": value, "limit": limit}
            yield Concern(code="bulk-over-limit", rule="FR-15", field=name, facts=facts)
    for place in case.places:
        if isinstance(place.value, list) and place.spec.most and len(place.value) > place.spec.most:
            facts = {"value": len(place.value), "limit": place.spec.most}
            yield Concern(code="bulk-over-limit", rule="FR-15", field=place.path, facts=facts)


def _values_of(case: Case, name: str) -> list[JsonValue]:
    return [one.value for one in case.reading.values.get(name, ()) if one.value is not None]


_ALL: tuple[Callable[[Case], Iterator[Concern]], ...] = (
    _missing,
    _unparsable,
    lines_of,
    outside,
    mismatch,
    _duplicate,
    _urgent,
    _dates,
    _unknown_targets,
    _sensitive,
    authentication,
    _unreadable,
    _free_text,
    _bulk,
)
