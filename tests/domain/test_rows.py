"""Tables in a reading: rows keep their ids, cells their history, the plain values are the table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from uketsuke.domain.reading import (
    FIRST_TYPED_ROW,
    Concern,
    FieldValue,
    Reading,
    RowGone,
    Source,
    SourceKind,
    cell_path,
    table_value,
)
from uketsuke.domain.request import Row, Rule, ServiceRequest, cell_of, field, listed, rows, spec_at

TYPED = Source(kind=SourceKind.OPERATOR, who="operator01")
READ = Source(kind=SourceKind.KINTONE_FIELD, part="利用者一覧")


class User(Row):
    """A row."""

    user_name: str = field("氏名", rule=Rule.PERSON, required=True)
    user_email: str = field("メールアドレス", rule=Rule.EMAIL, required=True)


class Application(ServiceRequest):
    """A request with a table and a list."""

    kind: str = field("申請区分", required=True)
    users: tuple[User, ...] = rows("利用者一覧", User, aliases=("利用者",), most=3)
    members: tuple[str, ...] = listed("対象ユーザー")


def value(words: str) -> FieldValue:
    return FieldValue(value=words, raw=words, source=READ, rule="label")


def read(count: int) -> Reading:
    cells = {cell_path("users", row, "user_name"): (value(f"n{row}"),) for row in range(count)}
    return Reading(values={"users": (table_value(range(count), READ, "label"),), **cells})


STEPS = st.lists(
    st.tuples(st.sampled_from(("add", "remove", "correct", "move")), st.integers(0, 9)), max_size=12
)


@given(st.integers(0, 4), STEPS)
def test_rows_added_removed_and_corrected_are_those_of_a_plain_list(count: int, steps: Any) -> None:
    reading, model = read(count), [[row, f"n{row}"] for row in range(count)]
    seen, gone = set(range(count)), set[int]()
    for step, number in steps:
        before = reading
        ids, place = [one[0] for one in model], number % len(model) if model else 0
        if step == "add":
            fresh = reading.fresh_row("users")
            assert fresh not in seen
            seen.add(fresh)
            model.append([fresh, "new"])
            reading = reading.with_rows("users", [*ids, fresh], TYPED, "operator")
            reading = reading.with_value(cell_path("users", fresh, "user_name"), value("new"))
        elif model and step == "remove":
            gone.add(model.pop(place)[0])
            reading = reading.with_rows("users", [one for one in ids if one not in gone], TYPED, "operator")
        elif model and step == "correct":
            model[place][1] = f"c{number}"
            path = cell_path("users", ids[place], "user_name")
            reading = reading.with_value(path, value(f"c{number}"))
        elif model and step == "move":
            model.reverse()
            reading = reading.with_rows("users", ids[::-1], TYPED, "operator")
        assert reading.plain()["users"] == [{"user_name": name} for _, name in model]
        assert all(reading.values[path][: len(old)] == old for path, old in before.values.items())
        assert gone.isdisjoint(reading.row_ids("users"))


def test_a_row_that_was_taken_out_does_not_come_back_and_none_stands_twice() -> None:
    reading = read(2).with_rows("users", [1], TYPED, "operator")
    with pytest.raises(RowGone):
        reading.with_rows("users", [1, 0], TYPED, "operator")
    with pytest.raises(ValueError, match="once"):
        reading.with_rows("users", [1, 1], TYPED, "operator")


def test_rows_that_people_add_never_meet_rows_of_the_message() -> None:
    assert read(3).fresh_row("users") == FIRST_TYPED_ROW
    typed = read(3).with_value("users[1007].user_name", value("x"))
    assert typed.fresh_row("users") == 1008


def test_a_table_without_rows_is_there_and_a_list_of_codes_is_no_table() -> None:
    reading = read(0).with_value("members", value("a").model_copy(update={"value": ["a", "b"]}))
    assert reading.plain() == {"users": [], "members": ["a", "b"]}
    assert reading.row_ids("members") == ()


def test_a_row_without_a_readable_cell_stays() -> None:
    unread = value("?").model_copy(update={"value": None})
    reading = read(2).with_value("users[1].user_name", unread)
    assert reading.plain()["users"] == [{"user_name": "n0"}, {}]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("users", "利用者一覧"),
        ("users[7]", "利用者一覧"),
        ("users[7].user_email", "メールアドレス"),
        ("users[7].other", None),
        ("kind[1].x", None),
        ("other", None),
    ],
)
def test_every_path_says_what_it_is_for_people(path: str, label: str | None) -> None:
    spec = spec_at(Application.specs(), path)
    assert (spec.label if spec else None) == label


@given(st.text(alphabet="users[0]1.9٣ \n", max_size=14))
def test_only_paths_are_taken_apart(text: str) -> None:
    cell = cell_of(text)
    assert cell is None or cell_of(str(cell)) == cell


def test_the_request_holds_rows_and_lists_and_no_more_than_declared() -> None:
    row = {"user_name": "中村 淳", "user_email": "n@city.example.lg.jp"}
    request = Application.model_validate({"kind": "create", "users": [row], "members": ["a"]})
    assert request.users == (User(**row),)
    assert request.members == ("a",)
    assert Application.model_validate({"kind": "create"}).users == ()
    with pytest.raises(ValidationError):
        Application.model_validate({"kind": "create", "users": [row] * 4})
    with pytest.raises(ValidationError):
        Application.model_validate({"kind": "create", "users": [{**row, "other": 1}]})


def test_an_override_holds_though_the_row_has_moved() -> None:
    concern = Concern(code="missing-field", rule="FR-01", field="users[1].user_email", facts={"row": 2})
    assert concern.key == concern.model_copy(update={"facts": {"row": 1}}).key
