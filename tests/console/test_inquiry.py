"""問合せ on its own page, in the tray and on the status page: answered, called back, handed over (AP-86)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.console.screens import Screen, form, text_of, words
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Kind
from uketsuke.domain.inquiry import AnswerWay
from uketsuke.domain.states import RequestState
from uketsuke.queue import inquiries
from uketsuke.queue.correspondence import status_token
from uketsuke.settings import Queue

QUESTION = "お世話になります。LTE接続端子は自宅でも使えますか。\n"
S = RequestState


def ask(screen: Screen, text: str = QUESTION, **parts: Any) -> str:
    return screen.arrive(text, subject="自宅での利用", **parts)


def act(
    screen: Screen, of: str, name: str, code: int = 303, button: str | None = None, /, **values: str
) -> Any:
    """Send one form of the inquiry's page."""
    page = screen.get(f"/requests/{of}?view=inquiry-open")
    return screen.send(form(page, f"/inquiry/{name}"), button, code, **values)


def rows(screen: Screen, view: str) -> list[str]:
    return [words(row) for row in screen.get(f"/queue?view={view}").xpath("//tr[@data-row]")]


def test_ap_86_an_inquiry_has_a_page_of_its_own_without_a_plan(screen: Screen) -> None:
    number = ask(screen)
    page = screen.get(f"/requests/{number}")
    assert words(page.xpath("//h1")[0]) == "問合せ自宅での利用"
    assert "自宅でも使えますか" in words(page.get_element_by_id("qh").getparent())
    assert "takahashi-t@city.example.lg.jp" in words(page)
    for word in ("実行すると行われること", "確認して実行", "業務の選び直し", "分割"):
        assert word not in words(page)


def test_ap_86_answering_by_mail_leads_to_the_next_and_shows_the_letter_before(screen: Screen) -> None:
    number = ask(screen)
    seen = act(screen, number, "give-answer", 200, "通知文を確かめる", text="使えます。", way="letter")
    assert "「自宅での利用」" in text_of(seen.text)
    assert screen.desk.request(number).state is S.NEEDS_REVIEW
    answer = act(screen, number, "give-answer", text="使えます。", way="letter")
    assert answer.headers["location"] == "/queue?view=inquiry-open"
    screen.desk.work()
    assert screen.desk.request(number).state is S.DONE
    page = words(screen.get(f"/requests/{number}"))
    assert "メールで回答 橋本 香織" in page
    assert "回答して完了" not in page


def test_ap_86_an_answer_by_mail_can_be_taken_back(screen: Screen) -> None:
    queue = Queue(undo_seconds=60, lease_seconds=30)
    slow = type(screen)(screen.desk)
    object.__setattr__(
        screen.desk.app, "settings", screen.desk.app.settings.model_copy(update={"queue": queue})
    )
    slow.sign_in()
    number = ask(slow)
    act(slow, number, "give-answer", text="使えます。", way="letter")
    tray = slow.get("/queue?view=inquiry-open")
    slow.send(form(tray, f"/requests/{number}/undo"))
    assert slow.desk.request(number).state is S.NEEDS_REVIEW
    late = slow.get(f"/requests/{number}")
    act(slow, number, "give-answer", text="使えます。", way="phone")
    data = {"csrf": late.xpath("//input[@name='csrf']/@value")[0], "version": "99", "view": "review"}
    refused = slow.client.post(f"/requests/{number}/undo", data=data)
    assert (refused.status_code, "取り消せませんでした" in text_of(refused.text)) == (409, True)


def test_ap_86_a_promised_call_stands_in_the_tray_with_its_time_and_number(screen: Screen) -> None:
    number = ask(screen)
    act(screen, number, "promise-call", number="内線 3120", at="明日 ９：３０")
    (row,) = rows(screen, "inquiry-call")
    assert "12/11(金) 09:30 に 内線 3120 へ折返し" in row
    assert "折返しの約束" in row
    assert rows(screen, "inquiry-open") == []
    assert any("問合せ自宅での利用" in one for one in rows(screen, "review"))


def test_ap_86_a_call_time_that_is_none_is_refused_and_what_was_typed_stays(screen: Screen) -> None:
    number = ask(screen)
    for typed, says in (
        ("", "日時を書いて"),
        ("明日", "時刻も書いて"),
        ("9:00", "いまより後"),
        ("12/12 9:00", "閉庁日"),
    ):
        answer = act(screen, number, "promise-call", 422, number="3120", at=typed)
        assert says in text_of(answer.text)
        assert f'value="{typed}"' in answer.text
    assert screen.desk.request(number).due_at is None


