"""課の依頼一覧: what a colleague sees, answers and withdraws, and whose name stands there (AP-69)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.screens import CLEAN, FLAGGED, Screen, form, open_screen, words
from tests.console.test_forms import sign_up
from tests.desk import OPERATOR
from uketsuke.domain.authority import Risk
from uketsuke.domain.states import RequestState
from uketsuke.queue import decide


@pytest.fixture
def colleague() -> Iterator[Screen]:
    """Another one of 道路計画課 than 髙橋 徹, who asks."""
    opened = open_screen()
    with opened.desk.app.database.transaction("colleague") as tx:
        (asker,) = tx.people.named("髙橋 徹")
        tx.people.put(
            asker.model_copy(
                update={"employee_number": "10900", "name": "同 僚子", "mail": "d@city.example.lg.jp"}
            )
        )
    sign_up(opened, "colleague", "同 僚子")
    yield opened.sign_in("colleague")
    opened.desk.app.close()


def asked(screen: Screen) -> str:
    """A return whose day the desk has asked about."""
    number = screen.arrive(FLAGGED)
    row = screen.desk.request(number)
    decide.ask(screen.desk.app, OPERATOR, row.id, row.version, ("希望日はいつですか",), "")
    return number


def test_ap_69_a_colleague_sees_the_sections_requests_by_state_and_answers_and_the_history_says_who(
    colleague: Screen,
) -> None:
    number = asked(colleague)
    listed = words(colleague.get("/my/section").get_element_by_id("main"))
    assert "返信待ち" in listed or "回答待ち" in listed
    assert number in listed
    page = colleague.get(f"/my/section/{number}")
    assert "希望日はいつですか" in words(page)
    colleague.send(form(page, "/answer"), "回答を送る", 303, text="12/18にお願いします")
    row = colleague.desk.request(number)
    assert row.state is RequestState.NEEDS_REVIEW
    assert "同 僚子さんが回答しました" in words(colleague.get(f"/my/section/{number}"))
    with colleague.desk.app.database.reading() as tx:
        assert [one.actor for one in tx.audit.of_request(row.id) if one.action == "answer"] == ["colleague"]


def test_ap_69_a_colleague_withdraws_and_is_named(colleague: Screen) -> None:
    number = asked(colleague)
    page = colleague.get(f"/my/section/{number}")
    colleague.send(form(page, "/withdraw"), "取り下げる", 303, reason="不要になった")
    assert colleague.desk.request(number).state is RequestState.WITHDRAWN
    assert "同 僚子さんが取り下げました" in words(colleague.get(f"/my/section/{number}"))
    colleague.send(form(page, "/withdraw"), "取り下げる", 409)


def test_ap_69_of_an_r3_request_a_colleague_sees_that_there_is_one_and_nothing_of_it(
    colleague: Screen,
) -> None:
    number = colleague.arrive(CLEAN)
    row = colleague.desk.request(number)
    with colleague.desk.app.database.transaction("grave") as tx:
        assert row.authority is not None
        grave = row.authority.model_copy(update={"risk": Risk.R3})
        tx.requests.update(row.id, row.version, authority=grave)
    page = colleague.get("/my/section")
    assert number in words(page)
    assert "本人だけ" in words(page)
    assert not page.xpath(f"//a[contains(@href, '{number}')]")
    for address in (f"/my/section/{number}", f"/my/requests/{number}"):
        assert colleague.client.get(address).status_code == 404


def test_other_sections_have_no_such_page(colleague: Screen) -> None:
    number = asked(colleague)
    sign_up(colleague, "elsewhere", "加藤 優")
    other = Screen(colleague.desk).sign_in("elsewhere")
    assert number not in words(other.get("/my/section"))
    csrf = other.get("/my/sign-in").xpath("//input[@name='csrf']/@value")[0]
    assert other.client.get(f"/my/section/{number}").status_code == 404
    for act in ("answer", "withdraw"):
        told = {"csrf": csrf, "text": "x", "version": "1"}
        assert other.client.post(f"/my/section/{number}/{act}", data=told).status_code == 404
    assert colleague.desk.request(number).state is RequestState.WAITING_REPLY
