"""The request's page: sources, checks, run, undo, conflict, ask (UX 5.2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html

from tests.console.scenes import HOSTILE, UNCLEAR
from tests.console.screens import CLEAN, FLAGGED, Screen, form, open_screen, text_of, words
from tests.servers.programs import wait_until
from uketsuke.domain.authority import Evidence
from uketsuke.domain.states import RequestState
from uketsuke.settings import Queue


def page_of(screen: Screen, number: str) -> html.HtmlElement:
    """The page as opened from the tray."""
    return screen.get(f"/requests/{number}?view=review")


def run(screen: Screen, number: str, code: int = 303, **values: Any) -> Any:
    """Press 確認して実行 with these values in the form."""
    return screen.send(form(page_of(screen, number), "/correct"), "確認して実行", code, **values)


def test_ap_13_full_width_is_understood_normalised_and_the_original_stays_visible(screen: Screen) -> None:
    number = screen.arrive()
    page = page_of(screen, number)
    assert page.xpath("//input[@id='f_current_asset_no']/@value") == ["LTE-0012"]
    assert "原文 ＬＴＥ－００１２" in words(page.xpath("//*[@id='f_current_asset_no_m']")[0])
    screen.send(form(page, "/correct"), "保存して再チェック", f__current_asset_no="ｌｔｅ－００１７")
    value = screen.desk.request(number).reading.current("current_asset_no")
    assert value is not None
    assert page_of(screen, number).xpath("//input[@id='f_current_asset_no']/@value") == ["LTE-0017"]
    assert screen.client.get("/requests?q=ＬＴＥ－００１７").status_code == 200
    assert number in words(screen.get("/requests?q=ＬＴＥ－００１７"))


def test_ap_19_each_value_leads_to_the_place_it_was_read_from_and_back(screen: Screen) -> None:
    page = page_of(screen, screen.arrive())
    link = page.xpath("//div[@data-row-of='department']//a[@class='src']/@href")[0]
    mark = page.get_element_by_id(link.removeprefix("#"))
    assert words(mark).endswith("道路計画課")
    assert mark.xpath(".//a/@href") == ["#f_department"]
    assert words(page.xpath("//div[@data-row-of='quantity']//*[@class='src']")[0]) == "既定値"


def test_ap_19_a_corrected_value_says_who_typed_it(screen: Screen) -> None:
    number = screen.arrive()
    screen.send(form(page_of(screen, number), "/correct"), "保存して再チェック", f__purpose="現場確認")
    row = page_of(screen, number).xpath("//div[@data-row-of='purpose']//*[@class='src']")[0]
    assert words(row) == "入力（橋本 香織）"


def test_ap_20_without_javascript_saving_shows_the_reasons_plan_and_bar_anew(screen: Screen) -> None:
    number = screen.arrive()
    before = page_of(screen, number)
    assert before.xpath("//input[@id='f_desired_date']/@aria-invalid") == ["true"]
    described = before.xpath("//input[@id='f_desired_date']/@aria-describedby")[0]
    assert "閉庁日です" in words(before.get_element_by_id(described))
    screen.send(form(before, "/correct"), "保存して再チェック", f__desired_date="12/18")
    after = page_of(screen, number)
    assert "確認が必要な理由はありません" in words(after.get_element_by_id("gate"))
    assert not after.xpath("//input[@id='f_desired_date']/@aria-invalid")
    assert "実行できます" in words(after.get_element_by_id("bar"))


def test_ap_20_a_check_answers_with_the_changed_parts_and_stores_nothing(screen: Screen) -> None:
    number = screen.arrive()
    before = screen.desk.request(number)
    form_ = form(page_of(screen, number), "/correct")
    form_.set("action", f"/requests/{number}/check")
    parts = html.fromstring(f"<div>{screen.send(form_, code=200, f__desired_date='12月18日').text}</div>")
    found = {part.get("hx-target"): words(part) for part in parts.iter("template")}
    assert "理由はありません" in found["#gate"]
    assert "12/18(金) で調整済み" in found["#plan"]
    assert "実行できます" in found["#bar"]
    assert "閉庁日" not in found["#f_desired_date_m"]
    assert screen.desk.request(number) == before


def test_ap_22_running_with_open_reasons_does_not_run_and_the_focus_is_on_the_first(screen: Screen) -> None:
    number = screen.arrive()
    answer = html.fromstring(run(screen, number, 422).text)
    assert [one.get("id") for one in answer.xpath("//*[@autofocus]")] == ["f_desired_date"]
    assert screen.desk.request(number).state is RequestState.NEEDS_REVIEW


def test_ap_22_a_soft_reason_is_passed_over_by_writing_why_and_a_hard_one_cannot_be(screen: Screen) -> None:
    number = screen.arrive()
    page = page_of(screen, number)
    key = page.xpath("//*[@id='soft']//input/@name")[0]
    screen.send(form(page, "/correct"), "確認して実行", **{key: "課へ電話で確認済み"})
    row = screen.desk.request(number)
    assert row.state is RequestState.RUNNING
    assert [one.reason for one in row.overrides.values()] == ["課へ電話で確認済み"]
    hard = screen.arrive(FLAGGED.replace("ＬＴＥ－００１２", "LTE-9999"), "<a-2@mail.city.example.lg.jp>")
    offered = {words(label) for label in page_of(screen, hard).xpath("//*[@id='soft']//label")}
    assert not any("台帳にありません" in one for one in offered)


def test_ap_23_html_of_a_mail_is_text_and_nothing_of_it_loads_or_runs(screen: Screen) -> None:
    page = page_of(screen, screen.arrive(HOSTILE))
    assert "<script>alert(1)</script>" in page.xpath("string(//div[@class='mailb'])")
    assert "{{7*7}}" in words(page)
    assert not page.xpath("//img")
    assert {script.get("src", "").split("?")[0] for script in page.xpath("//script")} == {
        "/static/vendor/htmx-4.0.1.min.js",
        "/static/keys.js",
        "/static/page.js",
    }
    assert not page.xpath("//a[contains(@href, 'evil.example')]")


def test_ap_23_the_original_is_an_attachment_with_a_safe_name(screen: Screen) -> None:
    number = screen.arrive()
    answer = screen.client.get(f"/requests/{number}/original")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{number}.eml"')
    assert answer.headers["content-type"] == "application/octet-stream"
    assert b"From: takahashi-t@city.example.lg.jp" in answer.content
    assert screen.client.get(f"/requests/{number}/attachments/0").status_code == 404


def test_ap_24_asking_lists_the_open_questions_shows_the_letter_and_waits_for_the_answer(
    screen: Screen,
) -> None:
    number = screen.arrive()
    address = screen.send(form(page_of(screen, number), "/correct"), "依頼者に確認").headers["location"]
    page = screen.get(address)
    ticked = page.xpath("//input[@name='question'][@checked]/@value")
    assert any("閉庁日" in one for one in ticked)
    preview = screen.send(form(page, "/decide/ask"), "通知文を確かめる", 200)
    assert "takahashi-t@city.example.lg.jp" in text_of(preview.text)
    assert ticked[0] in text_of(preview.text)
    screen.send(form(page, "/decide/ask"), "確認のお願いを送る")
    assert screen.desk.request(number).state is RequestState.WAITING_REPLY


def test_ap_26_choosing_the_service_keeps_what_was_read_and_keys_choose_the_candidates(
    screen: Screen,
) -> None:
    number = screen.arrive(UNCLEAR, subject="ご相談")
    page = page_of(screen, number)
    (button,) = page.xpath("//button[@name='service']")
    assert button.get("data-key") == "1"
    screen.send(form(page, "/decide/choose-service"), service="lte-handover")
    row = screen.desk.request(number)
    assert row.service == "lte-handover"
    assert page_of(screen, number).xpath("//input[@id='f_requester_name']/@value") == ["髙橋 徹"]


def test_ap_05_a_stale_save_shows_both_sides_writes_nothing_and_does_not_overwrite_when_pressed_again(
    screen: Screen,
) -> None:
    number = screen.arrive()
    mine = form(page_of(screen, number), "/correct")
    other = Screen(screen.desk).sign_in("tanaka")
    other.send(form(page_of(other, number), "/correct"), "保存して再チェック", f__purpose="訓練のため")
    for _ in range(2):
        answer = html.fromstring(screen.send(mine, "保存して再チェック", 409, f__purpose="点検のため").text)
        assert "田中 実" in words(answer)
        cells = [words(cell) for cell in answer.xpath("//table[contains(@class,'cf')]//td")]
        assert cells == ["訓練のため", "点検のため"]
        assert screen.desk.request(number).reading.plain()["purpose"] == "訓練のため"
    screen.send(form(answer, "/correct"), "選んだ内容で保存", f__purpose="点検のため")
    assert screen.desk.request(number).reading.plain()["purpose"] == "点検のため"


def test_ap_28_a_plan_that_changed_since_it_was_shown_does_not_run(screen: Screen) -> None:
    number = screen.arrive(FLAGGED)
    answer = run(screen, number, 409, f__desired_date="12/18")
    assert "処理計画が変わった" in text_of(answer.text)
    assert screen.desk.request(number).state is RequestState.NEEDS_REVIEW
    run(screen, number)
    assert screen.desk.request(number).state is RequestState.RUNNING


@pytest.fixture
def slow() -> Screen:
    """A desk with the undo window of the product."""
    return open_screen(queue=Queue(undo_seconds=10, lease_seconds=30)).sign_in()


def corrected(screen: Screen) -> str:
    """A request that only waits to be run."""
    number = screen.arrive()
    screen.send(form(page_of(screen, number), "/correct"), "保存して再チェック", f__desired_date="12/18")
    return number


def test_ap_03_running_and_taking_it_back_in_time_changes_nothing_and_both_are_recorded(slow: Screen) -> None:
    number = corrected(slow)
    before, letters = slow.desk.unit("LTE-0012"), len(slow.desk.letters())
    run(slow, number)
    toast = slow.get("/queue")
    slow.send(form(toast, "/undo"), "取り消す")
    slow.desk.work()
    assert slow.desk.request(number).state is RequestState.NEEDS_REVIEW
    assert slow.desk.unit("LTE-0012") == before
    assert len(slow.desk.letters()) == letters
    lines = words(page_of(slow, number).xpath("//section[h2[@id='hi']]")[0])
    assert "実行しました" in lines
    assert "実行を取り消しました" in lines


def test_ap_04_once_it_has_begun_the_control_is_gone_and_a_direct_post_answers_409(screen: Screen) -> None:
    number = corrected(screen)
    run(screen, number)
    version, secret = (
        screen.desk.request(number).version,
        screen.get("/queue").xpath("//input[@name='csrf']/@value")[0],
    )
    screen.desk.work()
    assert not page_of(screen, number).xpath("//form[contains(@action,'/undo')]")
    answer = screen.client.post(f"/requests/{number}/undo", data={"csrf": secret, "version": str(version)})
    assert answer.status_code == 409
    assert "取り消せませんでした" in text_of(answer.text)


def test_ap_04_when_the_window_is_over_the_control_is_gone_though_no_worker_has_begun() -> None:
    """The window ends by the clock; what would be refused is offered no more."""
    brief = open_screen(queue=Queue(undo_seconds=0.5, lease_seconds=30)).sign_in()
    number = corrected(brief)
    run(brief, number)
    version = brief.desk.request(number).version
    wait_until(
        lambda: not page_of(brief, number).xpath("//form[contains(@action,'/undo')]"), "the end of the window"
    )
    assert brief.desk.request(number).state is RequestState.RUNNING
    assert brief.desk.unit("LTE-0012")["status"] == "handed_out"
    secret = brief.get("/queue").xpath("//input[@name='csrf']/@value")[0]
    answer = brief.client.post(f"/requests/{number}/undo", data={"csrf": secret, "version": str(version)})
    assert answer.status_code == 409


def test_ap_04_where_there_is_no_window_the_status_line_offers_none(screen: Screen) -> None:
    number = corrected(screen)
    run(screen, number)
    toast = screen.get("/queue")
    assert f"{number} を受け付けました" in words(toast.xpath("//*[@role='status']")[0])
    assert not toast.xpath("//form[contains(@action,'/undo')]")


def test_ap_15_a_request_that_stopped_says_why_on_its_own_page_too(screen: Screen) -> None:
    number = screen.arrive(CLEAN.replace("返却\n", "故障交換\n", 1) + "症状：電源が入らない\n")
    row = screen.desk.request(number)
    with screen.desk.app.database.transaction("letter") as tx:
        letter = tx.letters.write(
            effect_key="x", purpose="plan", to="a@city.example.lg.jp", subject="受渡日のご連絡", body="本文",
            message_id="x@city.example.lg.jp", request_id=row.id,
        )  # fmt: skip
        tx.letters.set_sending(letter)
        tx.letters.set_unknown(letter, "disconnected after DATA")
    assert screen.desk.request(number).state is RequestState.RUNNING
    for address, place in (("/queue", "whys"), (f"/requests/{number}", "flag")):
        says = words(screen.get(address).xpath(f"//*[contains(@class,'{place}')]")[0])
        assert "通知文が届いたか分かりません：受渡日のご連絡" in says


def test_ap_08_running_succeeds_with_no_worker_there_and_is_done_after_the_next_sweep(screen: Screen) -> None:
    number = corrected(screen)
    answer = run(screen, number)
    assert answer.status_code == 303
    assert "受け付けました。順に実行します" in words(screen.get("/queue").xpath("//*[@role='status']")[0])
    assert screen.desk.unit("LTE-0012")["status"] == "handed_out"
    screen.desk.work()
    assert screen.desk.unit("LTE-0012")["status"] == "awaiting_return"


def test_ap_66_clearing_every_reason_changes_no_authority_and_a_check_raises_it(screen: Screen) -> None:
    number = screen.arrive(FLAGGED, proven=False)
    band = words(page_of(screen, number).xpath("//section[contains(@class,'auth')]//dl")[0])
    screen.send(form(page_of(screen, number), "/correct"), "保存して再チェック", f__desired_date="12/18")
    page = page_of(screen, number)
    assert "理由はありません" in words(page.get_element_by_id("gate"))
    assert words(page.xpath("//section[contains(@class,'auth')]//dl")[0]) == band
    screen.send(form(page, "/attest"), "記録する", how="call-back")
    authority = screen.desk.request(number).authority
    assert authority is not None
    assert authority.evidence is Evidence.STRONG


def test_ap_67_the_plan_says_what_is_decided_later_and_the_approved_hash_stays(screen: Screen) -> None:
    body = (
        CLEAN.replace("返却\n", "配布\n", 1)
        .replace("管理番号：LTE-0012\n", "")
        .replace("返却希望日：12月18日", "受取希望日：12月19日")
    )
    number = screen.arrive(body, subject="LTE接続端子の配布")
    page = page_of(screen, number)
    assert "付番後に決まる" in words(page.get_element_by_id("plan"))
    shown = page.xpath("//input[@name='shown']/@value")[0]
    key = page.xpath("//*[@id='soft']//input/@name")[0]
    screen.send(form(page, "/correct"), "確認して実行", **{key: "土曜に開ける"})
    screen.desk.work()
    plan = page_of(screen, number)
    assert re.search(r"LTE-00\d\d", words(plan.get_element_by_id("plan")))
    assert plan.xpath("//input[@name='shown']/@value") == [shown]


def test_ap_63_every_state_shown_has_its_word_in_the_one_table(screen: Screen) -> None:
    number = screen.arrive()
    page = page_of(screen, number)
    table = {screen.desk.app.wordbook.request_state(state) for state in RequestState}
    assert words(page.xpath("//span[contains(@class,'st')]")[0]) in table
    options = [
        words(option) for option in screen.get("/requests").xpath("//select[@name='state']/option")[1:]
    ]
    assert set(options) == table


def test_ap_64_a_slip_in_a_receipt_number_is_said_and_any_way_of_writing_it_is_found(screen: Screen) -> None:
    number = screen.arrive()
    for text in (number, number.replace("-", ""), number[5:], "２０２６－" + number[5:]):
        assert screen.client.get("/requests", params={"q": text}).headers["location"] == f"/requests/{number}"
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "受付番号をお確かめください" in words(screen.get(f"/requests?q={wrong}"))
    assert "受付番号をお確かめください" in words(screen.get(f"/requests/{wrong}", 404))


def test_ap_57_every_change_stands_in_the_history_once_with_person_and_time(screen: Screen) -> None:
    number = corrected(screen)
    run(screen, number)
    lines = [words(line) for line in page_of(screen, number).xpath("//section[h2[@id='hi']]//li")]
    assert sum("内容を直しました" in one and "橋本 香織" in one for one in lines) == 1
    assert sum("実行しました（処理中）" in one and "橋本 香織" in one for one in lines) == 1


def test_ap_25_a_repeat_is_merged_into_the_first_and_both_numbers_lead_to_it(screen: Screen) -> None:
    first = screen.arrive()
    second = screen.arrive(message_id="<again@mail.city.example.lg.jp>", subject="再送 LTEの返却")
    page = screen.get(f"/requests/{second}/decide/merge?view=review")
    assert page.get_element_by_id("d_into").get("value") == first
    screen.send(form(page, "/decide/merge"))
    assert screen.desk.request(second).state is RequestState.MERGED
    assert screen.client.get(f"/requests/{second}").headers["location"].startswith(f"/requests/{first}")


def test_ap_25_a_number_with_a_slip_merges_nothing(screen: Screen) -> None:
    number = screen.arrive()
    page = screen.get(f"/requests/{number}/decide/merge?view=review")
    answer = screen.send(form(page, "/decide/merge"), code=422, into="2026-000099-9")
    assert "受付番号をお確かめください" in answer.text
    assert screen.desk.request(number).state is RequestState.NEEDS_REVIEW
