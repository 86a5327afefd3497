"""FAULTS S1: no forged mail causes anything by itself, and each leaves the decision with its reason."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr

import pytest

from tests.queue.test_unlock import RELAY
from tests.sample_files import Sample, context, samples
from tests.spoof.corpus import EVIL, KINDS, Genuine, Spoof, signed, spoofs
from tests.spoof.office import Office
from uketsuke.domain.authority import Evidence, Need, Risk
from uketsuke.domain.content import Kind
from uketsuke.domain.states import RequestState
from uketsuke.processors.catalogue import Catalogue, known_cities


@dataclass(frozen=True)
class Risky:
    """A service of a city that changes something, and a genuine mail that asks for it."""

    city: str
    service: str
    genuine: Genuine

    def __str__(self) -> str:
        return f"{self.city}.{self.service}"


RECORDS = frozenset({"kintone-developer", "kintone-space", "kintone-group"})
"""Applied for by kintone's own records alone: there is no genuine mail of theirs to forge."""


def risky() -> list[Risky]:
    """Every such service that is found by looking, with its first clean mail among the samples."""
    found = []
    for city in known_cities():
        for service in Catalogue.load([city]).all():
            if service.risk(None) is not Risk.R0:
                mails = [one for one in samples(f"{city}/{service.id}") if is_clean_mail(one)]
                assert mails or service.id in RECORDS, f"no clean mail of {city}/{service.id} to forge"
                found += [Risky(city, service.id, genuine_of(one)) for one in mails[:1]]
    return found


def is_clean_mail(sample: Sample) -> bool:
    return sample.path.suffix == ".eml" and "-clean" in sample.path.stem


def genuine_of(sample: Sample) -> Genuine:
    """What the sample says, without its way."""
    mail = email.message_from_bytes(sample.path.read_bytes(), policy=email.policy.default)
    address = parseaddr(str(mail["From"]))[1]
    staff = [one["mail"] for one in context(sample.city)["staff"] if one.get("mail")]
    other = next(one for one in staff if one != address)
    return Genuine(address, str(mail["Subject"]), mail.get_content(), sample.received_at, other)


RISKY = risky()


@dataclass
class Attacked:
    """A desk that got one genuine mail and every forged one."""

    office: Office
    genuine: str
    """Receipt number of the genuine one."""
    numbers: dict[str, Spoof]
    """Receipt number → the forged mail."""
    before: object
    """What stood in ledgers and steps when only the genuine mail was in."""


@pytest.fixture(scope="module", params=RISKY, ids=str)
def attacked(request: pytest.FixtureRequest) -> Iterator[Attacked]:
    one: Risky = request.param
    office = Office.of(one.city, one.genuine, RELAY)
    genuine = office.receive(signed(one.genuine))
    office.desk.work()
    before = office.everything()
    letter = office.letter_of(genuine)
    numbers = {office.receive(spoof.raw): spoof for spoof in spoofs(one.genuine, letter)}
    office.desk.work()
    yield Attacked(office, genuine, numbers, before)
    office.close()


def test_the_corpus_is_large_covers_every_kind_and_is_always_the_same() -> None:
    genuine = RISKY[0].genuine
    corpus = [*spoofs(genuine, "letter@city")]
    assert len({spoof.raw for spoof in corpus}) == len({spoof.name for spoof in corpus}) == len(corpus) >= 150
    assert {spoof.kind for spoof in corpus} == KINDS
    assert corpus == [*spoofs(genuine, "letter@city")]


def test_every_service_with_a_risk_is_attacked() -> None:
    assert {(one.city, one.service) for one in RISKY} >= {
        ("kobe", "lte-handover"),
        ("kobe", "ekobe-unlock"),
        ("ashiya", "account-unlock"),
    }


def test_the_genuine_mail_is_believed(attacked: Attacked) -> None:
    """Otherwise nothing below means anything."""
    request = attacked.office.desk.request(attacked.genuine)
    assert request.authority is not None
    assert (request.authority.evidence, request.authority.doubts) == (Evidence.STRONG, ())
    assert Need.REVIEW not in request.authority.need


def test_no_forged_mail_changes_anything(attacked: Attacked) -> None:
    assert attacked.office.everything() == attacked.before


def test_no_forged_mail_runs_or_is_ready_to_run(attacked: Attacked) -> None:
    for number, spoof in attacked.numbers.items():
        request = attacked.office.request_of(number)
        if request is not None and request.number == number:
            assert (request.state, request.plan_id) == (RequestState.NEEDS_REVIEW, None), spoof.name


def test_each_is_weak_and_the_reason_is_kept_with_it_and_in_the_audit_log(attacked: Attacked) -> None:
    for number, spoof in attacked.numbers.items():
        request, entries = attacked.office.request_of(number), attacked.office.audited(number)
        if request is None:
            assert entries["set-aside"].facts["kind"] in ("own", "list", "auto-reply"), spoof.name
        elif request.number != number:
            assert "copy" in entries or entries["join"].facts["same_person"] is False, spoof.name
        elif request.kind is Kind.BOUNCE:
            assert request.service is None, spoof.name
        else:
            assert request.authority is not None, spoof.name
            authority = request.authority
            assert (authority.evidence, authority.need) == (Evidence.WEAK, (Need.REVIEW,)), spoof.name
            assert authority.doubts, spoof.name
            kept = entries["open"].facts["authority"]
            assert isinstance(kept, dict)
            assert (kept["evidence"], tuple(kept["doubts"])) == ("weak", authority.doubts), spoof.name


def test_only_the_citys_own_people_are_ever_answered(attacked: Attacked) -> None:
    domain = attacked.office.city.domain
    told = {str(one["To"]).rpartition("@")[2] for one in attacked.office.desk.letters()}
    assert told <= {domain}
    assert EVIL not in str([one["To"] for one in attacked.office.desk.letters()])
