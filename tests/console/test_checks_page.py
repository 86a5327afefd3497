"""まとめて確認: what was done beside each check, several at once, sent back one by one (UX 5.12)."""

from __future__ import annotations

from datetime import datetime

import pytest
from lxml import html

from tests.archive import ArchiveDesk
from tests.console.screens import USERS, Screen, form, words
from tests.desk import OPERATOR, SECOND
from uketsuke.domain.calendar import JST
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.queue.answers import complete_step
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.work import tick
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User


class Checking:
    """Registrations of two sections that wait for the department."""

    def __init__(self, *, screen: bool = True) -> None:
        """Two checks, one older than the other; an officer before them where there is a screen."""
        self.office = ArchiveDesk.open(datetime(2026, 12, 7, 10, 1, tzinfo=JST))
        with self.office.desk.app.database.transaction("people") as tx:
            for user in USERS:
                tx.users.put(user)
        self.first = self.register("甲野 一", "<b>乙野</b> 二")
        self.office.desk.clock.at = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
        self.second = self.register("丙野 三", department="道路計画課")
        if screen:
            self.screen = Screen(self.office.desk).sign_in("mori")

    def register(self, *people: str, department: str = "環境保全課") -> RequestRow:
        row = self.office.begun(*people, department=department)
        for task, who in zip(self.office.steps(row, "manual-task"), (OPERATOR, SECOND), strict=True):
            tick(self.office.desk.app, who, task.id, range(len(people)))
            complete_step(self.office.desk.app, who, task.id, {"registered_on": "2026-12-07"})
        self.office.desk.work()
        return row

    def check(self, row: RequestRow) -> int:
        return next(one.id for one in self.office.steps(row, "check") if one.state is StepState.WAITING)

    def page(self) -> html.HtmlElement:
        return self.screen.get("/checks")

    def confirm(self, page: html.HtmlElement, *steps: int) -> None:
        """Tick those and press 選んだものを確認."""
        csrf = form(page, "/checks").fields["csrf"]
        data = {"csrf": csrf, "check": [str(step) for step in steps]}
        assert self.screen.client.post("/checks", data=data).status_code == 303

    def said(self) -> str:
        return words(self.page().xpath("//*[@role='status']")[0])


@pytest.fixture
def city() -> Checking:
    return Checking()


@pytest.fixture(scope="module")
def seen() -> Checking:
    """One in which no test answers a check."""
    return Checking()


def test_what_was_done_stands_beside_each_check_and_the_longest_waiting_is_first(seen: Checking) -> None:
    page = seen.page()
    assert words(page.xpath("//nav[@class='nav']//a[@aria-current]")[0]) == "まとめて確認 未処理2件"
    assert [words(one) for one in page.xpath("//main//h2")] == ["書庫の利用登録 2件"]
    rows = page.xpath("//section[contains(@class,'check')]")
    assert [one.xpath(".//h3//a/@href")[0] for one in rows] == [
        f"/requests/{seen.first.number}",
        f"/requests/{seen.second.number}",
    ]
    assert words(rows[0].xpath(".//*[contains(@class,'st')]")[0]) == "12/7(月) から 3営業日"
    assert [words(one) for one in rows[0].xpath(".//thead//th")] == ["氏名", "利用者番号", "本番", "検証"]
    cells = [words(one) for one in rows[0].xpath(".//tbody/tr[2]/*")]
    assert cells[0] == "<b>乙野</b> 二"
    assert cells[1].endswith("U110402")
    assert cells[2].endswith("operator01 12/7(月) 10:01")
    recorded = rows[0].xpath(".//dl[@class='common'][2]/div")
    assert [words(one) for one in recorded] == ["本番 登録日12/7(月)", "検証 登録日12/7(月)"]


def test_ap_87_several_are_confirmed_at_once_and_each_releases_its_request(city: Checking) -> None:
    city.confirm(city.page(), city.check(city.first), city.check(city.second))
    assert city.said() == "2件を確認しました"
    assert (
        words(city.page().xpath("//div[contains(@class,'empty')]/p[1]")[0])
        == "確認を待っているものはありません"
    )
    city.office.desk.work()
    for row in (city.first, city.second):
        assert city.office.desk.request(row.number).state is RequestState.DONE


