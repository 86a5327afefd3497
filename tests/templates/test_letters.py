"""Letters: one line of subject, wrapped text, values that are only data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from tests.sample_files import Sample, catalogue, samples
from uketsuke.domain.plan import AgreeDate, ManualTask, Ref, SendMail, Value
from uketsuke.errors import ConfigurationError
from uketsuke.templates.letters import GENERAL, BrokenTemplate, LetterTemplates, package_loader
from uketsuke.templates.wrapping import WIDTH, columns, wrap

HOUSE = {"city": "みなと市", "desk": "情報システムヘルプデスク", "phone": "内線 5500", "hours": ""}
DECLARED = GENERAL | {
    service.template(block.name): block.variables
    for service in catalogue().all()
    for block in service.letters
}
KNOWN = {"asset_no": ["LTE-0050", "LTE-0051"], "handed_over_on": "2026-12-15"}
PEOPLE = ("names", "account_ids", "changes")
"""Lists with one entry for each person."""
PLANNED = tuple(one for one in samples() if one.expected.get("plan_state") in ("ready", "held"))


@pytest.fixture
def letters() -> LetterTemplates:
    return LetterTemplates(package_loader(), HOUSE)


def facts_of(letter: SendMail) -> dict[str, Any]:
    """The facts once everything is known."""

    def known(value: Value) -> Any:
        return KNOWN.get(value.name, "2026-12-14") if isinstance(value, Ref) else value

    return {name: known(value) for name, value in letter.facts.items()} | {"recipient": letter.recipient}


def full(template: str) -> dict[str, Any]:
    """Every declared variable of a letter with a value of its sort."""
    days = {
        "hand_over_date",
        "return_date",
        "desired_date",
        "done_on",
        "asked_on",
        "stopped_on",
        "expires_on",
    }
    values: dict[str, Any] = {name: f"<{name}>" for name in DECLARED[template]}
    values |= dict.fromkeys(days & values.keys(), "2026-12-14")
    values |= {name: ["2026-12-14", "2026-12-15"] for name in ("offered", "questions") if name in values}
    values |= {name: [f"<{name}>"] for name in PEOPLE if name in values}
    return values | dict.fromkeys({"promised", "until"} & values.keys(), "2026-12-09T17:30:00+09:00")


def test_every_letter_exists_and_uses_only_declared_variables(letters: LetterTemplates) -> None:
    letters.check(DECLARED)


@pytest.mark.parametrize("template", DECLARED)
def test_every_letter_names_number_city_desk_and_phone(template: str, letters: LetterTemplates) -> None:
    letter = letters.render(template, full(template))
    assert "<receipt_number>" in letter.subject
    assert all(word in letter.body for word in ("みなと市", "情報システムヘルプデスク", "内線 5500"))


@pytest.mark.parametrize("template", DECLARED)
def test_every_letter_can_be_written_with_nothing_that_may_be_absent(
    template: str, letters: LetterTemplates
) -> None:
    lists = ("offered", "questions", *PEOPLE)
    facts = {name: [] if name in lists else None for name in DECLARED[template]}
    assert letters.render(template, {**facts, "kind": "返却", "place": "窓口"}).body.strip()


@pytest.mark.parametrize("sample", PLANNED, ids=[one.path.stem for one in PLANNED])
def test_every_letter_of_every_planned_sample_can_be_written(
    sample: Sample, letters: LetterTemplates
) -> None:
    for step in sample.assessed(number="2026-000087-6").steps or ():
        if isinstance(step, SendMail):
            letter = letters.render(step.template, facts_of(step))
            assert "2026-000087-6" in letter.subject
            assert "None" not in letter.body
            assert step.recipient in letter.body


def test_a_contact_writes_the_accepted_day_as_letters_write_days(letters: LetterTemplates) -> None:
    sample = next(one for one in PLANNED if one.path.stem == "kobe-06-lte-handover-clean-exchange")
    contact = next(one for one in sample.assessed().steps or () if isinstance(one, SendMail))
    body = letters.render(contact.template, facts_of(contact)).body
    assert "12月14日（月）" in body
    assert "小林 誠　様" in body
    assert "LTE-0017" in body


def test_a_contact_without_a_possible_day_lists_the_days_offered(letters: LetterTemplates) -> None:
    sample = next(one for one in PLANNED if one.path.stem == "own-closed-day-flagged")
    contact = next(one for one in sample.assessed().steps or () if isinstance(one, SendMail))
    body = letters.render(contact.template, facts_of(contact)).body
    assert "ご希望の11月23日（月）は、受渡しができない日です" in body
    assert "・11月19日（木）" in body


def test_a_promise_is_written_with_day_and_hour(letters: LetterTemplates) -> None:
    facts = full("general.acknowledgement")
    assert "12月9日（水）17時30分までに" in letters.render("general.acknowledgement", facts).body


@pytest.mark.parametrize(
    "nasty", ["{{ 7*7 }}", "{% include 'x' %}", "a\r\nBcc: x@city.example.lg.jp", "\u202eabc"]
)
@pytest.mark.parametrize("template", DECLARED)
def test_ap_56_a_value_is_never_evaluated_and_makes_no_header(
    template: str, nasty: str, letters: LetterTemplates
) -> None:
    facts = {
        name: nasty if isinstance(value, str) and value.startswith("<") else value
        for name, value in full(template).items()
    }
    facts |= {name: [nasty] for name in ("questions", *PEOPLE)}
    letter = letters.render(template, {**facts, "recipient": nasty, "text": ""})
    assert not any(char in letter.subject for char in "\r\n\u202e")
    assert "\nBcc:" not in letter.body
    assert "49" not in letter.body


def test_an_operators_paragraphs_stay_paragraphs(letters: LetterTemplates) -> None:
    facts = full("general.question") | {"text": "一段目です。\r\n\r\n二段目です。"}
    assert "一段目です。\n\n二段目です。" in letters.render("general.question", facts).body


def test_unknown_variables_missing_blocks_and_missing_files_are_told_at_once() -> None:
    text = "{% block a_subject %}{{ typo }}{% endblock %}{% block a_body %}{{ self.b() }}{% endblock %}"
    letters = LetterTemplates(DictLoader({"x/y.txt": text}), HOUSE)
    with pytest.raises(ConfigurationError) as caught:
        letters.check({"x.y.a": {"known"}, "x.y.c": (), "z.a": ()})
    assert len(caught.value.problems) == 5
    assert any("typo" in problem for problem in caught.value.problems)


def test_a_missing_fact_is_an_error_not_an_empty_line(letters: LetterTemplates) -> None:
    with pytest.raises(BrokenTemplate, match="receipt_number"):
        letters.render("general.withdrawn", {"subject_line": "x"})


def test_a_template_cannot_reach_behind_its_values() -> None:
    text = "{% block a_subject %}{{ x.__class__.__mro__ }}{% endblock %}{% block a_body %}{% endblock %}"
    with pytest.raises(BrokenTemplate):
        LetterTemplates(DictLoader({"x.txt": text}), HOUSE).render("x.a", {"x": "y"})


@given(st.text(alphabet="あ漢ア、。（）「」abc 019-/:", max_size=400))
def test_wrapping_keeps_every_character_but_blanks(text: str) -> None:
    assert "".join(wrap(text).split()) == "".join(text.split())


@given(st.text(alphabet="あ漢ア、。）abc ", max_size=400))
def test_a_wrapped_line_is_too_wide_only_by_what_may_not_begin_a_line(text: str) -> None:
    for line in wrap(text).splitlines():
        bare = line.rstrip("、。） ")
        assert columns(bare) <= WIDTH or not any(char in bare for char in "あ漢ア ")


def test_wrapping_tears_no_address() -> None:
    url = "https://desk.city.example.lg.jp/s/" + "a" * 80
    assert url in wrap(f"現在の状況は次のページでご覧いただけます。{url} をご覧ください。")


def test_tasks_and_agreements_write_no_letter() -> None:
    steps = PLANNED[0].assessed().steps or ()
    assert {type(one) for one in steps} >= {AgreeDate, ManualTask, SendMail}
