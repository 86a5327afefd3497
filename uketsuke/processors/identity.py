"""Doubts about who asks: outside addresses, names that are not the sender's, failed checks (FR-04, 05, 12).

Who it is and how well that is proven is judged in `sender` and `authorise`; here is only
what an operator should look at.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from uketsuke.domain.content import Channel
from uketsuke.domain.people import Person
from uketsuke.domain.reading import Concern, SourceKind
from uketsuke.domain.request import Rule
from uketsuke.domain.text import person_key
from uketsuke.processors.case import Case
from uketsuke.processors.sender import creator_of
from uketsuke.processors.survey import is_survey
from uketsuke.processors.trail import domain_of, failed_checks, is_outside

_WRITTEN = frozenset({SourceKind.SPAN, SourceKind.KINTONE_FIELD})


def outside(case: Case) -> Iterator[Concern]:
    """An address that is not the city's: of the sender, or in a field or cell."""
    if case.content.channel is Channel.MAIL and is_outside(case.content, case.world):
        facts: dict[str, JsonValue] = {
            "domain": domain_of(case.content.sender.address),
            "defect": case.content.sender.defect,
        }
        yield Concern(code="outside-sender", rule="FR-04", field="from", hard=False, facts=facts)
    domains = case.world.staff_domains
    for place in case.places:
        own = place.path == "requester_email" and place.value == (case.content.sender.address or "")
        if place.spec.rule is not Rule.EMAIL or not place.value or own or domains is None:
            continue
        domain = domain_of(str(place.value))
        if domain not in domains:
            facts = place.facts(domain=domain, defect=None)
            yield Concern(code="outside-sender", rule="FR-04", field=place.path, hard=False, facts=facts)


def mismatch(case: Case) -> Iterator[Concern]:
    """Another address in the fields than that of the sender, or of whoever made the record."""
    sender, typed = _own_address(case), case.values.get("requester_email")
    if sender and typed and sender.casefold() != str(typed).casefold():
        facts: dict[str, JsonValue] = {"sender": sender, "typed": typed}
        recorded = case.content.channel is Channel.KINTONE
        name = "requester_email" if recorded else "from"
        yield Concern(code="sender-mismatch", rule="FR-05", field=name, hard=False, facts=facts)
    else:
        yield from _other_name(case)


def _own_address(case: Case) -> str | None:
    """The address of who asks by the way it came; a relay sends everybody's answers."""
    if case.content.channel is Channel.MAIL and not is_survey(case.content):
        return case.content.sender.address
    creator = creator_of(case.content, case.world)
    return creator.mail if creator else None


def _other_name(case: Case) -> Iterator[Concern]:
    """Somebody else's name: whose request is it? A family name alone is enough for one's own."""
    typed, people = case.reading.current("requester_name"), _own_people(case)
    if not people or typed is None or typed.source.kind not in _WRITTEN or typed.value is None:
        return
    names = [person_key(piece) for one in people for piece in (one.name, *one.name.split()[:1])]
    if not any(name in person_key(str(typed.value)) for name in names):
        facts: dict[str, JsonValue] = {"sender": people[0].name, "typed": typed.value}
        yield Concern(
            code="other-person-named", rule="FR-05", field="requester_name", hard=False, facts=facts
        )


def _own_people(case: Case) -> list[Person]:
    """Everybody who may be who asks: those of the sender's address, or whoever made the record."""
    address = case.content.sender.address
    if address and case.content.channel is Channel.MAIL:
        return case.world.people(mail=address) or []
    creator = creator_of(case.content, case.world)
    return [creator] if creator else []


def authentication(case: Case) -> Iterator[Concern]:
    """A check that a trusted host did, and that failed."""
    checks: list[JsonValue] = list(failed_checks(case.content, case.world))
    if case.content.channel is Channel.MAIL and checks:
        facts: dict[str, JsonValue] = {"checks": checks}
        yield Concern(code="authentication-failed", rule="FR-12", field="from", hard=False, facts=facts)
