"""受付トレイ: what is on top, why, and what comes next (UX 5.1, AP-1, AP-2, AP-14, AP-15, AP-17)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.console.screens import CLEAN, FLAGGED, Screen, form, open_screen, words
from uketsuke.console.views.due import badge
from uketsuke.console.words import Words
from uketsuke.domain.calendar import JST, Calendar
from uketsuke.domain.deadline import AfterBusinessDays, due
from uketsuke.store.tray import View

UNPROVEN = FLAGGED.replace("ＬＴＥ－００１２", "LTE-0017")
"""Another one, from a mail whose path nothing proves: what counts is when we had it."""
WORDS = Words.load()
CALENDAR = Calendar({datetime(2026, 4, 29, tzinfo=JST).date(): "昭和の日"})


def at(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=JST)


def test_ap_01_a_next_business_day_rule_shows_monday_on_a_friday_and_skips_a_holiday() -> None:
    friday = at("04-03T16:00")
    found = due(AfterBusinessDays(event="applied", business_days=1), {"applied": friday}, CALENDAR)
    shown = badge(found.at, friday, CALENDAR, WORDS)
    assert shown is not None
    assert (shown.css, shown.head, shown.detail) == ("soon", "4/6(月)", "残り 1営業日")
    before = at("04-28T10:00")
    found = due(AfterBusinessDays(event="applied", business_days=3), {"applied": before}, CALENDAR)
    assert found.day == at("05-04T00:00").date()


@pytest.mark.parametrize("now", ["04-06T17:30", "04-06T22:00", "04-07T06:00", "04-07T08:44"])
def test_ap_02_what_remains_stands_still_while_the_desk_is_closed(now: str) -> None:
    shown = badge(at("04-07T12:00"), at(now), CALENDAR, WORDS)
    assert shown is not None
    if now.startswith("04-07"):
        assert shown.detail == "残り 3時間15分"
    else:
        assert shown.detail == "残り 1営業日"


def test_ap_02_outside_hours_the_header_says_so() -> None:
    evening = open_screen(at("12-10T19:00")).sign_in()
    assert "受付時間外" in words(evening.get("/queue").xpath("//header")[0])


def test_ap_14_overdue_comes_first_then_by_deadline_and_what_has_none_last(screen: Screen) -> None:
    undated = screen.arrive(
        "モバイル回線の件でご相談です。", "<t-0@mail.city.example.lg.jp>", subject="ご相談"
    )
    overdue = screen.arrive(FLAGGED, "<t-1@mail.city.example.lg.jp>")
    screen.desk.clock.forward(days=4)
    later = screen.arrive(UNPROVEN, "<t-2@mail.city.example.lg.jp>", proven=False)
    screen.sign_in()
    rows = screen.get("/queue").xpath("//tr[@data-row]")
    assert [row.xpath(".//input/@value")[0].partition(".")[0] for row in rows] == [overdue, later, undated]
    assert words(rows[0].xpath(".//*[contains(@class,'c-due')]")[0]).startswith("超過")


def test_ap_15_every_row_states_a_reason_and_an_unclear_mail_its_candidates_with_the_words(
    screen: Screen,
) -> None:
    screen.arrive(FLAGGED, "<t-1@mail.city.example.lg.jp>")
    screen.arrive("モバイル回線の件でご相談です。", "<t-2@mail.city.example.lg.jp>", subject="ご相談")
    reasons = [words(cell) for cell in screen.get("/queue").xpath("//td[contains(@class,'c-why')]")]
    assert all(reasons)
    assert any("候補" in one and "「モバイル回線」" in one for one in reasons)


def test_ap_17_the_next_item_of_the_same_view_opens_and_the_last_leads_back_to_the_tray(
    screen: Screen,
) -> None:
    first = screen.arrive(FLAGGED, "<t-1@mail.city.example.lg.jp>")
    second = screen.arrive(FLAGGED.replace("ＬＴＥ－００１２", "LTE-0017"), "<t-2@mail.city.example.lg.jp>")
    answer = hold(screen, first)
    assert answer.headers["location"] == f"/requests/{second}?view=review"
    answer = hold(screen, second)
    assert answer.headers["location"] == "/queue?view=review"
    page = screen.get("/queue?view=review")
    assert "要確認の依頼はありません" in words(page)
    assert "を保留にしました" in words(page.xpath("//*[@role='status']")[0])


def hold(screen: Screen, number: str) -> object:
    """Put a request aside from its own page, as a browser without JavaScript does."""
    page = screen.get(f"/requests/{number}?view=review")
    address = screen.send(form(page, "/correct"), "保留").headers["location"]
    return screen.send(form(screen.get(address), "/decide/hold"), "保留にする")


def test_selected_rows_are_given_to_somebody_on_the_version_that_was_shown(screen: Screen) -> None:
    number = screen.arrive()
    page = screen.get("/queue")
    value = page.xpath("//input[@name='id']/@value")[0]
    screen.send(form(page, "/queue/reassign"), "自分の処理担当に", id=value)
    assert screen.desk.request(number).assignee == "hashimoto"
    screen.send(form(page, "/queue/reassign"), "自分の処理担当に", id=value)
    assert "そのままです" in words(screen.get("/queue").xpath("//*[@role='status']")[0])


def test_what_ran_by_itself_stands_in_its_own_view_with_what_it_waits_for(screen: Screen) -> None:
    screen.arrive(CLEAN)
    assert "12/18(金) を待っています" in words(screen.get("/queue?view=auto"))


def test_an_unknown_view_is_no_page(screen: Screen) -> None:
    screen.get("/queue?view=everything", 404)


@pytest.mark.parametrize("view", list(View))
def test_every_view_of_the_tray_opens_by_its_address_and_has_its_own_words(
    screen: Screen, view: View
) -> None:
    page = screen.get(f"/queue?view={view.value}")
    assert words(page.xpath("//h1")[0]).strip()
    assert page.xpath("//nav[@class='views']//a[@aria-current='page']/@href") == [f"/queue?view={view.value}"]


def test_a_row_without_a_department_leaves_no_gap_where_it_would_stand(screen: Screen) -> None:
    number = screen.arrive("端末の件でご相談です。", subject="ご相談", sender="someone@city.example.lg.jp")
    for address in ("/queue", "/requests"):
        line = screen.get(address).xpath("//*[@class='meta']/text()")[0]
        assert line.startswith(number)
        assert "　　" not in line
        assert line == line.rstrip("　")
