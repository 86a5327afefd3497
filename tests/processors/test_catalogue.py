"""Services are found by looking; each has all that a service must have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sample_files import catalogue, samples
from uketsuke.domain.deadline import AfterBusinessDays
from uketsuke.domain.request import Rule, field
from uketsuke.domain.text import label_key
from uketsuke.processors.base import Processor
from uketsuke.processors.catalogue import Catalogue, DeclaredTwice, UnknownCity, UnknownService, known_cities
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.shapes.account_unlock import AccountUnlock
from uketsuke.templates.letters import LetterTemplates

SERVICES = catalogue().all()
OWN = '''
from uketsuke.processors.base import Processor

class Nothing(Processor):
    """Does nothing."""

    id = "{id}"
    title = "何もしない業務"
    city = "own"
'''


def each() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("service", SERVICES, ids=[one.id for one in SERVICES])


@each()
def test_every_service_has_a_title_words_a_deadline_and_fields_with_labels(service: Processor) -> None:
    assert service.title
    assert service.words.named
    assert any(isinstance(one.rule, AfterBusinessDays) for one in service.deadlines)
    assert all(spec.label for spec in service.request.specs().values())


@each()
def test_every_service_declares_its_risk(service: Processor) -> None:
    assert service.risk(None).value in {"R0", "R1", "R2", "R3"}


@each()
def test_every_system_that_a_service_may_name_has_a_name_for_people(service: Processor) -> None:
    if not isinstance(service, AccountUnlock):
        return
    specs = service.request.specs()
    values = [
        {name: code} for name in ("environment", "system_name") if name in specs for code in specs[name].words
    ]
    named = {service.system(one) for one in ({}, *values)}
    assert named == set(service.systems), "catalogue names systems by codes"


@each()
def test_every_service_has_its_letters_with_declared_variables_only(service: Processor) -> None:
    declared = {service.template(block.name): block.variables for block in service.letters}
    assert declared
    LetterTemplates.load().check(declared)


@each()
def test_every_service_has_a_clean_and_a_flagged_sample(service: Processor) -> None:
    flagged = {one.expected["flagged"] for one in samples() if one.expected["service"] == service.id}
    assert flagged == {True, False}


@each()
def test_every_service_stands_in_the_folder_of_its_city(service: Processor) -> None:
    assert type(service).__module__.split(".")[-2] == service.city


@each()
def test_every_ledger_of_a_service_is_declared_with_its_key_column(service: Processor) -> None:
    for name in service.ledgers:
        ledger = catalogue().ledgers[name]
        assert ledger.column(ledger.key)


@each()
def test_every_field_but_an_operators_decision_has_a_label_by_which_a_mail_can_give_it(
    service: Processor,
) -> None:
    given = {name for name, spec in service.request.specs().items() if not spec.by_operator}
    assert given == set(service.labels().values())


class _AccountRequest(CommonFields):
    user_name: str | None = field("利用者氏名", aliases=("氏名",), rule=Rule.PERSON)


class _Account(Processor):
    request = _AccountRequest


def test_a_label_of_a_services_own_field_wins_over_a_common_one() -> None:
    labels = _Account.labels()
    assert labels[label_key("氏名")] == "user_name"
    assert labels[label_key("担当者")] == "requester_name"


def test_the_labels_of_the_common_fields_are_all_there() -> None:
    assert CommonFields.specs()["department"].aliases[:3] == ("所属", "所属名", "所属課")
    assert sum(len(spec.aliases) for spec in CommonFields.specs().values()) == 60


def test_a_folder_of_ones_own_is_looked_through_too(tmp_path: Path) -> None:
    (tmp_path / "nothing.py").write_text(OWN.format(id="own-nothing"), "utf-8")
    found = Catalogue.load(["kobe"], tmp_path)
    assert found.service("own-nothing").title == "何もしない業務"
    assert {one.id for one in found.all()} == {*(one.id for one in SERVICES), "own-nothing"}


def test_a_service_declared_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(OWN.format(id="lte-handover"), "utf-8")
    with pytest.raises(DeclaredTwice):
        Catalogue.load(["kobe"], tmp_path)


def test_unknown_names_are_refused() -> None:
    assert "kobe" in known_cities()
    with pytest.raises(UnknownCity):
        Catalogue.load(["atlantis"])
    with pytest.raises(UnknownService):
        catalogue().service("pc-repair")