def test_ap_86_what_is_handed_over_waits_and_comes_back_with_the_answer(screen: Screen) -> None:
    number = ask(screen)
    act(screen, number, "hand-over", to="管財課 施設係", asked="自宅の配線について")
    assert "引継ぎ中：管財課 施設係" in rows(screen, "inquiry-handed")[0]
    assert rows(screen, "review") == []
    act(screen, number, "hand-back", heard="問題ありません")
    assert "引継ぎ先の回答あり：管財課 施設係" in rows(screen, "inquiry-open")[0]
    assert "問題ありません" in words(screen.get(f"/requests/{number}"))


def test_ap_86_somebody_else_was_first_nothing_is_written_and_the_text_stays(screen: Screen) -> None:
    number = ask(screen)
    page = screen.get(f"/requests/{number}")
    act(screen, number, "promise-call", number="3120", at="15:00")
    answer = screen.send(form(page, "/inquiry/give-answer"), None, 409, text="使えます。", way="phone")
    assert "ほかの人が先に変更しました" in text_of(answer.text)
    assert "橋本 香織 さんが 12/10(木) 10:01 に折返しを約束しました" in text_of(answer.text)
    assert "使えます。</textarea>" in answer.text
    assert screen.desk.request(number).state is S.NEEDS_REVIEW


def test_ap_86_a_request_made_of_it_and_the_inquiry_lead_to_each_other(screen: Screen) -> None:
    number = ask(screen)
    made = act(screen, number, "make-request", service="lte-handover").headers["location"]
    page = screen.get(made)
    assert "LTE接続端子" in words(page.xpath("//h1")[0])
    assert page.xpath(f"//a[@href='/requests/{number}']")
    there = made.partition("?")[0]
    assert screen.get(f"/requests/{number}").xpath(f"//a[@href='{there}']")


def test_ap_86_list_and_search_say_which_ones_are_inquiries(screen: Screen) -> None:
    number = ask(screen)
    screen.arrive(message_id="<b-2@mail.city.example.lg.jp>")
    kinds = [words(cell) for cell in screen.get("/requests").xpath("//td//span[@class='kind']")]
    assert kinds == ["問合せ"]
    assert number in words(screen.get("/requests?q=自宅での利用"))


def test_ap_86_the_requester_sees_question_and_answer_and_nothing_internal(screen: Screen) -> None:
    number = ask(screen)
    app, row = screen.desk.app, screen.desk.request(number)
    address = f"/s/{status_token(app, number)}"
    act(screen, number, "hand-over", to="管財課 施設係", asked="配線のこと")
    waiting = words(screen.get(address))
    assert "担当に確かめています" in waiting
    assert "ご回答をお願いします" not in waiting
    act(screen, number, "hand-back", heard="内部の返事")
    act(screen, number, "promise-call", number="3120", at="15:00")
    assert "12月10日（木）15時" in words(screen.get(address))
    row = screen.desk.request(number)
    inquiries.give_answer(app, _hashimoto(), row.id, row.version, "使えます。", AnswerWay.PHONE)
    page = words(screen.get(address))
    assert "自宅でも使えますか" in page
    assert "使えます。" in page
    for hidden in ("管財課", "配線のこと", "内部の返事", "橋本"):
        assert hidden not in page


def _hashimoto() -> Any:
    from tests.console.scenes import HASHIMOTO

    return HASHIMOTO


def test_an_officer_sees_an_inquiry_and_can_do_nothing_about_it(screen: Screen) -> None:
    number = ask(screen)
    screen.sign_in("mori")
    page = screen.get(f"/requests/{number}")
    assert not [one for one in page.forms if "/inquiry/" in (one.get("action") or "")]


CALL = {"who": "髙橋", "what": "VPNは自宅で使えますか", "s": "inquiry"}


def note(screen: Screen, code: int = 303, **values: str) -> Any:
    """A call is noted as an inquiry, without JavaScript: 探す, then 受付する."""
    from lxml import html

    opened = form(screen.get("/requests/new"), "/requests/new")
    page = html.fromstring(screen.send(opened, "探す", 200, **CALL).text)
    answer = screen.send(form(page, "/requests/new"), "受付する", code, **values)
    screen.desk.work()
    return answer


