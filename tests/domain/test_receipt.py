"""Receipt numbers: what is accepted on the phone, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.receipt import ReceiptNumber, WrongReceiptNumber, fiscal_year, parse

TODAY = date(2026, 11, 20)

# Every number that the mock-ups and the catalogue show.
SHOWN = [
    "2026-000034-6",
    "2026-000043-9",
    "2026-000061-9",
    "2026-000064-3",
    "2026-000066-2",
    "2026-000070-4",
    "2026-000072-0",
    "2026-000079-9",
    "2026-000084-5",
    "2026-000087-6",
    "2026-000091-6",
    "2026-000096-9",
    "2026-000104-8",
    "2026-000123-8",
]

numbers = st.builds(ReceiptNumber.of, st.integers(2020, 2099), st.integers(1, 999_999))


@pytest.mark.parametrize("text", SHOWN)
def test_the_check_digit_is_that_of_the_specification(text: str) -> None:
    assert str(ReceiptNumber.of(2026, int(text[5:11]))) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-000087-6",
        "２０２６－００００８７－６",
        "20260000876",
        "000087-6",
        "0000876",
        "０００087ー6",
        " 2026‐000087−6 ",
        "2026 000087 6",
    ],
)
def test_ap_64_a_number_is_read_in_every_way_people_type_it(text: str) -> None:
    assert parse(text, TODAY) == ReceiptNumber.of(2026, 87)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "form"),
        ("87-6", "form"),
        ("2026-0000876-6", "form"),
        ("LTE-0217", "form"),
        ("2026-000000-1", "serial"),
        ("0026-000087-6", "serial"),
        ("2026-000087-5", "check-digit"),
    ],
)
def test_ap_64_what_is_no_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(WrongReceiptNumber) as caught:
        parse(text, TODAY)
    assert (caught.value.text, caught.value.reason) == (text, reason)


@given(numbers, st.integers(0, 10), st.integers(1, 9))
def test_ap_64_any_single_wrong_digit_is_refused(number: ReceiptNumber, place: int, step: int) -> None:
    digits = str(number).replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    with pytest.raises(WrongReceiptNumber):
        parse(wrong, TODAY)


@given(numbers, st.integers(0, 9))
def test_ap_64_any_two_swapped_neighbours_are_refused(number: ReceiptNumber, place: int) -> None:
    digits = str(number).replace("-", "")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    if swapped != digits:
        with pytest.raises(WrongReceiptNumber):
            parse(swapped, TODAY)


@given(numbers)
def test_what_is_written_is_read_back(number: ReceiptNumber) -> None:
    assert parse(str(number), TODAY) == number


def test_ap_64_the_fiscal_year_changes_at_midnight_of_the_first_of_april_in_japan() -> None:
    assert fiscal_year(datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC)) == 2026
    assert fiscal_year(datetime(2027, 3, 31, 15, 0, 0, tzinfo=UTC)) == 2027
    assert (fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1))) == (2026, 2027)


def test_a_number_without_its_year_is_one_of_the_fiscal_year_that_runs() -> None:
    number = ReceiptNumber.of(2026, 87)
    assert parse("000087-6", date(2027, 3, 31)) == number
    assert parse("000087-6", date(2026, 4, 1)) == number


@pytest.mark.parametrize("serial", [0, -1, 1_000_000])
def test_a_serial_that_does_not_fit_is_refused(serial: int) -> None:
    with pytest.raises(WrongReceiptNumber):
        ReceiptNumber.of(2026, serial)
