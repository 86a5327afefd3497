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
from uketsuke.domain.request import FieldSpec, Rule, ServiceRequest
from uketsuke.domain.text import fold, person_key
from uketsuke.processors.case import Case
from uketsuke.processors.courtesy import without_closings
from uketsuke.processors.doubts import doubts_of, is_sure
from uketsuke.processors.extract import LONGEST_TEXT
from uketsuke.processors.secrets import holds_secret
from uketsuke.processors.survey import is_survey
from uketsuke.processors.trail import domain_of, failed_checks, is_outside
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
        fields = [str(problem["loc"][0]) for problem in error.errors() if problem["type"] != "missing"]
        return None, tuple(
            Concern(code="unparsable-value", rule="FR-02", field=name, facts=case.raw(name))
            for name in fields
        )
    return (None if any(_lacks(case, name) for name in case.request.specs()) else request), ()


def _lacks(case: Case, name: str) -> bool:
    """Whether a value that this request needs is not there."""
    return case.request.specs()[name].is_required(case.values) and case.values.get(name) in (None, "")


def _missing(case: Case) -> Iterator[Concern]:
    if case.processor is None:
        return
    for name in case.request.specs():
        if _lacks(case, name) and not list(doubts_of(case, name)):
            yield Concern(code="missing-field", rule="FR-01", field=name, facts=case.raw(name))


def _unparsable(case: Case) -> Iterator[Concern]:
    for name in case.request.specs():
        yield from doubts_of(case, name)


def _outside(case: Case) -> Iterator[Concern]:
    if case.content.channel is Channel.MAIL and is_outside(case.content, case.world):
        facts: dict[str, JsonValue] = {
            "domain": domain_of(case.content.sender.address),
            "defect": case.content.sender.defect,
        }
        yield Concern(code="outside-sender", rule="FR-04", field="from", hard=False, facts=facts)
    typed, domains = str(case.values.get("requester_email") or ""), case.world.staff_domains
    other = typed != (case.content.sender.address or "")
    if typed and domains is not None and other and domain_of(typed) not in domains:
        facts = {"domain": domain_of(typed), "defect": None}
        yield Concern(code="outside-sender", rule="FR-04", field="requester_email", hard=False, facts=facts)


def _mismatch(case: Case) -> Iterator[Concern]:
    sender, typed = case.content.sender.address, case.values.get("requester_email")
    if (
        case.content.channel is Channel.MAIL
        and not is_survey(case.content)  # a relay sends everybody's answers
        and sender
        and typed
        and sender.casefold() != str(typed).casefold()
    ):
        facts: dict[str, JsonValue] = {"sender": sender, "typed": typed}
        yield Concern(code="sender-mismatch", rule="FR-05", field="from", hard=False, facts=facts)
    else:
        yield from _other_name(case)


def _other_name(case: Case) -> Iterator[Concern]:
    """Somebody else's name in a mail: whose request is it? A family name alone is enough for one's own."""
    typed, address = case.reading.current("requester_name"), case.content.sender.address
    people = case.world.people(mail=address) if address and case.content.channel is Channel.MAIL else None
    if not people or typed is None or typed.source.kind is not SourceKind.SPAN or typed.value is None:
        return
    names = [person_key(piece) for one in people for piece in (one.name, *one.name.split()[:1])]
    if not any(name in person_key(str(typed.value)) for name in names):
        facts: dict[str, JsonValue] = {"sender": people[0].name, "typed": typed.value}
        yield Concern(
            code="other-person-named", rule="FR-05", field="requester_name", hard=False, facts=facts
        )


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
        if other.number != case.number:
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
    for name, spec in case.request.specs().items():
        value = case.values.get(name)
        if spec.rule is not Rule.DATE or not isinstance(value, str) or not is_sure(case, name):
            continue
        day = date.fromisoformat(value)
        if day < max(case.reader.on, case.world.today):
            yield Concern(code="date-past", rule="FR-09", field=name, hard=False, facts={"date": value})
        elif day > case.world.today + _FAR:
            yield Concern(code="date-far", rule="FR-09", field=name, hard=False, facts={"date": value})
        elif why := case.world.calendar.why_closed(day):
            holiday = case.world.calendar.holiday_name(day)
            facts: dict[str, JsonValue] = {"date": value, "why": why, "name": holiday}
            yield Concern(code="date-closed", rule="FR-09", field=name, hard=False, facts=facts)


def _unknown_targets(case: Case) -> Iterator[Concern]:
    for name, spec in case.request.specs().items():
        value = case.values.get(name)
        if not (spec.ledger and isinstance(value, str) and case.world.knows_ledger(spec.ledger)):
            continue
        if case.world.row(spec.ledger, value) is None:
            facts: dict[str, JsonValue] = {"value": value}
            yield Concern(code="unknown-target", rule="FR-10", field=name, facts=facts)


def _sensitive(case: Case) -> Iterator[Concern]:
    if _TWELVE.search(fold(case.content.text[:LONGEST_TEXT])):
        yield Concern(code="sensitive-content", rule="FR-11", hard=False, facts={"what": "twelve-digits"})
    judged = case.processor is not None and case.processor.judges_passwords
    if not judged and holds_secret(f"{case.content.subject}\n{case.content.text[:LONGEST_TEXT]}"):
        yield Concern(code="sensitive-content", rule="FR-11", hard=False, facts={"what": "password"})


def _authentication(case: Case) -> Iterator[Concern]:
    checks: list[JsonValue] = list(failed_checks(case.content, case.world))
    if case.content.channel is Channel.MAIL and checks:
        facts: dict[str, JsonValue] = {"checks": checks}
        yield Concern(code="authentication-failed", rule="FR-12", field="from", hard=False, facts=facts)


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


def _values_of(case: Case, name: str) -> list[JsonValue]:
    return [one.value for one in case.reading.values.get(name, ()) if one.value is not None]


_ALL: tuple[Callable[[Case], Iterator[Concern]], ...] = (
    _missing,
    _unparsable,
    _outside,
    _mismatch,
    _duplicate,
    _urgent,
    _dates,
    _unknown_targets,
    _sensitive,
    _authentication,
    _unreadable,
    _free_text,
    _bulk,
)
