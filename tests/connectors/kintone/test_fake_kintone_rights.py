"""Who may what: tokens, passwords, users and groups, spaces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.kintone.city import APPLICATION, DEVELOPER, EKOBE, City, Said, password
from uketsuke.connectors.fake_kintone.kintone import Arrival

RECORD, RECORDS = "/k/v1/record.json", "/k/v1/records.json"
GROUP, SPACE = "/v1/group/users.json", "/k/v1/template/space.json"


def with_headers(city: City, headers: dict[str, str], path: str = RECORDS, **params: Any) -> Said:
    return city.ask(Arrival("GET", path, headers, {"app": EKOBE, **params}))


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "CB_AU01"),
        (password("aoki-c", "wrong"), 401, "CB_WA01"),
        (password("gone-t", ""), 401, "CB_WA01"),
        ({"x-cybozu-authorization": "not base64"}, 401, "CB_WA01"),
        ({"x-cybozu-api-token": "unknown"}, 400, "GAIA_IA02"),
        ({"x-cybozu-api-token": "example-lte"}, 400, "GAIA_IA02"),
        ({"x-cybozu-api-token": "example-formbridge"}, 403, "GAIA_NO01"),
        ({"x-cybozu-api-token": ",".join("abcdefghij")}, 400, "GAIA_IA02"),
        ({"x-cybozu-api-token": "example-lte, example-ekobe"}, 200, "None"),
        (password("aoki-c"), 200, "None"),
    ],
)
def test_who_calls_is_judged_before_anything_else(
    city: City, headers: dict[str, str], status: int, code: str
) -> None:
    said = with_headers(city, headers)
    assert (said.status, said.code) == (status, code)


def test_a_password_goes_before_a_token(city: City) -> None:
    assert (
        with_headers(city, password("aoki-c", "wrong") | {"x-cybozu-api-token": "example-ekobe"}).status
        == 401
    )


def test_an_app_s_permissions_hold_for_its_users(city: City) -> None:
    city.domain.apps[EKOBE].permissions = {"officer01": ["view"]}
    assert city.call("GET", RECORDS, {"app": EKOBE}, by="aoki-c").code == "CB_NO02"
    assert city.call("GET", RECORDS, {"app": EKOBE}, by="officer01").status == 200
    assert city.call("POST", RECORD, {"app": EKOBE, "record": APPLICATION}, by="officer01").code == "CB_NO02"


def test_an_app_that_is_not_there_is_named(city: City) -> None:
    said = city.call("GET", RECORDS, {"app": 99}, by="aoki-c")
    assert (said.status, said.code) == (404, "GAIA_AP01")


@pytest.mark.parametrize("app", [None, 0, "-1"])
def test_the_app_must_be_given_and_be_a_number(city: City, app: object) -> None:
    assert list(with_headers(city, password("aoki-c"), app=app).errors) == ["app"]


def test_guest_spaces_and_other_apis_are_refused_as_not_imitated(city: City) -> None:
    for path in ("/k/guest/3/v1/records.json", "/k/v1/apps.json"):
        said = with_headers(city, password("aoki-c"), path)
        assert (said.status, said.code) == (501, "FAKE_UNSUPPORTED")


def test_a_group_s_members_are_replaced_as_a_whole(city: City) -> None:
    body = {"code": "developers", "users": ["aoki-c", "aoki-c", "ueda-m"]}
    assert city.call("PUT", GROUP, body, by="uketsuke").json == {}
    found = city.call("GET", GROUP, {"code": "developers"}, by="aoki-c").json["users"]
    assert [user["code"] for user in found] == ["aoki-c", "ueda-m"]


@pytest.mark.parametrize(
    ("by", "body", "status"),
    [
        ("aoki-c", {"code": "developers", "users": []}, 403),
        ("uketsuke", {"code": "everyone", "users": []}, 400),
        ("uketsuke", {"code": "developers", "users": ["nobody"]}, 400),
        ("uketsuke", {"code": "developers", "users": ["aoki-c"] * 1001}, 400),
        ("uketsuke", {"code": "developers"}, 400),
        ("uketsuke", {"code": "none", "users": []}, 404),
    ],
)
def test_a_group_is_left_alone_by_what_may_not_be(city: City, by: str, body: Any, status: int) -> None:
    assert city.call("PUT", GROUP, body, by=by).status == status
    assert city.domain.groups["developers"].members == ["officer01"]


def test_a_user_s_groups_are_replaced_but_dynamic_ones_stay(city: City) -> None:
    body = {"code": "officer01", "groups": ["developers"]}
    assert city.call("PUT", "/v1/user/groups.json", body, by="uketsuke").json == {}
    found = city.call("GET", "/v1/user/groups.json", {"code": "officer01"}, by="uketsuke").json["groups"]
    assert {group["code"]: group["type"] for group in found} == {
        "developers": "static",
        "everyone": "dynamic",
    }


@pytest.mark.parametrize(
    ("token", "status"), [("example-user-api", 200), ("example-user-api-read", 403), ("x", 401)]
)
def test_a_token_of_cybozu_com_writes_with_the_dangerous_scope_only(
    city: City, token: str, status: int
) -> None:
    bearer = {"authorization": f"Bearer {token}"}
    assert city.ask(Arrival("PUT", GROUP, bearer, {"code": "developers", "users": []})).status == status


def test_users_come_in_pages(city: City) -> None:
    users = city.call("GET", "/v1/users.json", {"size": 2, "offset": 1}, by="aoki-c").json["users"]
    assert [user["code"] for user in users] == ["uketsuke", "officer01"]
    assert city.call("GET", "/v1/users.json", {"size": 101}, by="aoki-c").code == "CB_VA01"


MEMBERS = [{"entity": {"type": "USER", "code": "aoki-c"}, "isAdmin": True}]


def test_a_space_is_made_from_a_template_and_read_back(city: City) -> None:
    made = city.call(
        "POST", SPACE, {"id": 1, "name": "税務課", "members": MEMBERS, "isGuest": True}, by="uketsuke"
    )
    assert made.json == {"id": "1"}
    space = city.call("GET", "/k/v1/space.json", {"id": 1}, by="aoki-c").json
    assert (space["name"], space["isPrivate"], space["isGuest"]) == ("税務課", True, True)
    assert city.call("GET", "/k/v1/space.json", {"id": 1}, by="ueda-m").code == "CB_NO02"


@pytest.mark.parametrize(
    ("by", "change", "code"),
    [
        ("", {}, "GAIA_NO01"),
        ("aoki-c", {}, "CB_NO02"),
        ("uketsuke", {"id": 7}, "GAIA_ST01"),
        ("uketsuke", {"members": [{"entity": {"type": "USER", "code": "aoki-c"}}]}, "CB_VA01"),
        (
            "uketsuke",
            {"members": [{"entity": {"type": "USER", "code": "gone-t"}, "isAdmin": True}]},
            "GAIA_UN03",
        ),
    ],
)
def test_a_space_is_not_made_without_right_template_or_administrator(
    city: City, by: str, change: dict[str, Any], code: str
) -> None:
    body = {"id": 1, "name": "税務課", "members": MEMBERS} | change
    assert city.call("POST", SPACE, body, by=by).code == code
    assert city.domain.spaces == {}


def test_what_an_app_is_and_asks_for_can_be_read(city: City) -> None:
    assert city.call("GET", "/k/v1/app.json", {"id": EKOBE}).json["name"] == "e-KOBE職員用ID申請"
    form = city.call("GET", "/k/v1/app/form/fields.json", {"app": EKOBE}).json["properties"]
    assert form["状態"]["options"]["処理中"] == {"label": "処理中", "index": "1"}
    assert form["申請者氏名"]["maxLength"] == "64"
    assert form["利用者"]["fields"]["利用者氏名"]["required"] is True
    process = city.call("GET", "/k/v1/app/status.json", {"app": EKOBE}).json
    assert process["states"]["処理中"]["assignee"]["type"] == "ONE"
    assert city.call("GET", "/k/v1/app/status.json", {"app": DEVELOPER}).json["enable"] is False
