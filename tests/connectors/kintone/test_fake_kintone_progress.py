"""Process management, comments, webhooks, and what people do on kintone's own pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.kintone.city import APPLICATION, DEVELOPER, EKOBE, City, Said

STATUS, RECORD, RECORDS = "/k/v1/record/status.json", "/k/v1/record.json", "/k/v1/records.json"
START = {"action": "処理を開始する", "assignee": "uketsuke"}


def act(city: City, number: int, by: str = "", **more: Any) -> Said:
    return city.call("PUT", STATUS, {"app": EKOBE, "id": number, **START, **more}, by=by)


def test_an_action_moves_the_record_and_counts_two_revisions(city: City) -> None:
    number = city.apply()
    assert act(city, number, revision=1).json == {"revision": "3"}
    found = city.record(number)
    assert (found["ステータス"], [one["code"] for one in found["作業者"]]) == ("処理中", ["uketsuke"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"revision": 7}, 409, "GAIA_CO02"),
        ({"action": "完了する"}, 400, "GAIA_IL03"),
        ({"action": "ない"}, 400, "GAIA_IL03"),
        ({"assignee": ""}, 400, "GAIA_SA01"),
        ({"assignee": "aoki-c"}, 400, "GAIA_SA01"),
        ({"assignee": "nobody"}, 400, "GAIA_UN03"),
        ({"id": 99}, 404, "GAIA_RE01"),
    ],
)
def test_an_action_that_may_not_be_changes_nothing(
    city: City, change: dict[str, Any], status: int, code: str
) -> None:
    number = city.apply()
    said = act(city, number, **change)
    assert (said.status, said.code) == (status, code)
    assert city.record(number)["$revision"] == "1"


def test_only_the_assignee_acts_and_a_token_only_where_nobody_or_the_administrator_is_one(city: City) -> None:
    number = city.apply()
    act(city, number)
    done = {"app": EKOBE, "id": number, "action": "完了する"}
    assert city.call("PUT", STATUS, done).code == "CB_NO02"
    assert city.call("PUT", STATUS, done, by="officer01").code == "CB_NO02"
    city.call(
        "PUT", "/k/v1/record/assignees.json", {"app": EKOBE, "id": number, "assignees": []}, by="uketsuke"
    )
    assert city.call("PUT", STATUS, done).json == {"revision": "6"}
    assert city.record(number)["ステータス"] == "完了"


def test_assignees_are_set_by_administrators_and_one_where_one_is_chosen(city: City) -> None:
    number = city.apply()
    act(city, number)
    body = {"app": EKOBE, "id": number, "assignees": ["officer01", "uketsuke"]}
    path = "/k/v1/record/assignees.json"
    assert city.call("PUT", path, body, by="officer01").code == "CB_NO02"
    assert city.call("PUT", path, body, by="uketsuke").code == "GAIA_SA02"


def test_without_process_management_there_is_no_action_and_no_status(city: City) -> None:
    record = {"ログイン名": {"value": "aoki-c"}}
    number = int(city.call("POST", RECORD, {"app": DEVELOPER, "record": record}, by="aoki-c").json["id"])
    body = {"app": DEVELOPER, "id": number, **START}
    assert city.call("PUT", STATUS, body).code == "GAIA_ST02"
    assert "ステータス" not in city.record(number, DEVELOPER)


def test_of_many_actions_all_happen_or_none(city: City) -> None:
    numbers = [city.apply(), city.apply()]
    items = [{"id": numbers[0], **START}, {"id": numbers[1], **START, "action": "ない"}]
    assert city.call("PUT", "/k/v1/records/status.json", {"app": EKOBE, "records": items}).code == "GAIA_IL03"
    assert city.record(numbers[0])["ステータス"] == "未処理"


def comment(city: City, number: int, text: str, **more: Any) -> Said:
    body = {"app": EKOBE, "record": number, "comment": {"text": text, **more}}
    return city.call("POST", "/k/v1/record/comment.json", body)


def test_comments_come_ten_at_a_time_and_leave_the_revision(city: City) -> None:
    number = city.apply()
    for n in range(11):
        comment(city, number, f"{n}")
    asked = {"app": EKOBE, "record": number}
    page = city.call("GET", "/k/v1/record/comments.json", asked).json
    assert ([one["text"] for one in page["comments"]][:2], page["older"]) == (["10", "9"], True)
    assert city.call("GET", "/k/v1/record/comments.json", {**asked, "limit": 11}).code == "CB_VA01"
    assert city.record(number)["$revision"] == "1"


def test_a_comment_names_whom_it_mentions_and_is_deleted_by_its_author(city: City) -> None:
    number = city.apply()
    assert comment(city, number, "ご確認ください", mentions=[{"code": "aoki-c", "type": "USER"}]).json == {
        "id": "1"
    }
    asked = {"app": EKOBE, "record": number, "comment": 1}
    held = city.call("GET", "/k/v1/record/comments.json", asked).json["comments"][0]
    assert held["text"] == "青木 千尋 \nご確認ください"
    assert city.call("DELETE", "/k/v1/record/comment.json", asked, by="aoki-c").code == "CB_NO02"
    assert city.call("DELETE", "/k/v1/record/comment.json", asked).json == {}
    assert city.call("DELETE", "/k/v1/record/comment.json", asked).code == "GAIA_RE02"


def test_webhooks_hear_of_one_record_at_a_time(city: City) -> None:
    city.listen()
    number = city.apply()
    city.call("PUT", RECORD, {"app": EKOBE, "id": number, "record": {}})
    act(city, number)
    comment(city, number, "a")
    assert city.events() == ["ADD_RECORD", "UPDATE_RECORD", "UPDATE_STATUS", "ADD_RECORD_COMMENT"]
    first = city.told[0][1]
    assert first["app"] == {"id": "11", "name": "e-KOBE職員用ID申請"}
    assert (first["recordTitle"], first["url"]) == (
        "青木 千尋",
        "https://example.cybozu.com/k/11/show#record=1",
    )
    assert first["record"]["$id"]["value"] == "1"


def test_webhooks_do_not_hear_of_many_records_at_once(city: City) -> None:
    city.listen()
    city.call("POST", RECORDS, {"app": EKOBE, "records": [APPLICATION]})
    city.call("PUT", RECORDS, {"app": EKOBE, "records": [{"id": 1, "record": {}}]})
    city.call("PUT", "/k/v1/records/status.json", {"app": EKOBE, "records": [{"id": 1, **START}]})
    add = {"method": "POST", "api": RECORD, "payload": {"app": EKOBE, "record": APPLICATION}}
    city.call("POST", "/k/v1/bulkRequest.json", {"requests": [add]})
    city.control(
        "work",
        {"do": "import", "by": "officer01", "app": EKOBE, "params": {"record": APPLICATION}, "count": 3},
    )
    city.control("work", {"do": "delete-many", "by": "officer01", "app": EKOBE, "params": {"ids": [1]}})
    city.call("DELETE", RECORDS, {"app": EKOBE, "ids": [2]})
    assert city.told == []


def test_the_sixty_first_notification_of_a_minute_is_lost_and_only_the_audit_says_so(city: City) -> None:
    city.listen()
    for _ in range(61):
        city.apply()
    assert len(city.told) == 60
    (lost,) = city.domain.audit
    assert (lost["result"], lost["event"]) == ("FAILED", "ADD_RECORD")
    city.clock.forward(seconds=61)
    city.apply()
    assert len(city.told) == 61


def test_a_slow_consumer_loses_what_does_not_fit(city: City) -> None:
    city.listen()
    city.control("webhooks/held", {"on": True}, "PUT")
    for _ in range(61):
        city.apply()
        city.clock.forward(seconds=2)
    assert (city.told, len(city.domain.audit)) == ([], 1)
    city.control("webhooks/held", {"on": False}, "PUT")
    assert len(city.told) == 60


def test_a_person_works_on_the_pages_in_their_own_name(city: City) -> None:
    city.listen()
    work = {"do": "add", "by": "aoki-c", "app": EKOBE, "params": {"record": APPLICATION}}
    assert city.control("work", work).json == {"id": "1", "revision": "1"}
    edit = {"id": 1, "record": {"備考": {"value": "急ぎます"}}}
    city.control("work", {"do": "edit", "by": "ueda-m", "app": EKOBE, "params": edit})
    found = city.record(1)
    assert (found["作成者"]["code"], found["更新者"]["code"], found["$revision"]) == ("aoki-c", "ueda-m", "2")
    city.control("work", {"do": "delete", "by": "aoki-c", "app": EKOBE, "params": {"id": 1}})
    assert city.told[-1][1]["deletedBy"] == {"code": "aoki-c", "name": "青木 千尋"}
    assert city.events() == ["ADD_RECORD", "UPDATE_RECORD", "DELETE_RECORD"]
