"""Records as kintone keeps them: types, rules of the form, revisions, a hundred at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.kintone.city import APPLICATION, EKOBE, LTE, City, Said
from uketsuke.connectors.fake_kintone.form import FieldSetting

RECORD, RECORDS = "/k/v1/record.json", "/k/v1/records.json"


def lte(city: City, **fields: Any) -> Said:
    record = {"管理番号": {"value": "LTE-0001"}} | {code: {"value": value} for code, value in fields.items()}
    return city.call("POST", RECORD, {"app": LTE, "record": record})


def test_a_record_is_read_back_with_types_and_texts(city: City) -> None:
    number = city.apply(環境=["本番環境"])
    found = city.call("GET", RECORD, {"app": EKOBE, "id": number}).json["record"]
    assert found["レコード番号"] == {"type": "RECORD_NUMBER", "value": "EKOBE-1"}
    assert found["$id"] == {"type": "__ID__", "value": "1"}
    assert found["$revision"] == {"type": "__REVISION__", "value": "1"}
    assert found["環境"] == {"type": "CHECK_BOX", "value": ["本番環境"]}
    assert found["完了日"] == {"type": "DATE", "value": None}
    assert found["ステータス"] == {"type": "STATUS", "value": "未処理"}


def test_what_a_token_wrote_was_written_by_the_administrator(city: City) -> None:
    assert city.record(city.apply())["作成者"] == {"code": "Administrator", "name": "Administrator"}


def test_moments_are_utc_and_to_the_minute(city: City) -> None:
    number = int(lte(city, 連絡日時="2026-11-20T18:05:59+09:00").json["id"])
    found = city.record(number, LTE)
    assert (found["連絡日時"], found["更新日時"]) == ("2026-11-20T09:05:00Z", "2026-11-20T00:30:00Z")


@pytest.mark.parametrize(
    ("fields", "key", "said"),
    [
        ({"管理番号": ""}, "record.管理番号.value", "必須です。"),
        ({"管理番号": "LTE-0001-0001-0001"}, "record.管理番号.value", "17文字より短くなければなりません。"),
        ({"台数": "1001"}, "record.台数.value", "1000以下である必要があります。"),
        ({"台数": "-1"}, "record.台数.value", "0以上である必要があります。"),
        ({"台数": "三"}, "record[台数].value", "数字でなければなりません。"),
        ({"状態": "行方不明"}, "record.状態.value", '"行方不明"は選択肢にありません。'),
        ({"貸出日": "2026-02-30"}, "record.貸出日.value", "日付または日時の形式が正しくありません。"),
    ],
)
def test_a_broken_rule_is_told_field_by_field(city: City, fields: Any, key: str, said: str) -> None:
    answer = lte(city, **fields)
    assert (answer.status, answer.code) == (400, "CB_VA01")
    assert answer.errors == {key: [said]}


def test_a_row_s_broken_rule_names_its_row(city: City) -> None:
    rows = {"利用者": {"value": [{"value": {"利用者氏名": {"value": ""}}}]}}
    answer = city.call("POST", RECORD, {"app": EKOBE, "record": APPLICATION | rows})
    assert answer.errors == {"record.利用者.value[0].value.利用者氏名.value": ["必須です。"]}


def test_a_value_that_another_record_has_is_refused(city: City) -> None:
    lte(city)
    assert lte(city).errors == {"record.管理番号.value": ["値がほかのレコードと重複しています。"]}


def test_numbers_come_back_as_normalised_text(city: City) -> None:
    assert city.record(int(lte(city, 台数=" 1.5e1 ").json["id"]), LTE)["台数"] == "15"


def test_unknown_fields_and_those_of_the_process_are_passed_over(city: City) -> None:
    number = city.apply(ない="x", ステータス="完了")
    assert city.record(number)["ステータス"] == "未処理"


def test_who_made_a_record_may_be_given_by_administrators_only(city: City) -> None:
    body = {"app": EKOBE, "record": APPLICATION | {"作成者": {"value": {"code": "aoki-c"}}}}
    assert city.call("POST", RECORD, body).code == "GAIA_NO01"
    number = int(city.call("POST", RECORD, body, by="Administrator").json["id"])
    assert city.record(number)["作成者"]["code"] == "aoki-c"


def test_an_update_on_another_revision_conflicts_and_changes_nothing(city: City) -> None:
    number = city.apply()
    change = {"app": EKOBE, "id": number, "record": {"受付番号": {"value": "2026-000001-0"}}}
    assert city.call("PUT", RECORD, {**change, "revision": 1}).json == {"revision": "2"}
    late = city.call("PUT", RECORD, {**change, "revision": 1})
    assert (late.status, late.code) == (409, "GAIA_CO02")
    assert city.record(number)["$revision"] == "2"


def test_revision_minus_one_means_any(city: City) -> None:
    body = {"app": EKOBE, "id": city.apply(), "record": {}, "revision": "-1"}
    assert city.call("PUT", RECORD, body).json == {"revision": "2"}


def test_rows_with_their_id_are_merged_and_the_others_replaced(city: City) -> None:
    people = [{"利用者氏名": {"value": name}, "利用者メールアドレス": {"value": "a@x"}} for name in "甲乙"]
    number = city.apply(利用者=[{"value": row} for row in people])
    first = city.record(number)["利用者"][0]["id"]
    rows = [
        {"id": first, "value": {"利用者氏名": {"value": "丙"}}},
        {"value": {"利用者氏名": {"value": "丁"}}},
    ]
    city.call("PUT", RECORD, {"app": EKOBE, "id": number, "record": {"利用者": {"value": rows}}})
    after = [
        (row["id"], *(cell["value"] for cell in row["value"].values()))
        for row in city.record(number)["利用者"]
    ]
    assert after == [(first, "丙", "a@x"), ("3", "丁", "")]


def test_a_record_is_found_by_a_field_without_duplicates(city: City) -> None:
    lte(city)
    key = {"field": "管理番号", "value": "LTE-0001"}
    body = {"app": LTE, "updateKey": key, "record": {"状態": {"value": "貸出中"}}}
    assert city.call("PUT", RECORD, body).json == {"revision": "2"}
    assert city.call("PUT", RECORD, {**body, "updateKey": {**key, "value": "LTE-9"}}).code == "GAIA_RE20"
    assert (
        "updateKey.field"
        in city.call("PUT", RECORD, {**body, "updateKey": {"field": "状態", "value": ""}}).errors
    )


def test_an_upsert_adds_what_is_not_there(city: City) -> None:
    lte(city)
    items = [{"updateKey": {"field": "管理番号", "value": f"LTE-000{n}"}, "record": {}} for n in (1, 2)]
    done = city.call("PUT", RECORDS, {"app": LTE, "upsert": True, "records": items}).json["records"]
    assert [one["operation"] for one in done] == ["UPDATE", "INSERT"]


def test_of_many_records_all_are_written_or_none(city: City) -> None:
    good, bad = {"管理番号": {"value": "LTE-1"}}, {"管理番号": {"value": ""}}
    answer = city.call("POST", RECORDS, {"app": LTE, "records": [good, bad]})
    assert answer.errors == {"records[1].管理番号.value": ["必須です。"]}
    assert city.call("GET", RECORDS, {"app": LTE}).json["records"] == []


@pytest.mark.parametrize(("method", "name"), [("POST", "records"), ("PUT", "records"), ("DELETE", "ids")])
def test_more_than_a_hundred_at_once_are_refused(city: City, method: str, name: str) -> None:
    many = [1] * 101 if name == "ids" else [{}] * 101
    assert name in city.call(method, RECORDS, {"app": LTE, name: many}).errors


def test_deleting_asks_for_the_revision_and_takes_all_or_none(city: City) -> None:
    numbers = [city.apply(), city.apply()]
    wrong = {"app": EKOBE, "ids": numbers, "revisions": [1, 7]}
    assert city.call("DELETE", RECORDS, wrong).code == "GAIA_CO02"
    assert city.record(numbers[0])["$id"] == "1"
    assert city.call("DELETE", RECORDS, {"app": EKOBE, "ids": numbers}).json == {}
    assert city.call("GET", RECORD, {"app": EKOBE, "id": numbers[0]}).code == "GAIA_RE01"


def test_twenty_requests_at_most_are_carried_out_all_or_none(city: City) -> None:
    add = {"method": "POST", "api": RECORD, "payload": {"app": EKOBE, "record": APPLICATION}}
    lost = {"method": "PUT", "api": RECORD, "payload": {"app": EKOBE, "id": 99, "record": {}}}
    answer = city.call("POST", "/k/v1/bulkRequest.json", {"requests": [add, lost]})
    assert answer.json["results"][0] == {}
    assert answer.json["results"][1]["code"] == "GAIA_RE01"
    assert city.call("GET", RECORDS, {"app": EKOBE}).json["records"] == []
    assert "requests" in city.call("POST", "/k/v1/bulkRequest.json", {"requests": [add] * 21}).errors


def test_a_file_is_uploaded_first_and_then_taken_by_a_record(city: City) -> None:
    token = {"X-Cybozu-API-Token": "example-ekobe"}
    sent = city.http.post(
        "/k/v1/file.json", files={"file": ("一覧.csv", b"a,b\n", "text/csv")}, headers=token
    )
    key = sent.json()["fileKey"]
    held = city.record(city.apply(添付=[{"fileKey": key}]))["添付"]
    assert held == [{"fileKey": key, "name": "一覧.csv", "contentType": "text/csv", "size": "4"}]
    assert city.http.get(f"/k/v1/file.json?fileKey={key}", headers=token).content == b"a,b\n"


def test_a_lookup_copies_when_its_key_is_written_and_refuses_what_is_not_there(city: City) -> None:
    lte(city, 所属="税務課")
    form = city.domain.apps[EKOBE].form
    form["端末"] = FieldSetting.model_validate(
        {
            "type": "SINGLE_LINE_TEXT",
            "code": "端末",
            "lookup": {
                "relatedApp": {"app": "6"},
                "relatedKeyField": "管理番号",
                "fieldMappings": [{"field": "所属", "relatedField": "所属"}],
            },
        }
    )
    lost = {"app": EKOBE, "record": APPLICATION | {"端末": {"value": "LTE-9999"}}}
    assert city.call("POST", RECORD, lost, by="aoki-c").code == "GAIA_LO04"
    found = {
        "app": EKOBE,
        "record": APPLICATION | {"端末": {"value": "LTE-0001"}, "所属": {"value": "別の課"}},
    }
    number = int(city.call("POST", RECORD, found, by="aoki-c").json["id"])
    assert city.record(number)["所属"] == "税務課"
