"""S2 with what every shipped service really declares: each row of the table × each kind of request it knows.

Found by looking: a new service is in by its samples. Risks come from the samples' expectations, the
rows from `docs/SECURITY.md`; only whose the thing is, is imposed (each service's own answer to that is
tried by `test_authority_product`, and a signed webhook, which has no channel yet, by the pure table test).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.sample_files import Sample, catalogue, samples
from tests.spoof.test_authority_product import TABLE
from uketsuke.domain.authority import Target
from uketsuke.domain.content import Channel, Content, FormValue
from uketsuke.domain.reading import Reading
from uketsuke.domain.request import FieldSpec, Rule
from uketsuke.processors.assess import assess
from uketsuke.processors.catalogue import Catalogue, known_cities

WAYS: dict[str, dict[str, Any]] = {
    "strong": {"channel": Channel.NOTE, "identity_check": "counter", "entered_by": "operator01"},
    "medium": {"channel": Channel.FORMBRIDGE},
    "weak": {"channel": Channel.NOTE},
}
"""The same typed values of one person of the directory, by three ways."""
SAID = re.compile("label:|sentence:|directory")
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
    assessed, specs = sample.assessed(), _specs(sample)
    name = str(assessed.values["requester_name"])
    (person,) = sample.world.people(name=name) or ()
    listed = [FormValue(label="氏名", value=name), FormValue(label="メールアドレス", value=str(person.mail))]
    for field, spec in specs.items():
        one = assessed.reading.current(field)
        if one is None or field in ("requester_name", "requester_email") or not SAID.match(one.rule):
            continue
        rows = tuple(_cells(assessed.reading, field, spec, row) for row in one.value) if spec.row else ()
        if rows or not spec.row:
            listed.append(FormValue(label=spec.label, value=one.raw, rows=rows))
    said = {"subject": sample.content.subject, "values": tuple(listed), "submitted_at": sample.received_at}
    return Content(**said, **WAYS[way])


def _specs(sample: Sample) -> Mapping[str, FieldSpec]:
    return catalogue(sample.city).service(str(sample.expected["service"])).request.specs()


def _cells(reading: Reading, field: str, spec: FieldSpec, row: int) -> tuple[FormValue, ...]:
    """One row of a table, cell by cell."""
    cells = spec.row.specs() if spec.row else {}
    read = {name: reading.current(f"{field}[{row}].{name}") for name in cells}
    return tuple(FormValue(label=cells[name].label, value=one.raw) for name, one in read.items() if one)


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
