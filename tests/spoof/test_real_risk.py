"""S2 with what every shipped service really declares: each row of the table × each kind of request it knows.

Found by looking: a new service is in by its samples. Risks come from the samples' expectations, the
rows from `docs/SECURITY.md`; only whose the thing is, is imposed (each service's own answer to that is
tried by `test_authority_product`, and a signed webhook, which has no channel yet, by the pure table test).
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.sample_files import Sample, samples
from tests.spoof.test_authority_product import TABLE
from uketsuke.domain.authority import Target
from uketsuke.domain.content import Channel, Content, FormValue
from uketsuke.domain.request import Rule
from uketsuke.processors.assess import assess
from uketsuke.processors.catalogue import Catalogue, known_cities

WAYS: dict[str, dict[str, Any]] = {
    "strong": {"channel": Channel.NOTE, "identity_check": "counter", "entered_by": "operator01"},
    "medium": {"channel": Channel.FORMBRIDGE},
    "weak": {"channel": Channel.NOTE},
}
"""The same typed values of one person of the directory, by three ways."""
SHIPPED = [(city, one.id) for city in known_cities() for one in Catalogue.load([city]).all()]


def kinds_of(city: str, service: str) -> dict[object, Sample]:
    """A sample of each kind of request: of each choice that can be made, and each sequence of steps."""
    found: dict[object, Sample] = {}
    specs = Catalogue.load([city]).service(service).request.specs()
    choices = [name for name, spec in specs.items() if spec.rule is Rule.CHOICE]
    for sample in samples(f"{city}/{service}"):
        assessed = sample.assessed()
        if assessed.steps and assessed.service == service and sample.thread is None:
            chosen = tuple(str(assessed.values.get(name)) for name in choices)
            found.setdefault((chosen, tuple(step.kind for step in assessed.steps)), sample)
    return found


def typed(sample: Sample, way: str) -> Content:
    """What the sample says, label by label."""
    reading = sample.assessed().reading
    plain = {name: one for name in reading.values if (one := reading.current(name)) is not None}
    values = {one.rule.removeprefix("label:"): one.raw for one in plain.values() if "label:" in one.rule}
    name = str(plain["requester_name"].value)
    (person,) = sample.world.people(name=name) or ()
    values |= {"氏名": name, "メールアドレス": str(person.mail)}
    listed = tuple(FormValue(label=label, value=value) for label, value in values.items())
    said = {"subject": sample.content.subject, "values": listed, "submitted_at": sample.received_at}
    return Content(**said, **WAYS[way])


@pytest.mark.parametrize(("city", "service"), SHIPPED)
def test_every_row_with_the_risk_that_every_kind_of_request_really_has(
    city: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = kinds_of(city, service)
    assert kinds, "a new service brings samples that lead to a plan"
    for sample, way, target in itertools.product(kinds.values(), WAYS, Target):
        known = Catalogue.load([city])
        monkeypatch.setattr(type(known.service(service)), "target", lambda *_, imposed=target: imposed)
        judged = assess(typed(sample, way), sample.received_at, sample.world, known, service=service)
        found, where = judged.authority, (sample.path.stem, way, target)
        risk = sample.expected["authority"]["risk"]
        assert judged.steps, where
        assert (found.evidence, found.target, found.risk) == (way, target, risk), where
        assert found.declared is None, "a shipped service declares no less than its plan does"
        assert found.need == TABLE[way, target, risk], where
        assert (found.second_person is not None) is ("confirm" in found.need), where
