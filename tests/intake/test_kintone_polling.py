"""Records of a kintone app become receipts: our own kintone on a real port, and everything between them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from tests.connectors.kintone.city import APPLICATION, EKOBE, TOKEN, City
from tests.connectors.kintone.served import served
from tests.desk import founded_city, memory
from uketsuke.clock import ManualClock
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.connectors.kintone_port import KintonePort
from uketsuke.domain.content import Channel
from uketsuke.domain.job import JobName
from uketsuke.errors import TryLater
from uketsuke.intake.kintone import AppInlet, until_of
from uketsuke.intake.polling import Outcome, Round, Visit
from uketsuke.store.database import Database
from uketsuke.store.receipts import Receipt
from uketsuke.systems import KintoneApp, KintoneSite, RecordFields

STATUS = RecordFields(state="状態", receipt_number="受付番号", operator="処理担当", done_on="完了日")
APP = KintoneApp(id=EKOBE, service="ekobe-account", written_by="formbridge", status=STATUS)


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    city = City()
    with served(city) as url:
        yield city, url


@pytest.fixture
def city(town: tuple[City, str]) -> City:
    city, url = town
    city.domain.apps[EKOBE].records.clear()
    city.clock.at = datetime(2026, 11, 20, 0, 30, 15, tzinfo=UTC)
    for path, body in (("faults", None), ("maintenance", {"on": False}), ("clock", {"skew_seconds": 0})):
        control(url, "PUT" if body else "DELETE", path, body)
    return city


@pytest.fixture
def database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        shutil.copy(founded_city(), f"{folder}/kept.db")
        kept = Database(f"sqlite:///{folder}/kept.db", clock=CLOCK.now)
        yield kept
        kept.close()


CLOCK = ManualClock(datetime(2026, 11, 20, 0, 30, tzinfo=UTC))


class Desk:
    """A poller of one app."""

    def __init__(self, database: Database, url: str, app: KintoneApp = APP) -> None:
        site = KintoneSite(url=url, tokens={EKOBE: SecretStr(TOKEN[EKOBE])}, timeout_seconds=5)
        self.database, self.url, self.port = database, url, KintonePort(site)
        self.inlet = AppInlet(app, url, KintoneClient(self.port))

    def look(self) -> Visit:
        return Round(self.database, CLOCK, "me", timedelta(seconds=60)).look(self.inlet)

    def receipts(self) -> list[Receipt]:
        with self.database.reading() as tx:
            count = tx.series.peek("receipt-2026") - 1
            return [tx.receipts.get(number) for number in range(1, count + 1)]

    def seen(self) -> list[tuple[int, int]]:
        """Record and revision of every receipt, in order."""
        names = [str(one.original_id).split(":") for one in self.receipts()]
        return [(int(record), int(revision)) for *_, record, revision in names]

    def until(self) -> datetime | None:
        with self.database.reading() as tx:
            return until_of(tx, EKOBE)


@pytest.fixture
def desk(database: Database, town: tuple[City, str], city: City) -> Iterator[Desk]:
    made = Desk(database, town[1])
    yield made
    made.port.close()


def control(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    with httpx2.Client(base_url=url, trust_env=False) as client:
        client.request(method, f"/_fake/{path}", json=body).raise_for_status()


def edit(city: City, record: int, **fields: str) -> None:
    """Somebody changes a record on kintone's pages."""
    body = {"id": record, "record": {code: {"value": value} for code, value in fields.items()}}
    assert city.control("work", {"do": "edit", "by": "aoki-c", "app": EKOBE, "params": body}).status == 200


def test_a_record_becomes_one_receipt_with_its_raw_bytes_and_a_job(desk: Desk, city: City) -> None:
    number = city.apply(備考="至急ではありません")
    first, second = desk.look(), desk.look()
    assert (first.outcome, first.summary.new, second.summary.new) == (Outcome.COLLECTED, 1, 0)
    (receipt,) = desk.receipts()
    assert (receipt.channel, receipt.original_id) == (Channel.FORMBRIDGE, f"kintone:{EKOBE}:{number}:1")
    with desk.database.reading() as tx:
        raw = json.loads(tx.receipts.raw(receipt.digest))
        assert [job.row_id for job in tx.jobs.of_row(JobName.PROCESS, receipt.id)] == [receipt.id]
    assert raw["record"]["備考"] == {"type": "MULTI_LINE_TEXT", "value": "至急ではありません"}
    assert raw["url"].endswith(f"/k/{EKOBE}/show#record={number}")


