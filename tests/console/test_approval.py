"""Confirmation, approval and review after the fact, as people press their buttons (UX 5.3, FAULTS S4)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.console.screens import USERS, Screen, form, words
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.authority import Risk
from uketsuke.domain.people import Post
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.processors.base import Processor
from uketsuke.queue import answers, confirm
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow

HASHIMOTO = Actor("hashimoto", Role.OPERATOR, "D1001")
TANAKA = Actor("tanaka", Role.OPERATOR, "D1002")


@dataclass
class Scene:
    """A vault with browsers in front of it."""

    vault: Vault

    def browser(self, login: str | None = None) -> Screen:
        """A browser of somebody, or of nobody."""
        screen = Screen(self.vault.desk)
        return screen.sign_in(login) if login else screen

    def waiting(self, place: int = 1) -> RequestRow:
        """A deletion that Hashimoto made and nobody has approved."""
        row = self.vault.run(self.vault.ask("金庫の削除", f"v{place:05}", place), HASHIMOTO)
        assert row.state is RequestState.AWAITING_APPROVAL
        return row

    def unlocked(self, place: int = 1) -> RequestRow:
        """An unlock that Hashimoto let run and did, and the owner confirmed."""
        row = self.vault.run(self.vault.ask(account=f"v{place:05}", place=place), HASHIMOTO)
        confirm.confirm(self.vault.desk.app, self.vault.link())
        self.vault.desk.work()
        answers.complete_step(self.vault.desk.app, HASHIMOTO, self.vault.step(row, 2).id, {})
        self.vault.desk.work()
        return self.vault.desk.request(row.number)


def service_of(scene: Scene) -> type[Processor]:
    """The service of the deletions."""
    return type(scene.vault.desk.app.catalogue.service("vault-delete"))


@pytest.fixture
def scene() -> Iterator[Scene]:
    vault = open_vault()
    with vault.desk.app.database.transaction("people") as tx:
        for user in USERS:
            tx.users.put(user)
        tx.users.put(
            USERS[0].model_copy(update={"login": "oka", "roles": (Role.LEAD,), "employee_number": "D1009"})
        )
        tx.users.put(USERS[0].model_copy(update={"login": "hashimoto-2"}))
        tx.users.put(USERS[0].model_copy(update={"login": "unknown", "employee_number": None}))
        tx.users.put(USERS[0].model_copy(update={"login": "takahashi-t", "employee_number": OWNER}))
    yield Scene(vault)
    vault.desk.app.close()


def test_opening_a_confirmation_shows_the_change_and_changes_nothing(scene: Scene) -> None:
    """A mail gateway that opens every link by GET and HEAD confirms nothing (S4)."""
    row = scene.vault.run(scene.vault.ask())
    guest, address = scene.browser(), f"/c/{scene.vault.link()}"
    for method in ("GET", "HEAD", "GET"):
        answer = guest.client.request(method, address)
        assert answer.status_code == 200
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    page = words(guest.get(address))
    assert all(
        one in page
        for one in ("金庫のアカウント v00001：ロックを解除する", "髙橋 徹", row.number, "12月10日（木）")
    )
    assert scene.vault.step(row, 1).state is StepState.WAITING
    assert guest.client.post(address, data={}).status_code == 403, "another browser, without our page"
    guest.send(form(guest.get(address), address), code=200)
    assert scene.vault.step(row, 1).state is StepState.DONE


def test_used_expired_and_unknown_links_get_one_and_the_same_page(scene: Scene) -> None:
    first = scene.vault.run(scene.vault.ask())
    used = scene.vault.link()
    confirm.confirm(scene.vault.desk.app, used)
    scene.vault.run(scene.vault.ask(account="v00002", place=2))
    expired = scene.vault.link()
    scene.vault.desk.clock.at += timedelta(hours=25)
    guest = scene.browser()
    tokens = (used, expired, "0" * 40, scene.vault.desk.app.sign("status", first.number))
    answers_ = [guest.client.get(f"/c/{token}") for token in tokens]
    assert {one.status_code for one in answers_} == {404}
    assert len({one.text for one in answers_}) == 1


def test_a_denial_says_so_and_stops_it(scene: Scene) -> None:
    row = scene.vault.run(scene.vault.ask())
    guest, address = scene.browser(), f"/c/{scene.vault.link()}"
    answer = guest.send(form(guest.get(address), "/refuse"), code=200)
    assert "手続きを止めました" in answer.text
    assert scene.vault.desk.request(row.number).state is RequestState.NEEDS_REVIEW
    page = scene.browser("hashimoto").get(f"/requests/{row.number}")
    assert "心当たりがない" in words(page.get_element_by_id("gate"))


def test_the_request_shows_the_directorys_number_and_takes_a_check(scene: Scene) -> None:
    row = scene.vault.run(scene.vault.ask())
    desk = scene.browser("tanaka")
    page = desk.get(f"/requests/{row.number}")
    assert "本人の確認を待っています" in words(page)
    desk.send(form(page, "/owner-link"))
    desk.send(form(page, "/owner-check"), how="call-back")
    assert scene.vault.step(row, 1).state is StepState.DONE


def test_a_sign_in_without_a_person_sees_why_it_records_no_check(scene: Scene) -> None:
    row = scene.vault.run(scene.vault.ask())
    page = scene.browser("unknown").get(f"/requests/{row.number}")
    assert "職員番号が登録されていない" in words(page)
    assert not [one for one in page.forms if one.get("action", "").endswith("/owner-check")]


def test_ap_27_the_maker_sees_no_button_and_why_and_a_direct_post_is_refused(scene: Scene) -> None:
    row = scene.waiting()
    for login, why in (
        ("hashimoto", "ご自身が作成した"),
        ("hashimoto-2", "ご自身が作成した"),
        ("unknown", "職員番号が登録されていない"),
        ("takahashi-t", "ご自身の依頼またはアカウント"),
    ):
        maker = scene.browser(login)
        address = f"/approvals/{row.plan_id}"
        page = maker.get(address)
        assert why in words(page), login
        assert not [one for one in page.forms if one.get("action") == address]
        secret = page.xpath("//input[@name='csrf']/@value")[0]
        plan = {"csrf": secret, "version": row.version, "shown": "0"}
        assert maker.client.post(address, data=plan).status_code == 403, login
    assert scene.vault.desk.request(row.number) == row


def test_ap_68_before_nothing_runs_until_another_person_approves(scene: Scene) -> None:
    row = scene.waiting()
    scene.vault.desk.work()
    assert {scene.vault.step(row, seq).state for seq in (1, 2, 3, 4)} == {StepState.PLANNED}
    officer = scene.browser("mori")
    assert row.number in words(officer.get("/approvals"))
    page = officer.get(f"/approvals/{row.plan_id}")
    assert "削除すると元に戻せません" in words(page)
    assert "作成：橋本 香織" in words(page)
    officer.send(form(page, f"/approvals/{row.plan_id}"))
    scene.vault.desk.work()
    assert scene.vault.desk.request(row.number).state is RequestState.RUNNING
    assert scene.vault.step(row, 1).state is StepState.WAITING


def test_ap_28_a_changed_row_runs_nothing_and_shows_before_planned_and_now(scene: Scene) -> None:
    row = scene.waiting()
    other = scene.browser("tanaka")
    page = other.get(f"/approvals/{row.plan_id}")
    with scene.vault.desk.app.database.transaction("elsewhere") as tx:
        now = tx.ledgers.row("vault-ledger", "v00001")
        assert now is not None
        tx.ledgers.update("vault-ledger", "v00001", now.version, {"state": "moved"}, Origin(actor="x"))
    other.send(form(page, f"/approvals/{row.plan_id}"), code=409)
    assert scene.vault.desk.request(row.number) == row
    page = other.get(f"/approvals/{row.plan_id}")
    assert [words(cell) for cell in page.xpath("//*[@class='errsum']//td")] == [
        "状態",
        "locked",
        "deleted",
        "moved",
    ]
    other.send(form(page, "/remake"))
    again = scene.vault.desk.request(row.number)
    assert (again.state, again.plan_id) == (RequestState.NEEDS_REVIEW, None)


def test_ap_31_more_deeds_than_the_service_lets_pass_are_counted_by_the_approver(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_of(scene), "most_deeds", 0)
    row = scene.waiting()
    other, address = scene.browser("tanaka"), f"/approvals/{row.plan_id}"
    sent = form(other.get(address), address)
    for typed in ("", "2", "いくつか"):
        page = other.send(sent, code=422, count=typed)
        assert "確かめた件数を入力してください" in page.text
    assert scene.vault.desk.request(row.number) == row
    other.send(sent, count="１件")
    assert scene.vault.desk.request(row.number).state is RequestState.RUNNING


def test_ap_32_the_file_for_excel_has_the_rows_of_the_page(scene: Scene) -> None:
    row = scene.waiting()
    answer = scene.browser("mori").client.get(f"/approvals/{row.plan_id}/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))[1:] == [
        ["金庫", "削除する", "v00001", "削除すると元に戻せません"],
        ["金庫台帳", "変更", "v00001", "状態：locked → deleted"],
        ["通知文", f"【受付番号 {row.number}】完了のお知らせ", "takahashi-t@city.example.lg.jp", ""],
    ]


def test_what_needs_attention_comes_first_and_can_be_seen_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(self: object, seq: int, account: str, owner: str) -> ManualTask:
        return ManualTask(
            seq=seq,
            task="vault-work",
            system="vault",
            does=("unlock", "delete"),
            account=account,
            owner=owner,
        )

    monkeypatch.setattr(service_of(scene), "act", act)
    row = scene.waiting()
    screen, address = scene.browser("tanaka"), f"/approvals/{row.plan_id}"
    for query, deeds in (("", ["削除する", "ロックを解除する"]), ("?only=attention", ["削除する"])):
        page = screen.get(address + query)
        assert [words(one) for one in page.xpath("//section[@aria-labelledby='p1']//*[@class='op']")] == deeds
        assert [words(one) for one in page.xpath("//p[contains(@class,'tabs')]/a")] == [
            "すべて 2",
            "注意あり 1",
        ]


def test_ap_30_sending_back_needs_a_comment_and_names_no_worker(scene: Scene) -> None:
    row = scene.waiting()
    other = scene.browser("tanaka")
    page = other.get(f"/approvals/{row.plan_id}")
    back = form(page, "/send-back")
    assert [one.get("name") for one in back.xpath(".//*[@name]")] == ["csrf", "version", "comment"]
    other.send(back, code=422)
    other.send(back, comment="対象が違うようです")
    again = scene.vault.desk.request(row.number)
    assert (again.state, again.assignee, again.plan_id) == (RequestState.NEEDS_REVIEW, None, None)
    assert "対象が違うようです" in words(scene.browser("hashimoto").get("/queue?view=review"))


def test_ap_68_after_the_fact_it_runs_the_owner_is_told_and_another_person_looks(scene: Scene) -> None:
    row = scene.unlocked()
    assert row.state is RequestState.DONE
    assert scene.vault.desk.letters()[-1]["To"] == "takahashi-t@city.example.lg.jp"
    mine = scene.browser("hashimoto")
    page = mine.get("/reviews")
    assert "金庫のアカウント v00001" in words(page)
    assert "12/14(月)" in words(page), "two business days after Thursday"
    assert "関わったため" in words(page)
    secret = page.xpath("//input[@name='csrf']/@value")[0]
    assert mine.client.post("/reviews/1", data={"csrf": secret, "verdict": "fine"}).status_code == 403
    other = scene.browser("tanaka")
    other.send(form(other.get("/reviews"), "/reviews/1"), "問題なし")
    assert "事後確認を待っているものはありません" in words(other.get("/reviews"))


def test_a_problem_comes_to_the_tray_until_the_lead_has_dealt_with_it(scene: Scene) -> None:
    row = scene.unlocked()
    other = scene.browser("tanaka")
    page = form(other.get("/reviews"), "/reviews/1")
    other.send(page, "問題あり", code=422)
    other.send(page, "問題あり", comment="本人は頼んでいないそうです")
    says = "事後確認で問題が見つかりました：本人は頼んでいないそうです"
    (line,) = other.get("/queue?view=review").xpath("//tr[@data-row]")
    for place in (line, other.get(f"/requests/{row.number}").get_element_by_id("gate")):
        assert says in words(place)
    lead = scene.browser("oka")
    lead.send(form(lead.get("/reviews"), "/settle"), comment="本人に事情を聞いた")
    assert row.number not in words(lead.get("/queue?view=review"))


def test_a_review_that_is_overdue_is_marked_in_the_menu(scene: Scene) -> None:
    scene.unlocked()
    screen = scene.browser("tanaka")
    assert not screen.get("/queue").xpath("//nav//span[contains(@class,'pill') and contains(@class,'over')]")
    scene.vault.desk.clock.at += timedelta(days=5)
    screen = scene.browser("tanaka")
    assert screen.get("/queue").xpath("//nav//span[contains(@class,'pill') and contains(@class,'over')]")


def test_too_many_in_a_day_are_approved_before_and_everybody_sees_why(scene: Scene) -> None:
    """More than five for one person and day: the sixth waits, it is told once, and a banner stands."""
    for place in range(1, 6):
        row = scene.vault.run(scene.vault.ask(account=f"v{place:05}", place=place), HASHIMOTO)
        assert row.state is RequestState.RUNNING
    for place in (6, 7):
        row = scene.vault.run(scene.vault.ask(account=f"v{place:05}", place=place), HASHIMOTO)
        assert row.state is RequestState.AWAITING_APPROVAL
    assert "実行の前に別の人の承認が必要です" in words(scene.browser("mori").get("/approvals"))
    with scene.vault.desk.app.database.reading() as tx:
        assert [one.action for one in tx.audit.latest(200)].count("breaker") == 1


def test_ap_66_the_request_says_the_second_person_apart_from_the_doubts(scene: Scene) -> None:
    row = scene.vault.ask("金庫の削除")
    page = scene.browser("hashimoto").get(f"/requests/{row.number}")
    band = words(page.xpath("//section[@class='auth']")[0])
    assert "本人の確認と処理担当 1名の確認" in band
    assert "実行前に別の人の承認" in band
    assert "確認が必要な理由はありません" in words(page.get_element_by_id("gate"))


def test_ap_66_the_request_says_which_post_it_rests_on_and_where_a_service_says_less(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both stand in the band of the authority, with the decision as it is stored."""
    monkeypatch.setattr(
        type(scene.vault.desk.app.catalogue.service("vault-unlock")), "risk", lambda _self, _request: Risk.R1
    )
    with scene.vault.desk.app.database.transaction("posts") as tx:
        tx.posts.put("10001", Post(title="次長（兼務）", sections=("道路計画課",)))
    row = scene.vault.ask(sender="tanaka-h@city.example.lg.jp")
    page = scene.browser("hashimoto").get(f"/requests/{row.number}")
    band = words(page.xpath("//section[@class='auth']")[0])
    assert "自分の所属のもの（役職「次長（兼務）」による）" in band
    assert "業務の申告は「台帳の変更（元に戻せる）」ですが、手順にそれより重い操作があります" in band


def test_leads_settle_and_nobody_else(scene: Scene) -> None:
    scene.unlocked()
    other = scene.browser("tanaka")
    other.send(form(other.get("/reviews"), "/reviews/1"), "問題あり", comment="x")
    page = other.get("/reviews")
    assert not [one for one in page.forms if one.get("action", "").endswith("/settle")]
