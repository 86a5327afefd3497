"""How a number is made of prefix, department and count; what of a plan is many at once."""

from __future__ import annotations

import pytest

from uketsuke.domain.authority import Risk
from uketsuke.domain.gravity import risk_of
from uketsuke.domain.numbering import NoStem, NumberSeries
from uketsuke.domain.plan import AllocateNumber, ManualTask, Ref, TaskPerson, is_pending, resolve
from uketsuke.processors.kobe.ledgers import EKOBE_ACCOUNTS

PERSONS = EKOBE_ACCOUNTS.series_of("account_id")
TRIAL = NumberSeries("trial_account_id", column="trial_account_id", prefix="T", width=4)


def test_numbers_are_made_as_the_catalogue_says() -> None:
    assert EKOBE_ACCOUNTS.series_of("department_id").number("D1104", 1) == "D1104"
    assert PERSONS.number(PERSONS.stem("110400"), 1) == "K1104001"
    assert TRIAL.number(TRIAL.stem(None), 46) == "T0046"


@pytest.mark.parametrize(
    ("number", "count"), [("K1104003", 3), ("K1102003", None), ("K11040031", None), ("K1104x03", None)]
)
def test_a_number_of_another_range_counts_for_nothing(number: str, count: int | None) -> None:
    assert PERSONS.count("K1104", number) == count


@pytest.mark.parametrize("code", [None, "", "11", "課1100"])
def test_a_department_without_four_digits_has_no_range(code: str | None) -> None:
    with pytest.raises(NoStem):
        PERSONS.stem(code)


def test_a_range_ends_with_its_digits_or_where_the_city_says() -> None:
    assert (PERSONS.end, NumberSeries("n", column="n", prefix="N", width=3, last=40).end) == (999, 40)


def test_one_of_the_numbers_is_known_when_the_numbers_are() -> None:
    second = Ref(step=1, name="numbers.1")
    assert is_pending(second, {})
    assert is_pending(second, {1: {"numbers": ["a"]}})
    assert resolve(second, {1: {"numbers": ["a", "b"]}}) == "b"


@pytest.mark.parametrize(("many", "risk"), [(20, Risk.R1), (21, Risk.R3)])
def test_more_than_twenty_new_rows_at_once_are_grave(many: int, risk: Risk) -> None:
    step = AllocateNumber(seq=1, ledger="l", series="s", count=many, row={"department": "課"})
    assert risk_of([step]) is risk


@pytest.mark.parametrize(("many", "risk"), [(20, Risk.R2), (21, Risk.R3)])
def test_more_than_twenty_people_of_a_task_are_grave_and_both_environments_count_once(
    many: int, risk: Risk
) -> None:
    persons = tuple(TaskPerson(label=str(place)) for place in range(many))
    tasks = [ManualTask(seq=seq, task="t", does=("change",), persons=persons) for seq in (1, 2)]
    assert risk_of(tasks) is risk
