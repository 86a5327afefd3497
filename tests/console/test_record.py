"""The kintone record on the request page: where it is, how it stands there, what is different now (AP-65)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.kintone.city import City
from tests.console.screens import USERS, Screen, form, words
from tests.console.serving import serving
from tests.console.sight import look
from tests.console.test_browser import sign_in
from tests.queue.record_desk import NUMBER, RecordDesk, record_city, record_desk
from tests.servers.browser import Window
from uketsuke.console.web import create_app
from uketsuke.domain.states import RequestState


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        yield found


@pytest.fixture
def desk(town: tuple[City, str]) -> Iterator[RecordDesk]:
    made = record_desk(*town)
    with made.desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
    yield made
    made.desk.app.close()


def page_of(desk: RecordDesk, place: int = 0) -> tuple[Screen, str, str]:
    """A browser, the number of a request, and the words of its card of the record."""
    screen = Screen(desk.desk).sign_in()
    number = desk.requests()[place].number
    card = screen.get(f"/requests/{number}").xpath("//section[h2[@id='kr']]")
    return screen, number, words(card[0]) if card else ""


def test_ap_65_a_request_shows_its_app_its_record_its_status_and_when_it_was_read(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    desk.write(record, 1, 状態="処理中")
    desk.settle(minutes=5)
    screen, number, card = page_of(desk)
    for said in ("LTE返却申請", str(record), "状態処理中", "10:06"):
        assert said in card
    (link,) = screen.get(f"/requests/{number}").xpath("//section[h2[@id='kr']]//a")
    assert link.get("href").endswith(f"/k/{NUMBER}/show#record={record}")


def test_ap_65_an_edit_after_receipt_is_a_difference_and_a_reason(desk: RecordDesk) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    desk.edit(record, 返却日="2026-12-18", 備考="<b>急ぎ</b>")
    desk.settle()
    screen, number, card = page_of(desk)
    assert "返却日2026-12-16 → 2026-12-18" in card
    assert "備考（空欄） → <b>急ぎ</b>" in card
    gate = words(screen.get(f"/requests/{number}").get_element_by_id("gate"))
    assert "kintone のレコードが受付のあとに変更されたため、読み直しました（返却日、備考）" in gate


def test_ap_65_what_could_not_be_written_back_is_on_the_page(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    with desk.desk.app.database.transaction("problem") as tx:
        tx.records.set_problem(NUMBER, record, "kintone に断られました")
    assert "状態を書き戻せていません：kintone に断られました" in page_of(desk)[2]


def test_ap_65_a_request_and_what_follows_it_name_each_other(desk: RecordDesk) -> None:
    record = desk.apply()
    desk.settle()
    desk.edit(record, 返却日="2026-12-18")
    desk.settle()
    first, second = desk.requests()
    screen = Screen(desk.desk).sign_in()
    for one, other in ((first, second), (second, first)):
        related = screen.get(f"/requests/{one.number}").xpath("//section[h2[@id='rl_record']]")
        assert f"/requests/{other.number}" in [
            link.get("href").partition("?")[0] for link in related[0].iter("a")
        ]


def test_ap_65_a_status_changed_after_the_end_is_a_reason_until_somebody_has_seen_it(
    desk: RecordDesk,
) -> None:
    record = desk.apply()
    desk.settle()
    (row,) = desk.requests()
    with desk.desk.app.database.transaction("finish") as tx:
        tx.plans.supersede(row.id)
        tx.requests.update(row.id, tx.requests.get(row.id).version, state=RequestState.DONE)
    desk.edit(record, by="officer01", 状態="処理中")
    desk.settle()
    screen, number, card = page_of(desk)
    assert "完了したあとに kintone のレコードの状態が変えられました" in card
    assert number in words(screen.get("/queue"))
    screen.send(form(screen.get(f"/requests/{number}"), "/record-seen"))
    assert "変えられました" not in page_of(desk)[2]
    assert number not in words(screen.get("/queue"))


def test_a_mail_has_no_record(desk: RecordDesk) -> None:
    screen = Screen(desk.desk).sign_in()
    number = screen.arrive()
    assert not screen.get(f"/requests/{number}").xpath("//h2[@id='kr']")


@pytest.mark.browser
def test_the_card_of_a_record_is_accessible_and_fits(desk: RecordDesk, window: Window) -> None:
    record = desk.apply(管理番号="LTE-0999")
    desk.settle()
    desk.edit(record, 備考="とても長い説明" * 20 + "a" * 80, 返却日="2026-12-18")
    desk.settle()
    desk.delete(record)
    desk.settle(minutes=11)
    number = desk.requests()[0].number
    with serving(create_app(desk.desk.app)) as url:
        for width in (1280, 320):
            page = sign_in(url, window.open(width, 900))
            page.goto(f"{url}/requests/{number}")
            look(page)