def noted(screen: Screen, answer: Any) -> Any:
    return screen.desk.request(answer.headers["location"].removeprefix("/requests/"))


def test_ap_86_a_call_can_always_be_answered_as_an_inquiry(screen: Screen) -> None:
    page = screen.get("/requests/new")
    assert words(page.xpath("//div[@id='services']//label")[-1]).startswith("問合せとして答える")
    assert not page.xpath("//div[@id='services']//input[@value='inquiry'][@checked]")


def test_ap_86_an_answer_on_the_spot_is_one_press_and_done(screen: Screen) -> None:
    row = noted(screen, note(screen, q__answer="届出をすれば使えます。", q__category="network"))
    assert (row.kind, row.state, row.title) == (Kind.INQUIRY, S.DONE, CALL["what"])
    page = words(screen.get(f"/requests/{row.number}"))
    assert "その場で回答（電話で回答） 橋本 香織" in page
    assert "届出をすれば使えます。" in page
    with screen.desk.app.database.reading() as tx:
        raw = tx.receipts.raw(tx.receipts.get(row.receipt_id).digest).decode()
    assert "届出をすれば使えます。" in raw


def test_ap_86_a_call_back_and_a_hand_over_are_noted_with_the_call(screen: Screen) -> None:
    called = noted(screen, note(screen, q__act="call-back", q__number="3120", q__at="15時半"))
    assert (called.due_at, called.state) == (datetime(2026, 12, 10, 15, 30, tzinfo=JST), S.NEEDS_REVIEW)
    assert "3120 へ折返し" in rows(screen, "inquiry-call")[0]
    handed = noted(screen, note(screen, q__act="hand-over", q__to="管財課", q__handed="配線の可否"))
    assert handed.state is S.WAITING_REPLY


def test_ap_86_what_is_missing_is_said_and_nothing_is_accepted(screen: Screen) -> None:
    for values, says in (
        ({"q__answer": ""}, "回答を書いてください"),
        ({"q__act": "call-back", "q__number": "3120", "q__at": "9:00"}, "いまより後"),
        ({"q__act": "hand-over", "q__to": "管財課"}, "尋ねることを書いて"),
        ({"q__answer": "はい", "what": "", "q__question": ""}, "質問を書いて"),
    ):
        answer = note(screen, 422, **values)
        assert says in text_of(answer.text), values
        assert "まだ受け付けていません" in text_of(answer.text)
    assert rows(screen, "inquiry") == []


def test_the_question_follows_what_was_said_until_it_is_typed_over(screen: Screen) -> None:
    row = noted(screen, note(screen, what="VPNとは", q__answer="説明した"))
    assert row.title == "VPNとは"
    row = noted(screen, note(screen, q__question="自宅のVPN", q__answer="説明した"))
    assert row.title == "自宅のVPN"


def test_an_answer_that_cannot_be_delivered_is_offered_to_be_told_by_voice(screen: Screen) -> None:
    number = ask(screen)
    act(screen, number, "give-answer", text="使えます。", way="letter")
    assert "回答する" not in words(screen.get(f"/requests/{number}"))
    with screen.desk.app.database.transaction("refused") as tx:
        row = tx.requests.by_number(number)
        assert row is not None
        tx.letters.set_failed(tx.letters.of_request(row.id)[-1].id, "550 no such user")
    page = screen.get(f"/requests/{number}")
    assert "メールを届けられなかったため、電話か窓口で" in words(page)
    assert page.xpath("//input[@name='way']/@value") == ["phone", "counter"]
    assert not page.xpath("//form[contains(@action, 'promise-call') or contains(@action, 'hand-over')]")
    act(screen, number, "give-answer", way="phone")
    assert screen.desk.request(number).state is S.DONE
    assert "使えます。" in words(screen.get(f"/requests/{number}"))


def test_a_long_answer_is_kept_and_told_whole(screen: Screen) -> None:
    number = ask(screen)
    text = "手順です。" * 1500 + "おわり"
    act(screen, number, "give-answer", text=text, way="letter")
    screen.desk.work()
    assert text in "".join(screen.desk.letters()[-1].get_content().split())
    assert text in words(screen.get(f"/requests/{number}"))


def test_a_character_that_no_database_takes_is_left_out_of_what_was_typed(screen: Screen) -> None:
    number = ask(screen)
    act(screen, number, "hand-over", to="管財\0課", asked="配線\0は")
    assert "管財課（" in rows(screen, "inquiry-handed")[0]
