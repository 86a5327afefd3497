"""The client against our own kintone on a real port, with everything that can go wrong between them."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from tests.connectors.kintone.city import APPLICATION, EKOBE, LTE, TOKEN, City
from tests.connectors.kintone.served import served, tell
from uketsuke.boundary import committing
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.connectors.kintone_people import KintonePeople
from uketsuke.connectors.kintone_port import (
    KintoneConflict,
    KintoneLater,
    KintonePort,
    KintoneRefused,
    KintoneUnknown,
)
from uketsuke.errors import ConfigurationError, TransactionOpen
from uketsuke.systems import KintoneSite

NAME = "佐藤 ひみつ"
VALUES = {code: field["value"] for code, field in APPLICATION.items()} | {"申請者氏名": NAME}
RECORD = "/k/v1/record.json"


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    """One server for all tests here; each test begins with no record and no fault."""
    city = City()
    with served(city) as url:
        yield city, url


@pytest.fixture
def city(town: tuple[City, str]) -> City:
    for app in town[0].domain.apps.values():
        app.records.clear()
    tell(town[1], "DELETE", "faults")
    return town[0]


@pytest.fixture
def url(town: tuple[City, str], city: City) -> str:
    return town[1]


@pytest.fixture
def port(url: str) -> Iterator[KintonePort]:
    with KintonePort(site(url)) as opened:
        yield opened


@pytest.fixture
def client(port: KintonePort) -> KintoneClient:
    return KintoneClient(port)


@pytest.fixture
def people(port: KintonePort) -> KintonePeople:
    return KintonePeople(port)


def site(url: str, **more: Any) -> KintoneSite:
    known: dict[str, Any] = {
        "tokens": {app: SecretStr(token) for app, token in TOKEN.items()},
        "user": "uketsuke",
        "password": SecretStr("only-for-the-example"),
        "timeout_seconds": 5,
    }
    return KintoneSite(url=url, **(known | more))


def break_next(url: str, **fault: Any) -> None:
    tell(url, "POST", "faults", fault)


def test_a_record_goes_there_and_back(client: KintoneClient) -> None:
    added = client.add(EKOBE, {**VALUES, "環境": ["本番環境"], "処理担当": [{"code": "officer01"}]})
    found = client.record(EKOBE, added.id)
    assert (found.id, found.revision, found.text("申請者氏名")) == (added.id, 1, NAME)
    assert (found.codes("環境"), found.codes("処理担当")) == (("本番環境",), ("officer01",))
    assert found.first("CREATOR")["code"] == "Administrator"
    assert found.created_at() is not None


def test_a_write_on_another_revision_is_a_conflict(client: KintoneClient) -> None:
    number = client.add(EKOBE, VALUES).id
    assert client.update(EKOBE, number, {"状態": "処理中"}, 1) == 2
    with pytest.raises(KintoneConflict) as stale:
        client.update(EKOBE, number, {"状態": "完了"}, 1)
    assert (stale.value.facts.status, stale.value.facts.code) == (409, "GAIA_CO02")
    assert client.record(EKOBE, number).text("状態") == "処理中"


def test_an_action_raises_the_revision_by_two(client: KintoneClient) -> None:
    number = client.add(EKOBE, VALUES).id
    assert client.act(EKOBE, number, "処理を開始する", 1, "uketsuke") == 3


def test_comments_are_written_and_all_read_back(client: KintoneClient) -> None:
    number = client.add(EKOBE, VALUES).id
    for n in range(12):
        client.comment(EKOBE, number, f"{n}")
    assert [one.text for one in client.comments(EKOBE, number)] == [f"{n}" for n in reversed(range(12))]


def test_every_record_comes_through_a_cursor_that_is_given_back(city: City, client: KintoneClient) -> None:
    client.upsert(LTE, "管理番号", {f"L{n}": {} for n in range(7)})
    assert [one.text("管理番号") for one in client.each(LTE, "order by $id asc", ["管理番号"], size=3)] == [
        f"L{n}" for n in range(7)
    ]
    for _ in range(11):
        rows = client.each(LTE, "", size=2)
        next(rows)
        rows.close()  # type: ignore[attr-defined]


def test_rows_are_written_by_key(client: KintoneClient) -> None:
    client.upsert(LTE, "管理番号", {"L1": {"状態": "在庫"}})
    done = client.upsert(LTE, "管理番号", {"L1": {"状態": "貸出中"}, "L2": {}})
    assert [one.operation for one in done] == ["UPDATE", "INSERT"]
    assert [one.text("状態") for one in client.find(LTE, "order by $id asc", ["状態"])] == ["貸出中", "在庫"]


def test_form_and_process_of_an_app_are_read(client: KintoneClient) -> None:
    form = client.form(EKOBE)
    assert form["利用者"].fields["利用者氏名"].required
    assert "処理中" in form["状態"].options
    actions = client.process(EKOBE).actions or ()
    assert (actions[0].name, actions[0].origin, actions[0].to) == ("処理を開始する", "未処理", "処理中")


def test_members_are_changed_and_everybody_else_stays(city: City, people: KintonePeople) -> None:
    city.domain.groups["developers"].members = ["officer01"]
    done = people.change_members("developers", add=["aoki-c"], remove=[])
    assert (done.before, done.after) == ({"officer01"}, {"officer01", "aoki-c"})
    assert not people.change_members("developers", add=["aoki-c"], remove=["ueda-m"]).changed
    with pytest.raises(KintoneRefused):
        people.change_members("everyone", add=["uketsuke"], remove=[])


def test_more_than_a_hundred_members_are_read(city: City, people: KintonePeople) -> None:
    users = city.domain.users
    many = {f"u{n}": users["aoki-c"].model_copy(update={"code": f"u{n}"}) for n in range(150)}
    city.domain.users = users | many
    try:
        city.domain.groups["developers"].members = list(many)
        assert people.members("developers") == frozenset(many)
        assert len(people.users(["u1", "u149"])) == 2
    finally:
        city.domain.users = users
        city.domain.groups["developers"].members = ["officer01"]


def test_a_space_is_made_and_read_back(people: KintonePeople) -> None:
    number = people.add_space(1, "税務課", ["aoki-c"], ["ueda-m", "aoki-c"], private=True)
    assert (people.space(number).name, people.space(number).is_private) == ("税務課", True)
    assert [(one.entity["code"], one.is_admin) for one in people.space_members(number)] == [
        ("aoki-c", True),
        ("ueda-m", False),
    ]


Call = Callable[[KintoneClient], object]


def write(client: KintoneClient) -> object:
    return client.add(EKOBE, VALUES)


def read(client: KintoneClient) -> object:
    return client.find(EKOBE, f'申請者氏名 = "{NAME}"')


@pytest.mark.parametrize(
    ("fault", "reading", "writing", "kept"),
    [
        ({"kind": "status", "status": 502}, KintoneLater, KintoneUnknown, 0),
        ({"kind": "status", "status": 500, "when": "after"}, KintoneLater, KintoneUnknown, 1),
        ({"kind": "cut"}, KintoneLater, KintoneUnknown, 0),
        ({"kind": "cut", "when": "after"}, KintoneLater, KintoneUnknown, 1),
        ({"kind": "html"}, KintoneLater, KintoneUnknown, 0),
        ({"kind": "html", "status": 200, "when": "after"}, KintoneLater, KintoneUnknown, 1),
        ({"kind": "busy"}, KintoneLater, KintoneLater, 0),
        ({"kind": "locked"}, KintoneLater, KintoneLater, 0),
        ({"kind": "status", "status": 403}, KintoneRefused, KintoneRefused, 0),
        ({"kind": "status", "status": 520}, KintoneRefused, KintoneRefused, 0),
    ],
)
def test_a_fault_is_later_for_a_read_and_in_doubt_for_a_write_that_may_have_happened(
    city: City,
    url: str,
    client: KintoneClient,
    fault: dict[str, Any],
    reading: type[Exception],
    writing: type[Exception],
    kept: int,
) -> None:
    break_next(url, **fault)
    with pytest.raises(reading):
        read(client)
    break_next(url, **fault)
    with pytest.raises(writing):
        write(client)
    assert len(city.domain.apps[EKOBE].records) == kept


@pytest.mark.parametrize(("call", "error"), [(read, KintoneLater), (write, KintoneUnknown)])
def test_silence_is_waited_for_no_longer_than_agreed(url: str, call: Call, error: type[Exception]) -> None:
    break_next(url, kind="latency", seconds=0.5)
    with KintonePort(site(url, timeout_seconds=0.1)) as port, pytest.raises(error):
        call(KintoneClient(port))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_is_cut_gives_no_answer_at_all(url: str, client: KintoneClient, when: str) -> None:
    break_next(url, kind="cut", when=when)
    with pytest.raises(KintoneUnknown) as cut:
        write(client)
    assert cut.value.facts.status is None


@pytest.mark.parametrize("call", [read, write])
def test_what_never_left_may_be_tried_again(call: Call) -> None:
    with KintonePort(site("http://127.0.0.1:9")) as port, pytest.raises(KintoneLater):
        call(KintoneClient(port))


def test_no_more_calls_run_at_once_than_agreed(city: City, url: str) -> None:
    break_next(url, kind="latency", seconds=0.05, times=6)
    tell(url, "PUT", "limits", {"concurrency": 2})
    failed: list[Exception] = []

    def one(client: KintoneClient) -> None:
        try:
            read(client)
        except KintoneLater as error:
            failed.append(error)

    try:
        with KintonePort(site(url, at_once=2)) as port:
            threads = [threading.Thread(target=one, args=(KintoneClient(port),)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        tell(url, "PUT", "limits", {"concurrency": 100})
    assert failed == []


@pytest.mark.parametrize(
    ("fault", "call"),
    [
        (None, lambda client: client.add(EKOBE, VALUES | {"状態": NAME})),
        (None, lambda client: client.add(EKOBE, VALUES | {"処理担当": [{"code": NAME}]})),
        (None, lambda client: client.find(EKOBE, f'ない = "{NAME}"')),
        ({"kind": "cut"}, write),
        ({"kind": "status"}, write),
    ],
)
def test_no_error_and_no_log_holds_a_value_of_a_record_or_a_secret(
    url: str,
    client: KintoneClient,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any] | None,
    call: Call,
) -> None:
    caplog.set_level(logging.DEBUG)
    if fault:
        break_next(url, **fault)
    with pytest.raises(Exception) as failed:  # noqa: PT011 - whichever it is
        call(client)
    told = "".join(traceback.format_exception(failed.value)) + str(vars(failed.value)) + caplog.text
    for secret in (NAME, "example-ekobe", "only-for-the-example"):
        assert secret not in told.replace(__file__, "")


def test_what_is_printed_of_a_record_shows_no_value(client: KintoneClient) -> None:
    assert NAME not in repr(client.record(EKOBE, client.add(EKOBE, VALUES).id))


def test_nothing_is_called_while_a_transaction_is_open(client: KintoneClient) -> None:
    with committing("test"), pytest.raises(TransactionOpen):
        read(client)


def test_without_token_and_user_nothing_is_asked(url: str) -> None:
    with KintonePort(site(url, tokens={}, user="")) as port, pytest.raises(ConfigurationError):
        read(KintoneClient(port))


@pytest.mark.parametrize(
    "wrong", ["http://kintone.example.jp", "https://", "https://a@b.jp", "https://b.jp/k/"]
)
def test_kintone_is_named_by_its_host_and_spoken_to_over_tls(wrong: str) -> None:
    with pytest.raises(ValidationError):
        KintoneSite(url=wrong)
