"""The table of FAULTS 3, written apart from the code, against every service of every city (S2)."""

from __future__ import annotations

import itertools

import pytest

from uketsuke.domain.authority import (
    TABLE,
    Action,
    Evidence,
    Identity,
    Path,
    Risk,
    SecondPerson,
    Target,
    evidence_for,
    need_for,
    policy_of,
)
from uketsuke.processors.catalogue import Catalogue, known_cities

ROWS = """
strong | own section | -        -        operator confirm+operator
strong | other       | -        operator review   review
medium | own section | -        -        operator confirm+operator
medium | other       | operator operator review   review
weak   | own section other | review review review review
"""
STRONG = """signed-in:one-person signed-in:operator kintone-creator:one-person mail-proven:one-person
cms-survey:login-name operator-note:attested"""
MEDIUM = """formbridge:typed-one-person cms-survey:typed-one-person signed-webhook:typed-one-person
mail-proven:section-mailbox mail-no-claim:one-person"""
"""A signed webhook has no channel yet: this is the only place that tries its row."""
CATALOGUE = Catalogue.load(known_cities())
CELLS = [
    (Evidence(evidence.strip()), Target(target), Risk(f"R{place}"), cell)
    for evidence, targets, cells in (line.split("|") for line in ROWS.strip().splitlines())
    for target in targets.split()
    for place, cell in enumerate(cells.split())
]


def needs(cell: str) -> list[str]:
    return [] if cell == "-" else cell.split("+")


def test_the_rows_cover_everything() -> None:
    assert len(CELLS) == len(Evidence) * len(Target) * len(Risk)
    assert len(TABLE) == 6


@pytest.mark.parametrize(("evidence", "target", "risk", "cell"), CELLS)
def test_each_cell_is_the_tables(evidence: Evidence, target: Target, risk: Risk, cell: str) -> None:
    assert [one.value for one in need_for(evidence, target, risk)] == needs(cell)


def test_every_way_and_identity_gives_the_evidence_of_the_table() -> None:
    listed = dict.fromkeys(STRONG.split(), Evidence.STRONG) | dict.fromkeys(MEDIUM.split(), Evidence.MEDIUM)
    for path, identity in itertools.product(Path, Identity):
        expected = listed.get(f"{path.value}:{identity.value}", Evidence.WEAK)
        assert evidence_for(path, identity) is expected, (path, identity)


@pytest.mark.parametrize("service", [one.id for one in CATALOGUE.all()])
def test_every_service_declares_its_risk_and_what_the_second_person_is_asked(service: str) -> None:
    """18 kinds of request at most: a service whose requests can be R3 names its action."""
    processor = CATALOGUE.service(service)
    risk = processor.risk(None)
    assert risk in Risk
    if risk is Risk.R3:
        assert processor.action is not None


POLICY = """unlock after
reset after
delete before
grant before
publish before
bulk before"""


def test_the_policy_of_the_second_person_by_default_and_as_a_city_sets_it() -> None:
    for line in POLICY.splitlines():
        action, second = line.split()
        assert policy_of({}, "x", Action(action)) is SecondPerson(second)
        for own in SecondPerson:
            assert policy_of({action: own}, "x", Action(action)) is own
            assert policy_of({f"x.{action}": own, action: SecondPerson.NONE}, "x", Action(action)) is own
            assert policy_of({f"y.{action}": own}, "x", Action(action)) is SecondPerson(second)
    assert {Action(line.split()[0]) for line in POLICY.splitlines()} == set(Action)