def test_records_that_people_write_come_by_another_channel(desk: Desk, city: City) -> None:
    """Their creator is who asks; FormBridge's says nothing about it (FAULTS 3)."""
    city.apply()
    desk.inlet.app = APP.model_copy(update={"written_by": "people"})
    desk.look()
    assert desk.receipts()[0].channel is Channel.KINTONE


def test_each_revision_of_a_record_is_taken_in_once(desk: Desk, city: City) -> None:
    number = city.apply()
    desk.look()
    edit(city, number, 備考="もう一つ")
    for _ in range(3):
        desk.look()
    assert desk.seen() == [(number, 1), (number, 2)]


def test_an_import_of_several_pages_without_a_webhook_is_picked_up(
    desk: Desk, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the same minute, in pages of forty."""
    monkeypatch.setattr("uketsuke.intake.kintone.MOST_ASKED", 40)
    each = partial(KintoneClient(desk.port).each, size=40)
    monkeypatch.setattr(desk.inlet.apps, "each", each)
    body = {"do": "import", "by": "aoki-c", "app": EKOBE, "count": 90, "params": {"record": APPLICATION}}
    assert city.control("work", body).status == 200
    assert desk.look().summary.new == 90
    assert desk.look().summary.new == 0
    assert len(set(desk.seen())) == 90


def test_while_nothing_is_new_a_look_costs_one_call_and_no_cursor(desk: Desk, city: City) -> None:
    city.apply()
    desk.look()
    key = f"{EKOBE} {city.kintone.now():%Y-%m-%d}"
    before = city.domain.calls[key]
    desk.look()
    assert city.domain.calls[key] - before == 1
    assert not city.kintone._cursors


def test_a_poller_that_ends_on_the_way_leaves_no_record_out(desk: Desk, city: City) -> None:
    """Records of several minutes, one of them edited while the first page is read."""
    numbers = []
    for _ in range(5):
        numbers.append(city.apply())
        city.clock.forward(minutes=10)
    taken, opened = desk.inlet._take, desk.port.open

    def killed(*args: Any) -> Any:
        if len(desk.receipts()) == 1:
            raise TryLater("kintone", "cut")
        return taken(*args)

    def opened_then_edited(*args: Any, **more: Any) -> dict[str, Any]:
        made = opened(*args, **more)
        edit(city, numbers[0], 備考="いま直した")
        return made

    desk.inlet._take, desk.port.open = killed, opened_then_edited  # type: ignore[method-assign]
    assert desk.look().outcome is Outcome.AWAY
    desk.inlet._take, desk.port.open = taken, opened  # type: ignore[method-assign]
    desk.look()
    assert sorted({record for record, _ in desk.seen()}) == numbers
    assert len(desk.seen()) == len(set(desk.seen()))


def test_a_cursor_that_a_dead_poller_left_open_is_closed_by_the_next(desk: Desk, city: City) -> None:
    """Ten of them would lock the whole city out for ten minutes."""
    city.kintone._cursors.clear()
    numbers = [city.apply(), city.apply()]
    write, take, apps = desk.port.write, desk.inlet._take, desk.inlet.apps
    small = KintoneClient(desk.port)
    small.each = partial(small.each, size=1)  # type: ignore[method-assign]
    desk.inlet.apps, desk.inlet._take = small, _dies  # type: ignore[method-assign]
    desk.port.write = lambda *_, **__: {}  # type: ignore[method-assign]
    assert desk.look().outcome is Outcome.AWAY
    assert len(city.kintone._cursors) == 1
    desk.port.write, desk.inlet._take, desk.inlet.apps = write, take, apps  # type: ignore[method-assign]
    desk.look()
    assert len(city.kintone._cursors) == 0
    assert [record for record, _ in desk.seen()] == numbers


def _dies(*_: Any) -> Any:
    raise TryLater("kintone", "killed")


def test_the_mark_is_kintones_time_whatever_our_clock_says(desk: Desk, city: City, town: Any) -> None:
    """Its clock is an hour behind ours, then jumps back two minutes: nothing is missed."""
    control(desk.url, "PUT", "clock", {"skew_seconds": -3600})
    first = city.apply()
    desk.look()
    assert desk.until() == datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    control(desk.url, "PUT", "clock", {"skew_seconds": -3720})
    second = city.apply()
    desk.look()
    assert [record for record, _ in desk.seen()] == [first, second]


def test_a_record_of_the_same_minute_as_the_mark_is_not_passed_over(desk: Desk, city: City) -> None:
    first = city.apply()
    desk.look()
    second = city.apply()
    desk.look()
    assert [record for record, _ in desk.seen()] == [first, second]


def test_a_write_of_ours_is_no_receipt_and_a_foreign_one_after_it_is(desk: Desk, city: City) -> None:
    number = city.apply()
    desk.look()
    with desk.database.transaction("own") as tx:
        tx.records.note_own(EKOBE, number, 2)
    client = KintoneClient(desk.port)
    assert client.update(EKOBE, number, {"受付番号": "2026-000001-3", "状態": "処理中"}, 1) == 2
    assert desk.look().summary.new == 0
    edit(city, number, 備考="追記")
    desk.look()
    assert desk.seen() == [(number, 1), (number, 3)]
    with desk.database.reading() as tx:
        row = tx.records.get(EKOBE, number)
    assert row is not None
    assert (row.revision, row.own_revisions, row.status) == (3, (2,), "未処理／処理中")


def test_an_applicants_edit_just_before_our_write_is_not_hidden_by_it(desk: Desk, city: City) -> None:
    number = city.apply()
    desk.look()
    edit(city, number, 備考="急ぎに変更")
    with desk.database.transaction("own") as tx:
        tx.records.note_own(EKOBE, number, 3)
    KintoneClient(desk.port).update(EKOBE, number, {"状態": "処理中"}, 2)
    desk.look()
    assert desk.seen() == [(number, 1), (number, 3)]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "status": 503}, Outcome.AWAY),
        ({"kind": "status", "status": 429}, Outcome.AWAY),
        ({"kind": "html"}, Outcome.AWAY),
        ({"kind": "cut"}, Outcome.AWAY),
        ({"kind": "busy"}, Outcome.AWAY),
    ],
)
def test_a_kintone_that_is_away_is_noted_and_nothing_is_lost(
    desk: Desk, city: City, fault: dict[str, Any], outcome: Outcome
) -> None:
    number = city.apply()
    control(desk.url, "POST", "faults", fault)
    assert desk.look().outcome is outcome
    with desk.database.reading() as tx:
        error = tx.marks.get(f"kintone:{EKOBE}:error")
    assert error is not None
    assert isinstance(error.value, dict)
    assert error.value["peer"] == "kintone"
    assert desk.look().outcome is Outcome.COLLECTED
    assert desk.seen() == [(number, 1)]
    with desk.database.reading() as tx:
        assert tx.marks.get(f"kintone:{EKOBE}:error") is None


def test_a_day_of_maintenance_is_away_since_its_beginning(desk: Desk, city: City) -> None:
    control(desk.url, "PUT", "maintenance", {"on": True})
    desk.look()
    desk.look()
    with desk.database.reading() as tx:
        error = tx.marks.get(f"kintone:{EKOBE}:error")
    assert error is not None
    assert isinstance(error.value, dict)
    assert error.value["since"] == CLOCK.now().isoformat()


def test_a_wrong_token_is_refused_not_retried_as_away(desk: Desk, city: City) -> None:
    site = KintoneSite(url=desk.url, tokens={EKOBE: SecretStr("wrong")}, timeout_seconds=5)
    with KintonePort(site) as port:
        desk.inlet.apps = KintoneClient(port)
        assert desk.look().outcome is Outcome.REFUSED


def test_records_from_before_the_first_day_are_left_alone(desk: Desk, city: City) -> None:
    old = city.apply()
    city.clock.at = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # 1 December in Japan
    new = city.apply()
    desk.inlet.app = APP.model_copy(update={"since": date(2026, 12, 1)})
    desk.look()
    assert [record for record, _ in desk.seen()] == [new]
    assert old != new


def test_two_pollers_take_a_record_in_once(desk: Desk, city: City) -> None:
    city.apply()
    held = Round(desk.database, CLOCK, "other", timedelta(seconds=60))
    assert held._claim(desk.inlet.number) is not None
    assert desk.look().outcome is Outcome.BUSY
    assert desk.receipts() == []