def test_the_requester_sees_that_it_is_being_checked(seen: Checking) -> None:
    page = seen.screen.get(f"/s/{status_token(seen.office.desk.app, seen.first.number)}")
    assert words(page.xpath("//*[@aria-current='step']")[0]).endswith("登録の確認")
    assert "甲野 一 U11" not in words(page)


def test_ap_67_until_the_number_is_given_it_says_so_and_then_the_number(city: Checking) -> None:
    desk, asked = Screen(city.office.desk).sign_in(), city.office.ask("戊野 五")
    plan = words(desk.get(f"/requests/{asked.number}").get_element_by_id("plan"))
    assert "付番後に決まる追加利用者番号 1件を付番" in plan
    city.office.run(asked)
    page = words(desk.get(f"/requests/{asked.number}").get_element_by_id("plan"))
    assert "U110403追加利用者番号 1件を付番" in page
    assert "付番後に決まる" not in page


def test_nothing_chosen_changes_nothing_and_says_so(seen: Checking) -> None:
    seen.screen.send(form(seen.page(), "/checks"), "選んだものを確認")
    assert seen.said().startswith("確認するものを選んでください")


def test_sending_back_needs_a_comment_which_then_stands_before_the_desk(city: Checking) -> None:
    step = city.check(city.first)
    answer = html.fromstring(
        city.screen.send(form(city.page(), f"/checks/{step}"), "ヘルプデスクへ差戻し", 422).text
    )
    assert [one.get("id") for one in answer.xpath("//*[@autofocus]")] == [f"c{step}"]
    assert words(answer.get_element_by_id(f"c{step}_m")) == "差し戻す理由を書いてください"
    city.screen.send(
        form(city.page(), f"/checks/{step}"), "ヘルプデスクへ差戻し", comment="<i>乙野</i>さんが未登録です"
    )
    city.office.desk.work()
    task = next(one for one in city.office.steps(city.first, "manual-task") if one.state is StepState.WAITING)
    desk = Screen(city.office.desk).sign_in()
    assert [words(one) for one in desk.get("/work-items").xpath("//span[@class='st bad']")] == ["差戻し"] * 2
    assert "差戻し：<i>乙野</i>さんが未登録です" in words(desk.get(f"/requests/{city.first.number}"))
    work = desk.get(f"/work-items/{task.id}")
    titles = [words(one) for one in work.xpath("//ol[@class='flow']//span[@class='l']")]
    assert len(titles) == len(set(titles))
    assert words(work.xpath("//section[contains(@class,'back')]")[0]).startswith(
        "デジタル戦略部からの差戻し<i>乙野</i>さんが未登録です森 千夏"
    )


def test_whoever_comes_second_is_told_and_changes_nothing(city: Checking) -> None:
    step, seen = city.check(city.first), city.page()
    city.screen.send(form(seen, f"/checks/{step}"), "確認")
    city.screen.send(form(seen, f"/checks/{step}"), "ヘルプデスクへ差戻し", comment="おそかった")
    assert "ほかの人が先に答えました" in city.said()
    city.confirm(seen, step, city.check(city.second))
    assert city.said() == "1件を確認しました。1件は、いまは確認できないため、そのままです"


def test_ap_88_who_had_a_part_sees_why_and_a_direct_post_changes_nothing(seen: Checking) -> None:
    with seen.office.desk.app.database.transaction("hire") as tx:
        mine = USERS[2]
        tx.users.put(mine.model_copy(update={"login": "part", "employee_number": "D0002"}))
        tx.users.put(
            User(login="nobody", name="無名", roles=(Role.OFFICER,), password_hash=mine.password_hash)
        )
    step = seen.check(seen.first)
    for login, why in (("part", "この依頼に関わっている"), ("nobody", "職員番号のないサインイン")):
        screen = Screen(seen.office.desk).sign_in(login)
        page = screen.get("/checks")
        assert why in words(page.xpath("//section[contains(@class,'check')]")[0])
        assert not page.xpath("//input[@name='check']")
        csrf = form(page, "/sign-out").fields["csrf"]
        for sent in ({"verdict": "pass"}, {"verdict": "send-back", "comment": "直す"}):
            answer = screen.client.post(f"/checks/{step}", data={"csrf": csrf, **sent})
            assert answer.status_code in (403, 409)
    assert seen.check(seen.first) == step


def test_an_officer_begins_at_the_checks(seen: Checking) -> None:
    assert seen.screen.client.get("/").headers["location"] == "/checks"
    Screen(seen.office.desk).sign_in().get("/checks", 403)
