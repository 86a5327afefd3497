"""Queries and cursors: what is found, in which order, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.kintone.city import EKOBE, LTE, City, Said

RECORDS, CURSOR = "/k/v1/records.json", "/k/v1/records/cursor.json"
STATES = ["在庫", "貸出中", "修理中"]


def fill(city: City, *rows: dict[str, Any]) -> None:
    """Records of the LTE ledger, numbered in order."""
    records = [
        {"管理番号": {"value": f"L{n}"}} | {code: {"value": value} for code, value in row.items()}
        for n, row in enumerate(rows, 1)
    ]
    for at in range(0, len(records), 100):
        city.call("POST", RECORDS, {"app": LTE, "records": records[at : at + 100]})


def find(city: City, query: str) -> list[str]:
    answer = city.call("GET", RECORDS, {"app": LTE, "query": query})
    return [one["管理番号"]["value"] for one in answer.json["records"]]


def ask(city: City, query: str, **more: Any) -> Said:
    return city.call("GET", RECORDS, {"app": LTE, "query": query, **more})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["L3", "L2", "L1"]),
        ('台数 > "1"', ["L3", "L2"]),
        ('台数 >= 10 and 状態 in ("貸出中")', ["L2"]),
        ('状態 in ("在庫") or 台数 = 20 order by 台数 desc', ["L3", "L1"]),
        ('(状態 in ("在庫") or 状態 in ("貸出中")) and 台数 < 9', ["L1"]),
        ('管理番号 like "2"', ["L2"]),
        ('管理番号 not in ("L1", "L3")', ["L2"]),
        ("貸出日 = TODAY()", ["L2"]),
        ("貸出日 < THIS_MONTH() order by $id asc", ["L3"]),
        ('貸出日 = ""', ["L1"]),
        ("連絡日時 >= FROM_TODAY(-1, DAYS)", ["L3"]),
        ("更新日時 = TODAY() and $id < 2", ["L1"]),
        ("order by $id asc limit 1 offset 1", ["L2"]),
    ],
)
def test_a_query_finds_what_it_says(city: City, query: str, found: list[str]) -> None:
    fill(
        city,
        {"台数": "1"},
        {"台数": "10", "状態": "貸出中", "貸出日": "2026-11-20"},
        {"台数": "20", "状態": "修理中", "貸出日": "2026-10-31", "連絡日時": "2026-11-19T00:00:00+09:00"},
    )
    assert find(city, query) == found


def test_a_field_of_a_table_finds_the_record_of_any_row(city: City) -> None:
    city.apply(利用者=[{"value": {"利用者氏名": {"value": name}}} for name in ("甲", "乙")])
    for query, count in (('利用者氏名 in ("乙")', 1), ('利用者氏名 in ("丙")', 0)):
        assert len(city.call("GET", RECORDS, {"app": EKOBE, "query": query}).json["records"]) == count


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("台数 >", "CB_VA01"),
        ('管理番号 like "a\tb"', "CB_VA01"),
        ("台数 = 1 limit -1", "CB_VA01"),
        ('状態 = "在庫"', "GAIA_IQ03"),
        ("ない = 1", "GAIA_IQ11"),
        ("貸出日 = SOMEDAY()", "GAIA_IL08"),
        ("limit 501", "GAIA_QU01"),
        ("offset 10001", "GAIA_QU02"),
    ],
)
def test_a_wrong_query_is_refused_with_kintone_s_code(city: City, query: str, code: str) -> None:
    assert (ask(city, query).status, ask(city, query).code) == (400, code)


def test_only_the_fields_asked_for_come_and_the_count_when_it_is_asked_for(city: City) -> None:
    fill(city, {}, {})
    answer = ask(city, "limit 1", fields=["管理番号", "ない"], totalCount=True).json
    assert (answer["totalCount"], list(answer["records"][0])) == ("2", ["管理番号"])
    assert ask(city, "").json["totalCount"] is None


def test_a_cursor_gives_every_record_once_and_is_gone_at_its_end(city: City) -> None:
    fill(city, *({} for _ in range(5)))
    made = city.call("POST", CURSOR, {"app": LTE, "query": "order by $id asc", "size": 2}).json
    assert made["totalCount"] == "5"
    pages = [city.call("GET", CURSOR, {"app": LTE, "id": made["id"]}).json for _ in range(3)]
    assert [len(page["records"]) for page in pages] == [2, 2, 1]
    assert [page["next"] for page in pages] == [True, True, False]
    gone = city.call("DELETE", CURSOR, {"app": LTE, "id": made["id"]})
    assert (gone.status, gone.code) == (404, "GAIA_CN01")


def test_a_cursor_s_records_are_settled_at_its_making_their_values_when_read(city: City) -> None:
    fill(city, {}, {}, {})
    name = city.call("POST", CURSOR, {"app": LTE, "query": "order by $id asc"}).json["id"]
    city.call("DELETE", RECORDS, {"app": LTE, "ids": [2]})
    city.call("PUT", "/k/v1/record.json", {"app": LTE, "id": 1, "record": {"台数": {"value": 7}}})
    city.call("POST", "/k/v1/record.json", {"app": LTE, "record": {"管理番号": {"value": "new"}}})
    rows = city.call("GET", CURSOR, {"app": LTE, "id": name}).json["records"]
    assert [(row["管理番号"]["value"], row["台数"]["value"]) for row in rows] == [("L1", "7"), ("L3", "")]


def test_ten_cursors_live_at_once_each_ten_minutes_from_its_last_read(city: City) -> None:
    fill(city, {}, {}, {})
    make = {"app": LTE, "size": 1}
    names = [city.call("POST", CURSOR, make).json["id"] for _ in range(10)]
    full = city.call("POST", CURSOR, make)
    assert (full.status, full.code) == (429, "GAIA_TM12")
    city.clock.forward(minutes=9)
    city.call("GET", CURSOR, {"app": LTE, "id": names[0]})
    city.clock.forward(minutes=2)
    assert city.call("GET", CURSOR, {"app": LTE, "id": names[1]}).code == "GAIA_CN01"
    assert city.call("GET", CURSOR, {"app": LTE, "id": names[0]}).json["next"] is True


@pytest.mark.parametrize("wrong", [{"query": "limit 5"}, {"size": 501}, {"size": 0}])
def test_a_cursor_has_no_limit_of_its_own_and_at_most_500_rows(city: City, wrong: dict[str, Any]) -> None:
    assert city.call("POST", CURSOR, {"app": LTE, **wrong}).code == "CB_VA01"


ROWS = st.lists(
    st.fixed_dictionaries({"台数": st.sampled_from(["", "0", "2", "10"]), "状態": st.sampled_from(STATES)}),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from(STATES), st.integers(0, 11), st.booleans(), st.integers(1, 4))
def test_query_order_limit_and_cursor_agree_with_looking_at_every_record(
    rows: list[dict[str, str]], state: str, least: int, descending: bool, size: int
) -> None:
    city = SHARED
    city.domain.apps[LTE].records.clear()
    city.domain.apps[LTE].last_record = 0
    fill(city, *rows)
    wanted = [
        (n, row)
        for n, row in enumerate(rows, 1)
        if row["状態"] == state or (row["台数"] and Decimal(row["台数"]) >= least)
    ]
    wanted.sort(key=lambda one: -one[0])
    wanted.sort(key=lambda one: (one[1]["台数"] != "", Decimal(one[1]["台数"] or 0)), reverse=descending)
    expected = [f"L{n}" for n, _ in wanted]
    query = f'状態 in ("{state}") or 台数 >= {least} order by 台数 {"desc" if descending else "asc"}'
    assert find(city, query) == expected
    paged = [find(city, f"{query} limit {size} offset {at}") for at in range(0, 12, size)]
    assert [one for page in paged for one in page] == expected
    assert through_cursor(city, query, size) == expected


SHARED = City()


def through_cursor(city: City, query: str, size: int) -> list[str]:
    name = city.call("POST", CURSOR, {"app": LTE, "query": query, "size": size}).json["id"]
    found: list[str] = []
    following = True
    while following:
        page = city.call("GET", CURSOR, {"app": LTE, "id": name}).json
        found += [one["管理番号"]["value"] for one in page["records"]]
        following = page["next"]
    return found
