"""台帳 and 送信・再処理 (UX 5.6, 5.7)."""

from __future__ import annotations

import csv
import io

import pytest

from tests.console.scenes import Scene, busy_desk
from tests.console.screens import Screen, form, words
from uketsuke.console.views.ledgers import neutral
from uketsuke.console.views.replies import cause_of
from uketsuke.console.words import Words
from uketsuke.domain.states import LetterState
from uketsuke.store.ledgers import Origin


@pytest.fixture
def scene() -> Scene:
    """The middle of a day."""
    made = busy_desk()
    made.screen.sign_in()
    return made


@pytest.mark.parametrize("text", ["LTE-0012", "ｌｔｅ－００１２", "lte‐0012", "ＬＴＥー００１２"])
def test_ap_42_search_takes_any_width_and_hyphen(screen: Screen, text: str) -> None:
    page = screen.client.get("/ledgers/lte-ledger", params={"q": text})
    assert page.text.count("data-row>") == 1
    assert "/ledgers/lte-ledger/LTE-0012" in page.text


def test_ap_43_history_leads_to_the_request_and_the_request_to_its_unit(scene: Scene) -> None:
    page = scene.screen.get("/ledgers/lte-ledger/LTE-0012")
    assert f"/requests/{scene.running}" in page.xpath("//ol[@class='tl']//a/@href")
    plan = scene.screen.get(f"/requests/{scene.running}").get_element_by_id("plan")
    assert "/ledgers/lte-ledger/LTE-0012" in plan.xpath(".//a/@href")


def test_as_of_an_earlier_day_shows_the_values_of_that_day(scene: Scene) -> None:
    now = words(scene.screen.get("/ledgers/lte-ledger?q=LTE-0012").xpath("//tbody/tr")[0])
    scene.screen.desk.clock.forward(days=5)
    scene.screen.sign_in()
    assert "返却待ち" in now
    assert words(scene.screen.get("/ledgers/lte-ledger?q=LTE-0012&on=12/10").xpath("//tbody/tr")[0]) == now
    assert "のように書いて" in words(scene.screen.get("/ledgers/lte-ledger?on=いつか"))


def test_ap_46_the_csv_opens_in_a_spreadsheet_and_runs_nothing(screen: Screen) -> None:
    answer = screen.client.get("/ledgers/lte-ledger/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) > 5
    assert len({len(row) for row in rows}) == 1
    for text in ("=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert neutral(text).startswith("'")
    assert neutral("0012") == "0012"


def test_ap_49_an_unknown_letter_is_its_own_state_and_waits_for_a_person(scene: Scene) -> None:
    screen = scene.screen
    groups = [words(one) for one in screen.get("/outbox").xpath("//section//h2")]
    assert any(one.startswith("結果不明送信の途中で接続が切れました") for one in groups)
    before = len(screen.desk.letters())
    screen.desk.work()
    screen.desk.clock.forward(hours=2)
    screen.desk.work()
    unknown = [one for one in letters(screen) if one.state is LetterState.UNKNOWN]
    assert len(unknown) == 1
    screen.sign_in()
    screen.send(form(screen.get("/outbox"), f"/letters/{unknown[0].id}/settle"), "届いていた")
    assert not [one for one in letters(screen) if one.state is LetterState.UNKNOWN]
    assert before <= len(screen.desk.letters())


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("550 no such user", "宛先がありません"),
        ("550 5.7.1 blocked by policy, see 5.1.1", "相手のサーバーの規則で断られました"),
        ("smtp: 452 4.2.2 over quota", "宛先のメールボックスがいっぱいです"),
        ("smtp: 451 id 550550 queued nowhere", "メールサーバーで一時的な問題が起きています"),
        ("smtp: 535 5.7.8 bad credentials", "メールサーバーが利用者名かパスワードを受け付けません"),
        ("smtp: 499 strange", "相手のサーバーが、いまは受け取れないと答えました"),
        ("599 strange", "相手のサーバーが受け取りを断りました"),
        ("smtp: SMTPServerDisconnected: Connection lost", "送信の途中で接続が切れました"),
        ("not a mail address", "宛先がメールアドレスの形ではありません"),
        ("anything else", "相手が受け取りませんでした"),
        (None, ""),
    ],
)
def test_what_a_server_answered_is_one_japanese_sentence_by_the_class_of_its_reply(
    error: str | None, sentence: str
) -> None:
    assert cause_of(error, Words.load()) == sentence


def test_the_server_s_own_words_are_folded_away_and_nothing_else_is_english(scene: Scene) -> None:
    page = scene.screen.get("/outbox")
    raw = page.xpath("//details[contains(@class,'raw')]")
    assert any("550 no such user" in words(one) for one in raw)
    for one in raw:
        assert one.get("open") is None
        one.getparent().remove(one)
    assert "no such user" not in words(page)


def test_ap_50_a_letter_that_waits_says_when_it_is_tried_next(scene: Scene) -> None:
    page = words(scene.screen.get("/outbox"))
    assert "メールサーバーに接続できません" in page
    assert "12/10(木) 10:05" in page
    assert "操作は要りません" in page


def test_a_failed_letter_is_sent_again_by_a_person_only(scene: Scene) -> None:
    screen = scene.screen
    failed = next(one for one in letters(screen) if one.state is LetterState.FAILED)
    screen.send(form(screen.get("/outbox"), f"/letters/{failed.id}/resend"), "もう一度送る")
    screen.desk.work()
    assert next(one for one in letters(screen) if one.id == failed.id).state is LetterState.SENT


def letters(screen: Screen) -> list:  # type: ignore[type-arg]
    """Every letter there is."""
    with screen.desk.app.database.reading() as tx:
        return tx.letters.in_states(list(LetterState))


def test_ap_47_a_failed_step_says_what_is_done_and_trying_again_repeats_nothing_finished(
    screen: Screen,
) -> None:
    number = screen.arrive()
    page = screen.get(f"/requests/{number}?view=review")
    screen.send(form(page, "/correct"), "保存して再チェック", f__desired_date="12/18")
    screen.send(form(screen.get(f"/requests/{number}"), "/correct"), "確認して実行")
    with screen.desk.app.database.transaction("other") as tx:
        row = tx.ledgers.row("lte-ledger", "LTE-0012")
        assert row is not None
        origin = Origin(actor="tanaka", reason="電話で依頼")
        tx.ledgers.update("lte-ledger", "LTE-0012", row.version, {"user_name": "別の人"}, origin)
    screen.desk.work()
    outbox = screen.get("/outbox")
    assert "12/10(木) 10:01" in words(outbox.xpath("//table//td[contains(@class,'nowrap')]")[0])
    assert "計画したあとに変わっています" in words(outbox)
    assert "LTE管理台帳の更新：失敗" in words(outbox)
    screen.send(form(outbox, "/retry"), "再実行")
    screen.desk.work()
    assert screen.desk.unit("LTE-0012")["status"] == "handed_out"
    screen.send(form(screen.get(f"/requests/{number}"), "/replan"), "作り直す")
    screen.desk.work()
    assert screen.desk.unit("LTE-0012")["status"] == "awaiting_return"
    history = words(screen.get("/ledgers/lte-ledger/LTE-0012").xpath("//ol[@class='tl']")[0])
    assert history.count("返却待ち") == 1
