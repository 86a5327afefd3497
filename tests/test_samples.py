"""Every sample comes out exactly as its `.expected.json` says (catalogue/README, last table but one).

Samples of services that are not there yet (pc-handover, ekobe-unlock) are checked for
what does not depend on them: path and identity, evidence, applied_at, the general rules.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.sample_files import WORLDS, Sample, catalogue, samples
from tests.sample_plans import narrowed, per_name, shown, shown_due, told
from uketsuke.domain.content import Kind
from uketsuke.domain.plan import AgreeDate, Ref, SendMail
from uketsuke.templates.letters import LetterTemplates

ALL = tuple(samples())
SERVICES = {service.id for service in catalogue(*WORLDS).all()}
OURS = tuple(one for one in ALL if one.expected["service"] in {*SERVICES, None})
LATER = tuple(one for one in ALL if one not in OURS)
PLANNED = tuple(one for one in OURS if "plan" in one.expected)
KINDS = {
    "ignore": Kind.AUTOMATIC,
    "attach-to-outgoing": Kind.BOUNCE,
    "attach-to-receipt": Kind.REPLY,
    "open-inquiry": Kind.INQUIRY,
}


def each(*found: Sample) -> pytest.MarkDecorator:
    """One test per sample, under its name."""
    return pytest.mark.parametrize("sample", [pytest.param(one, id=one.path.stem) for one in found])


@each(*OURS)
def test_the_service_and_the_fields_are_as_expected(sample: Sample) -> None:
    assessment = sample.assessed()
    assert assessment.service == sample.expected["service"]
    assert assessment.values == sample.expected["fields"]


@each(*OURS)
def test_exactly_the_expected_flags_are_raised(sample: Sample) -> None:
    raised = sorted((one.rule, one.field or "") for one in sample.assessed().concerns)
    assert raised == sorted((one["rule"], one["field"] or "") for one in sample.expected["flags"])
    assert bool(raised) is sample.expected["flagged"]


@each(*OURS)
def test_the_authority_is_as_expected(sample: Sample) -> None:
    authority = sample.assessed().authority.model_dump(
        mode="json", exclude={"person", "doubts", "declared", "posts"}
    )
    assert authority == {"second_person": None, **sample.expected["authority"]}


@each(*ALL)
def test_the_clock_starts_when_it_was_applied(sample: Sample) -> None:
    assert sample.assessed().applied_at == datetime.fromisoformat(sample.expected["applied_at"])


@each(*OURS)
def test_every_step_of_the_service_is_due_as_expected(sample: Sample) -> None:
    dues = {str(step): shown_due(due) for step, due in sample.assessed().deadlines.items()}
    assert dues == sample.expected["due"]


@each(*ALL)
def test_messages_that_open_no_request_are_told_apart(sample: Sample) -> None:
    assessment = sample.assessed()
    assert assessment.kind is KINDS.get(sample.expected.get("action", ""), Kind.REQUEST)
    assert assessment.action == sample.expected.get("action", "open-request")


@each(*(one for one in OURS if "plan_state" in one.expected))
def test_the_plan_is_ready_held_or_not_there_as_expected(sample: Sample) -> None:
    assert sample.assessed().plan_state == sample.expected["plan_state"]


@each(*(one for one in OURS if "offered" in one.expected))
def test_without_a_possible_date_the_next_days_are_offered(sample: Sample) -> None:
    steps = sample.assessed().steps or ()
    agree = next(step for step in steps if isinstance(step, AgreeDate))
    letter = next(step for step in steps if isinstance(step, SendMail))
    assert [day.isoformat() for day in agree.offered] == sample.expected["offered"]
    assert letter.facts["offered"] == sample.expected["offered"]
    assert not agree.proposed


@each(*PLANNED)
def test_the_plan_has_exactly_the_expected_steps(sample: Sample) -> None:
    assessment = sample.assessed()
    steps = [shown(step, assessment) for step in assessment.steps or () if step.of]
    expected = sample.expected["plan"]
    assert [narrowed(ours, theirs) for ours, theirs in zip(steps, expected, strict=True)] == expected


@each(*PLANNED)
def test_the_letters_go_to_whom_and_tell_what_is_expected(sample: Sample) -> None:
    steps = sample.assessed(number="2026-000087-6").steps or ()
    letters = [step for step in steps if isinstance(step, SendMail)]
    assert [(one.template, one.to) for one in letters] == [
        (one["template"], one["to"]) for one in sample.expected["letters"]
    ]
    for letter, expected in zip(letters, sample.expected["letters"], strict=True):
        for name, fact in expected["facts"].items():
            if isinstance(fact, dict):
                assert per_name(letter, steps).keys() == fact.keys()
                fact = None if None in fact.values() else list(fact.values())
            value = told(letter.facts[name], steps)
            assert value == fact if fact is not None else value is not None, name


@each(*(one for one in PLANNED if one.expected["letters"]))
def test_no_letter_says_what_it_never_may(sample: Sample) -> None:
    templates = LetterTemplates.load()
    for step, expected in zip(_letters(sample), sample.expected["letters"], strict=True):
        facts = {name: WRITTEN.get(name, value) for name, value in step.facts.items()}
        facts = {name: None if isinstance(value, Ref) else value for name, value in facts.items()}
        letter = templates.render(step.template, {**facts, "recipient": step.recipient, "place": "窓口"})
        assert not [words for words in expected.get("never", ()) if words in letter.subject + letter.body]


@each(*LATER)
def test_what_does_not_depend_on_a_service_to_come_is_right_already(sample: Sample) -> None:
    assessment = sample.assessed()
    expected = sample.expected["authority"]
    found = assessment.authority.model_dump(mode="json")
    assert {name: found[name] for name in ("path", "identity", "evidence")} == {
        name: expected[name] for name in ("path", "identity", "evidence")
    }
    general = [(one.rule, one.field) for one in assessment.concerns if one.rule != "FR-08"]
    assert general == [(one["rule"], one["field"]) for one in sample.expected["flags"]]


WRITTEN = {"done_on": "2026-12-17", "outcome": "done", "password_by": "phone"}
WRITTEN |= {"department_id": "D1104", "account_id": "K1104002", "account_ids": "K1104001"}
"""What people and systems leave, as the letters of an unlock tell it."""


def _letters(sample: Sample) -> list[SendMail]:
    return [one for one in sample.assessed(number="2026-000087-6").steps or () if isinstance(one, SendMail)]
