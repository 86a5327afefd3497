"""The status page: for whoever holds the link, and nobody else (UX 5.5)."""

from __future__ import annotations

import re

import pytest

from tests.console.scenes import Scene, busy_desk
from tests.console.screens import Screen, form, text_of, words
from uketsuke.domain.states import RequestState


@pytest.fixture(scope="module")
def shared() -> Scene:
    """A day's scene that no test of this module changes."""
    return busy_desk()


@pytest.fixture
def scene() -> Scene:
    """A scene of a test's own."""
    return busy_desk()


def test_ap_37_the_steps_say_what_is_done_where_it_stands_and_what_comes(shared: Scene) -> None:
    steps = shared.screen.get(shared.token(shared.asked)).xpath("//ol[@class='steps']/li")
    now = [step for step in steps if step.get("aria-current") == "step"]
    assert [words(step).partition("：")[0].split()[-1].lstrip("✓12345") for step in steps] == [
        "完了", "いまここ", "これから", "これから", "これから",
    ]  # fmt: skip
    assert "内容の確認" in words(now[0])


def test_ap_38_answering_brings_the_request_back_to_the_operator_with_the_answer_highlighted(
    scene: Scene,
) -> None:
    requester = Screen(scene.screen.desk)
    page = requester.get(scene.token(scene.asked))
    assert "閉庁日" in words(page.xpath("//form[@class='ask']")[0])
    answer = requester.send(form(page, "/answer"), "回答を送る", text="12月21日でお願いします")
    assert "受け付けました" in words(requester.get(answer.headers["location"]))
    assert scene.screen.desk.request(scene.asked).state is RequestState.NEEDS_REVIEW
    scene.screen.sign_in()
    assert scene.asked in words(scene.screen.get("/queue?view=review"))
    fresh = scene.screen.get(f"/requests/{scene.asked}").xpath("//li[@class='fresh']")
    assert "12月21日でお願いします" in words(fresh[0])


def test_an_answer_that_is_too_long_is_refused_whole_and_stays_on_the_page(scene: Scene) -> None:
    requester = Screen(scene.screen.desk)
    page = requester.get(scene.token(scene.asked))
    long = "長い回答です。" * 600
    answer = requester.send(form(page, "/answer"), "回答を送る", 422, text=long)
    assert "4,000 字まで" in text_of(answer.text)
    assert long in text_of(answer.text)
    assert scene.screen.desk.request(scene.asked).state is RequestState.WAITING_REPLY


def test_ap_40_no_note_name_or_data_of_others_appears(shared: Scene) -> None:
    for number in (shared.asked, shared.held, shared.waiting_date, shared.running):
        page = shared.screen.client.get(shared.token(number)).text
        for secret in ("橋本", "hashimoto", "operator01", "課で確認中", "同じ依頼が受付済み"):
            assert secret not in page, (number, secret)


def test_ap_41_a_wrong_token_and_an_unknown_number_get_the_same_page(shared: Scene) -> None:
    wrong = shared.screen.client.get("/s/" + "0" * 40)
    right = shared.token(shared.asked)
    near = shared.screen.client.get(right[:-1] + ("0" if right[-1] != "0" else "1"))
    number = shared.screen.client.get(f"/s/{shared.asked}")
    assert {one.status_code for one in (wrong, near, number)} == {404}
    assert len({one.text for one in (wrong, near, number)}) == 1
    assert not re.search(r"\d{4}-\d{6}-\d", wrong.text)


def test_ap_41_a_link_ends_some_time_after_the_request(scene: Scene) -> None:
    page = scene.screen.get(scene.token(scene.asked))
    scene.screen.send(form(page, "/withdraw"), "取り下げる")
    assert "取り下げられました" in words(scene.screen.get(scene.token(scene.asked)).xpath("//h1")[0])
    scene.screen.desk.clock.forward(days=91)
    gone = scene.screen.client.get(scene.token(scene.asked))
    assert gone.text == scene.screen.client.get("/s/" + "0" * 40).text


def test_a_day_is_chosen_from_those_offered_or_written(scene: Scene) -> None:
    screen = scene.screen
    page = screen.get(scene.token(scene.waiting_date))
    assert len(page.xpath("//input[@type='radio']")) == 5
    wrong = screen.send(form(page, "/dates"), "この日に決める", 422, o__hand_over_date="12月20日")
    assert "平日で、明日以降" in text_of(wrong.text)
    screen.send(form(page, "/dates"), "この日に決める", d__hand_over_date="2026-12-15")
    screen.desk.work()
    assert "受渡しの日" not in words(screen.get(scene.token(scene.waiting_date)).xpath("//h1")[0])
    late = screen.send(form(page, "/dates"), "この日に決める", 409, d__hand_over_date="2026-12-16")
    assert "お電話でご連絡ください" in text_of(late.text)


def test_withdrawing_is_offered_only_while_it_is_possible(shared: Scene) -> None:
    assert shared.screen.get(shared.token(shared.asked)).xpath("//form[contains(@action,'/withdraw')]")
    assert not shared.screen.get(shared.token(shared.running)).xpath("//form[contains(@action,'/withdraw')]")


def test_what_happened_stands_newest_first_and_the_example_is_a_day_still_to_come(scene: Scene) -> None:
    page = scene.screen.get(scene.token(scene.waiting_date))
    told = [words(one) for one in page.xpath("//ol[@class='tl']/li")]
    assert "メールを受け付けました" in told[-1]
    assert "受付のお知らせ" in told[-2]
    offered = [words(one) for one in page.xpath("//label[@class='opt']")]
    assert page.xpath("//input[starts-with(@name,'o.')]/@placeholder") == [f"例 {offered[-1]}"]
