"""Changes of accounts on the pages: in the plan, as work, and where one stands still."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.console.screens import Screen, form, open_screen, words
from tests.queue.accounts import account_step, changed
from uketsuke.connectors.base import Found
from uketsuke.console.views.status import stages_of
from uketsuke.domain.calendar import JST
from uketsuke.domain.plan import AccountAction, Confirm
from uketsuke.domain.states import RequestState, StepState
from uketsuke.errors import Refused, TryLater
from uketsuke.queue.correspondence import status_token
from uketsuke.store.requests import RequestRow


class Scripted:
    """A connector that finds what it is told to find."""

    name = "directory"

    def __init__(self, found: Found | Exception) -> None:
        self.found = found

    def look(self, effect: object) -> Found:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def act(self, effect: object) -> dict[str, str]:
        return {}

    def check(self) -> None:
        """Nothing to try."""


@pytest.fixture
def screen() -> Screen:
    opened = open_screen(datetime(2026, 12, 10, 10, 1, tzinfo=JST))
    opened.sign_in()
    return opened


def finds(screen: Screen, found: Found | Exception) -> None:
    """From now on e-KOBE is changed by a connector that finds this."""
    object.__setattr__(screen.desk.app, "systems", {"ekobe": Scripted(found)})


def bare_codes(text: str) -> list[str]:
    codes = (
        "account-action already-so refused-there cannot-tell could-not unlock reset-password no-such-account"
    )
    return [code for code in codes.split() if code in text]


def shown(screen: Screen, request: RequestRow) -> str:
    """The request's page, which tells no code."""
    text = words(screen.get(f"/requests/{request.number}"))
    assert bare_codes(text) == []
    return text


def test_the_plan_says_what_happens_to_which_account_and_who_does_it(screen: Screen) -> None:
    by_hand = changed(screen.desk, "tanaka01")
    assert "のアカウント tanaka01：ロックを解除する（作業）" in shown(screen, by_hand)
    finds(screen, Found.ABSENT)
    automatic = changed(screen.desk, "tanaka02", "reset-password")
    assert "のアカウント tanaka02：パスワードを初期化する（自動）" in shown(screen, automatic)


def test_work_on_an_account_has_a_page_and_is_recorded_there(screen: Screen) -> None:
    request = changed(screen.desk, "tanaka01", "reset-password")
    step = account_step(screen.desk, request)
    assert "パスワードの初期化" in words(screen.get("/work-items"))
    page = screen.get(f"/work-items/{step.id}")
    assert "tanaka01" in [one.get("data-copy") for one in page.xpath("//button[@data-copy]")]
    typed = form(page, f"/work-items/{step.id}")
    answer = screen.send(typed, "作業を完了", 422, r__outcome="done").text
    assert "伝達の記録" in answer
    screen.send(typed, "作業を完了", r__outcome="done", r__told="told")
    assert account_step(screen.desk, request).state is StepState.DONE


def test_an_account_that_is_so_already_stops_in_words_and_goes_on_as_it_is(screen: Screen) -> None:
    finds(screen, Found.OTHER)
    request = changed(screen.desk, "tanaka01")
    step = account_step(screen.desk, request)
    assert "既にその状態です" in shown(screen, request)
    outbox = screen.get("/outbox")
    assert bare_codes(words(outbox)) == []
    assert f"/outbox/steps/{step.id}" in outbox.xpath("//a/@href")
    page = screen.get(f"/outbox/steps/{step.id}")
    screen.send(form(page, f"/steps/{step.id}/accept"), "そのままで進める")
    screen.desk.work()
    assert screen.desk.request(request.number).state is RequestState.DONE
    shown(screen, request)


def test_a_refusal_is_told_in_words_offers_no_standing_and_can_become_work(screen: Screen) -> None:
    finds(screen, Refused("ekobe", "no-such-account", "cn=secret-words"))
    request = changed(screen.desk, "tanaka01")
    step = account_step(screen.desk, request)
    assert "アカウントが見つかりません" in shown(screen, request)
    page = screen.get(f"/outbox/steps/{step.id}")
    assert "そのままで進める" not in words(page)
    screen.send(form(page, f"/steps/{step.id}/hand-over"), "作業に切り替える")
    assert account_step(screen.desk, request).state is StepState.WAITING
    assert "ロックの解除" in words(screen.get(f"/work-items/{step.id}"))


def test_giving_up_needs_a_reason(screen: Screen) -> None:
    finds(screen, Refused("ekobe", "no-such-account"))
    request = changed(screen.desk, "tanaka01")
    step = account_step(screen.desk, request)
    page = form(screen.get(f"/outbox/steps/{step.id}"), f"/steps/{step.id}/give-up")
    assert "理由を書いてください" in screen.send(page, "やめて差し戻す", 422).text
    screen.send(page, "やめて差し戻す", reason="アカウントがありませんでした。")
    assert screen.desk.request(request.number).state is RequestState.RETURNED
    assert bare_codes(words(screen.get(f"/outbox/steps/{step.id}"))) == []


def test_what_nobody_can_tell_is_not_said_to_have_changed_nothing(screen: Screen) -> None:
    finds(screen, Found.UNKNOWN)
    request = changed(screen.desk, "tanaka01")
    assert "確かめられません" in shown(screen, request)
    assert "何も変更していません" not in words(screen.get("/outbox"))


def test_a_system_that_cannot_be_reached_is_shown_with_its_next_try(screen: Screen) -> None:
    finds(screen, TryLater("ekobe", "connection refused"))
    request = changed(screen.desk, "tanaka01")
    assert "ekobeにつながりません（1回）" in shown(screen, request)
    outbox = words(screen.get("/outbox"))
    assert "ekobeにつながりません" in outbox
    assert "次の再試行" in outbox


def test_the_requester_reads_of_a_procedure_and_not_of_a_hand_over(screen: Screen) -> None:
    with_account = changed(screen.desk, "tanaka01")
    page = words(screen.get(f"/s/{status_token(screen.desk.app, with_account.number)}"))
    assert bare_codes(page) == []
    assert "手続き" in page


def test_a_plan_with_a_confirmation_shows_it_as_a_stage_of_its_own() -> None:
    steps = (Confirm(seq=1, owner="1"), AccountAction(seq=2, system="ekobe", account="a", do="unlock"))
    assert list(stages_of(steps)) == ["confirm", "work"]
