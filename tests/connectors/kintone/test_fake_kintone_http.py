"""Over HTTP: how requests may be written, what the server says of its limits, and its faults."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.kintone.city import APPLICATION, EKOBE, City, password
from uketsuke.connectors.fake_kintone.transport import Cut

RECORD, RECORDS = "/k/v1/record.json", "/k/v1/records.json"
TOKEN = {"X-Cybozu-API-Token": "example-ekobe"}


def test_parameters_stand_in_the_url_or_in_a_body(city: City) -> None:
    city.apply()
    url = f"{RECORDS}?app={EKOBE}&query=limit 1&fields[0]=所属&fields[1]=$id&totalCount=true"
    found = city.http.get(url, headers=TOKEN)
    assert found.json()["totalCount"] == "1"
    assert set(found.json()["records"][0]) == {"所属", "$id"}
    body = {"app": EKOBE, "fields": ["所属"]}
    override = city.http.post(RECORDS, json=body, headers=TOKEN | {"X-HTTP-Method-Override": "GET"})
    assert list(override.json()["records"][0]) == ["所属"]


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ("{", "application/json", "CB_IJ01"),
        ("[1]", "application/json", "CB_IJ01"),
        ("app=1", "text/plain", "CB_IL02"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(city: City, content: str, kind: str, code: str) -> None:
    answer = city.http.post(RECORD, content=content, headers=TOKEN | {"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["X-Cybozu-Error"] == code


def test_a_get_without_body_has_no_content_type(city: City) -> None:
    answer = city.http.get(f"{RECORDS}?app={EKOBE}", headers=TOKEN | {"Content-Type": "application/json"})
    assert answer.json()["code"] == "CB_IL02"


def test_a_url_above_8_kb_is_too_long(city: City) -> None:
    assert city.http.get(f"{RECORDS}?app={EKOBE}&query={'a' * 9000}", headers=TOKEN).status_code == 414


def test_every_answer_says_how_many_requests_run(city: City) -> None:
    answer = city.http.get(f"{RECORDS}?app={EKOBE}", headers=TOKEN)
    assert answer.headers["X-ConcurrencyLimit-Limit"] == "100"
    assert answer.headers["X-ConcurrencyLimit-Running"] == "1"


def test_requests_above_the_limit_are_turned_away(city: City) -> None:
    city.control("limits", {"concurrency": 0}, "PUT")
    answer = city.http.get(f"{RECORDS}?app={EKOBE}", headers=TOKEN)
    assert (answer.status_code, answer.json()["code"]) == (429, "GAIA_TO04")


@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [
        ({"kind": "status", "status": 502}, 502, 0),
        ({"kind": "status", "status": 500, "when": "after"}, 500, 1),
        ({"kind": "busy"}, 429, 0),
        ({"kind": "locked"}, 400, 0),
        ({"kind": "html", "status": 503}, 503, 0),
        ({"kind": "html", "status": 503, "when": "after"}, 503, 1),
        ({"kind": "latency", "seconds": 0.01}, 200, 1),
    ],
)
def test_a_fault_comes_before_the_effect_or_after_it(
    city: City, fault: dict[str, Any], status: int, kept: int
) -> None:
    city.control("faults", {"path": RECORD, "method": "POST", **fault})
    body = {"app": EKOBE, "record": APPLICATION}
    assert city.http.post(RECORD, json=body, headers=TOKEN).status_code == status
    assert len(city.domain.apps[EKOBE].records) == kept
    assert city.http.post(RECORD, json=body, headers=TOKEN).status_code == 200


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_the_effect_or_after_it(city: City, when: str, kept: int) -> None:
    city.control("faults", {"kind": "cut", "when": when})
    with pytest.raises(Cut):
        city.http.post(RECORD, json={"app": EKOBE, "record": APPLICATION}, headers=TOKEN)
    assert len(city.domain.apps[EKOBE].records) == kept


def test_faults_wait_for_their_turn(city: City) -> None:
    city.control("faults", {"kind": "status", "skip": 1, "times": 2})
    url = f"{RECORDS}?app={EKOBE}"
    assert [city.http.get(url, headers=TOKEN).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_maintenance_answers_everything_with_a_page_for_people(city: City) -> None:
    city.control("maintenance", {"on": True}, "PUT")
    answer = city.http.get(f"{RECORDS}?app={EKOBE}", headers=password("aoki-c"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_its_clock_may_be_ahead_of_ours(city: City) -> None:
    city.control("clock", {"skew_seconds": 300}, "PUT")
    assert city.record(city.apply())["作成日時"] == "2026-11-20T00:35:00Z"
