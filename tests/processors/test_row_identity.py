"""A record's applicant changes the table after an operator corrected it: nothing comes into another row."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.processors.tables import AT, BASE, HARA, NAKAMURA, cells, judged, record_content, table
from uketsuke.domain.content import Content
from uketsuke.domain.corrections import corrected
from uketsuke.domain.reading import Reading

MORI = {"氏名": "森 さくら", "利用者メール": "mori-s@city.example.lg.jp"}


def record(*rows: dict[str, str]) -> Content:
    return record_content((*BASE, table(*(cells(**row) for row in rows))))


def names(reading: Reading) -> list[Any]:
    rows = reading.plain()["users"]
    assert isinstance(rows, list)
    return [row["user_name"] for row in rows if isinstance(row, dict)]


def typed(reading: Reading, **values: str) -> Reading:
    return corrected(
        reading, {path.replace("__", "."): text for path, text in values.items()}, "operator01", AT
    )


def test_read_again_as_it_was_nothing_changes() -> None:
    first = judged(record(NAKAMURA, HARA, HARA)).reading
    again = judged(record(NAKAMURA, HARA, HARA), first).reading
    assert again == first
    assert again.row_ids("users") == (0, 1, 2)


def test_a_correction_stays_with_its_person_when_another_row_goes() -> None:
    reading = typed(judged(record(NAKAMURA, HARA)).reading, **{"users[1].user_name": "原 美紗"})
    for _ in range(2):
        reading = judged(record(HARA), reading).reading
        assert names(reading) == ["原 美紗"]
        assert reading.row_ids("users") == (1,)


def test_a_correction_never_comes_to_stand_in_another_person_s_row() -> None:
    reading = typed(judged(record(NAKAMURA)).reading, **{"users[0].user_email": "other@city.example.lg.jp"})
    for _ in range(2):
        found = judged(record(HARA), reading)
        reading = found.reading
        assert found.values["users"] == [
            {"user_name": "原 美咲", "user_email": HARA["利用者メール"], "amount": 1}
        ]
        assert reading.row_ids("users") == (1,)


def test_what_a_person_took_out_stays_out_and_what_was_put_in_stays_in() -> None:
    reading = typed(judged(record(NAKAMURA, HARA)).reading, **{"users[0]": "", "users[+]": ""})
    reading = typed(reading, **{"users[1000].user_name": "井上 彩"})
    for _ in range(2):
        reading = judged(record(MORI, NAKAMURA, HARA), reading).reading
        assert names(reading) == ["森 さくら", "原 美咲", "井上 彩"]
        assert reading.row_ids("users") == (2, 1, 1000)
    reading = judged(record(MORI), reading).reading
    assert names(reading) == ["森 さくら", "井上 彩"]


ROWS = st.lists(st.sampled_from((NAKAMURA, HARA, MORI)), max_size=4)


@settings(max_examples=15, deadline=None)
@given(ROWS, ROWS, ROWS, st.integers(0, 3))
def test_however_a_table_changes_a_corrected_name_stands_beside_its_own_address(
    first: list[dict[str, str]], second: list[dict[str, str]], third: list[dict[str, str]], place: int
) -> None:
    reading = judged(record(*first)).reading
    if ids := reading.row_ids("users"):
        row = ids[place % len(ids)]
        reading = typed(reading, **{f"users[{row}].user_name": f"訂正 {first[place % len(ids)]['氏名'][0]}"})
    for rows in (second, third):
        found = judged(record(*rows), reading)
        reading = found.reading
        people = found.values["users"]
        assert isinstance(people, list)
        assert len(people) == len(rows)
        for person, row in zip(people, rows, strict=True):
            assert isinstance(person, dict)
            assert person["user_email"] == row["利用者メール"]
            assert person["user_name"] in (row["氏名"], f"訂正 {row['氏名'][0]}")
