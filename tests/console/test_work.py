"""作業: listed once, copied exactly, finished once (UX 5.10)."""

from __future__ import annotations

import pytest
from lxml import html

from tests.console.scenes import Scene, busy_desk
from tests.console.screens import Screen, form, words
from uketsuke.domain.states import StepState, WaitKind


@pytest.fixture
def scene() -> Scene:
    """The middle of a day, with one hand-over due."""
    made = busy_desk()
    made.screen.sign_in()
    return made


def test_ap_72_every_waiting_manual_step_is_listed_by_deadline_and_the_count_is_the_databases(
    scene: Scene,
) -> None:
    page = scene.screen.get("/work-items")
    with scene.screen.desk.app.database.reading() as tx:
        waiting = tx.waits.counts(scene.screen.desk.app.today())[WaitKind.PERSON]
    assert len(page.xpath("//tr[@data-row]")) == waiting == 1
    assert words(page.xpath("//nav[@class='nav']//a[@aria-current]")[0]) == f"作業 未処理{waiting}件"


def test_ap_73_what_is_copied_is_exactly_what_is_shown(scene: Scene) -> None:
    buttons = scene.screen.get(f"/work-items/{scene.work}").xpath("//button[@data-copy]")
    assert len(buttons) >= 3
    for button in buttons:
        assert button.get("data-copy") == button.getprevious().text_content()


def test_ap_75_a_missing_result_does_not_finish_it_and_takes_the_focus(scene: Scene) -> None:
    page = scene.screen.get(f"/work-items/{scene.work}")
    answer = html.fromstring(
        scene.screen.send(form(page, f"/work-items/{scene.work}"), "作業を完了", 422).text
    )
    assert [one.get("id") for one in answer.xpath("//*[@autofocus]")] == ["r_hand_over_result"]
    assert answer.xpath("//section[@class='errsum']//a/@href") == ["#r_hand_over_result"]
    with scene.screen.desk.app.database.reading() as tx:
        assert tx.steps.get(scene.work).state is StepState.WAITING


@pytest.mark.parametrize(("typed", "message"), [("きのうのはず", "のように書いて"), ("12/31", "先の日付")])
def test_ap_75_an_impossible_date_is_kept_and_explained(scene: Scene, typed: str, message: str) -> None:
    page = form(scene.screen.get(f"/work-items/{scene.work}"), f"/work-items/{scene.work}")
    values = {"r__hand_over_result": "handed_over", "r__handed_over_on": typed}
    answer = html.fromstring(scene.screen.send(page, "作業を完了", 422, **values).text)
    assert message in words(answer.get_element_by_id("r_handed_over_on_m"))
    assert answer.xpath("//input[@id='r_handed_over_on']/@value") == [typed]


def test_ap_76_finishing_writes_the_result_releases_the_next_and_pressing_twice_finishes_once(
    scene: Scene,
) -> None:
    screen = scene.screen
    page = form(screen.get(f"/work-items/{scene.work}"), f"/work-items/{scene.work}")
    values = {"r__hand_over_result": "handed_over", "r__handed_over_on": "１２月１０日"}
    screen.send(page, "作業を完了", **values)
    assert screen.send(page, "作業を完了", **values).headers["location"] == f"/work-items/{scene.work}"
    screen.desk.work()
    unit = screen.desk.unit("LTE-0012")
    assert (unit["status"], unit["return_date"]) == ("in_stock", "2026-12-10")
    done = words(screen.get(f"/work-items/{scene.work}"))
    assert "橋本 香織 が完了しました" in done
    request_id = screen.desk.request(scene.running).id
    with screen.desk.app.database.reading() as tx:
        history = tx.audit.of_request(request_id)
    assert sum(entry.action == "step-manual-task" for entry in history) == 1


def test_what_is_not_work_is_no_page(scene: Scene) -> None:
    scene.screen.get("/work-items/999", 404)


def test_an_officer_may_confirm_a_hand_over_and_sees_no_tray(scene: Scene) -> None:
    officer = Screen(scene.screen.desk).sign_in("mori")
    page = officer.get("/work-items")
    assert not page.xpath("//nav[@class='nav']//a[@href='/queue']")
    officer.get("/queue", 403)
