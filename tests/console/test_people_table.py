"""作業 for several people in several environments: ticked, left and taken up, finished (UX 5.10)."""

from __future__ import annotations

import csv
import io

import pytest
from lxml import html

from tests.archive import ArchiveDesk
from tests.console.screens import USERS, Screen, form, words
from uketsuke.domain.states import StepState
from uketsuke.store.requests import RequestRow

PEOPLE = ("甲野 一", "乙野 二", "丙野 三")


class Registering:
    """Three people who are to be registered in two environments."""

    def __init__(self, *people: str) -> None:
        """Asked for, let run, and numbered."""
        self.office = ArchiveDesk.open()
        with self.office.desk.app.database.transaction("people") as tx:
            for user in USERS:
                tx.users.put(user)
        self.row: RequestRow = self.office.begun(*(people or PEOPLE))
        self.screen = Screen(self.office.desk).sign_in()
        self.prod, self.verify = [one.id for one in self.office.steps(self.row, "manual-task")]

    def page(self, step: int | None = None, login: str = "") -> html.HtmlElement:
        screen = Screen(self.office.desk).sign_in(login) if login else self.screen
        return screen.get(f"/work-items/{step or self.prod}")

    def press(self, word: str, step: int | None = None, code: int = 303, **values: str) -> html.HtmlElement:
        """Press a button of the page as it is now; gives the page that follows."""
        page = self.page(step)
        answer = self.screen.send(form(page, f"/work-items/{step or self.prod}"), word, code, **values)
        return self.screen.get(answer.headers["location"]) if code == 303 else html.fromstring(answer.text)


@pytest.fixture
def work() -> Registering:
    return Registering()


def shown(page: html.HtmlElement) -> list[str]:
    """The ticks of the table, row by row."""
    return [words(cell) for cell in page.xpath("//table[@class='people']/tbody//td[contains(@class,'c-e')]")]


def test_both_environments_stand_side_by_side_with_values_to_copy_and_the_progress(work: Registering) -> None:
    page = work.page()
    assert words(page.xpath("//h1")[0]) == "書庫 本番 書庫への登録（3名）"
    heads = [words(one) for one in page.xpath("//table[@class='people']/thead//th")]
    assert heads == ["氏名", "利用者番号", "本番 0／3", "検証 0／3"]
    assert words(page.xpath("//section[@id='r_persons']//h2/span[contains(@class,'frac')]")[0]) == "0／6"
    copied = [one.get("data-copy") for one in page.xpath("//section[@id='r_persons']//button[@data-copy]")]
    assert copied == [
        "R1104",
        "環境保全課",
        *[x for n, one in enumerate(PEOPLE, 1) for x in (one, f"U11040{n}")],
    ]


def test_ap_74_a_tick_says_who_and_when_and_somebody_else_goes_on_at_the_first_open_one(
    work: Registering,
) -> None:
    page = work.press("甲野 一 本番")
    assert words(page.xpath("//*[@role='status'][contains(., '甲野')]")[0]).startswith(
        "甲野 一 さんを登録済に"
    )
    assert shown(page)[:2] == ["本番登録済橋本 香織 10:01", "検証登録済にする（甲野 一 検証）"]
    other = work.page(login="tanaka")
    assert words(other.xpath("//tr[@class='nx']/th")[0]) == "乙野 二"
    assert other.xpath("//button[@data-key='t']/@value") == [f"{work.prod}.1"]
    assert "次は 乙野 二 さんの本番です" in words(other.xpath("//p[@class='resume']")[0])


def test_ap_74_what_was_typed_stands_there_for_whoever_goes_on(work: Registering) -> None:
    before = work.page()
    work.press("甲野 一 本番", r__registered_on="12/9")
    assert work.page(login="tanaka").xpath("//input[@name='r.registered_on']/@value") == ["12/9"]
    work.screen.send(form(before, f"/work-items/{work.prod}"), "乙野 二 本番")
    assert work.page().xpath("//input[@name='r.registered_on']/@value") == ["12/9"]


def test_a_tick_is_taken_back_and_the_same_tick_of_two_people_is_one(work: Registering) -> None:
    first = work.page()
    work.press("甲野 一 本番")
    answer = work.screen.send(form(first, f"/work-items/{work.prod}"), "甲野 一 本番")
    assert "ほかの人がすでに" in words(work.screen.get(answer.headers["location"]))
    button = work.page().xpath("//button[@name='untick']")[0]
    assert button.get("aria-label") == "甲野 一 本番 を未登録に戻す"
    sent = {"csrf": form(first, "/sign-out").fields["csrf"], "untick": button.get("value")}
    assert work.screen.client.post(button.get("formaction"), data=sent).status_code == 303
    assert shown(work.page())[0] == "本番登録済にする（甲野 一 本番）"


def test_ap_75_all_who_are_left_are_ticked_by_one_button_that_names_how_many(work: Registering) -> None:
    work.press("甲野 一 本番")
    seen = work.page()
    page = work.press("検証の残り3名を「全員登録済」にする")
    assert [words(one) for one in page.xpath("//thead//span[contains(@class,'frac')]")] == ["1／3", "3／3"]
    work.press("乙野 二 本番")
    answer = work.screen.send(form(seen, f"/work-items/{work.prod}"), "本番の残り2名")
    assert "ほかの人が先に変えたため" in words(work.screen.get(answer.headers["location"]))
    assert shown(work.page())[4].startswith("本番登録済にする")


def test_ap_75_somebody_missing_does_not_finish_it_and_takes_the_focus(work: Registering) -> None:
    work.press("甲野 一 本番")
    page = work.press("作業を完了", code=422, r__registered_on="12/10")
    assert page.xpath("//section[@class='errsum']//a/@href") == ["#r_persons"]
    assert page.get_element_by_id("r_persons").get("autofocus") is not None
    assert work.office.step(work.row, 3).state is StepState.WAITING


def test_ap_76_all_ticked_it_is_finished_once_and_the_other_environment_follows(work: Registering) -> None:
    work.press("本番の残り3名")
    page = form(work.page(), f"/work-items/{work.prod}")
    answer = work.screen.send(page, "作業を完了", r__registered_on="")
    assert answer.headers["location"] == f"/work-items/{work.verify}"
    again = work.screen.send(page, "作業を完了", r__registered_on="")
    assert again.headers["location"] == f"/work-items/{work.prod}"
    verify = work.page(work.verify)
    assert [words(one) for one in verify.xpath("//thead//span[contains(@class,'frac')]")] == ["3／3", "0／3"]
    assert not verify.xpath(f"//button[starts-with(@value, '{work.prod}.')]")


def test_ap_78_the_file_of_one_environment_opens_in_excel_and_runs_nothing() -> None:
    work = Registering("甲野 一", "=HYPERLINK(1)")
    answer = work.screen.client.get(f"/work-items/{work.verify}/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["書庫番号", "所属", "氏名", "利用者番号"]
    assert rows[1] == ["R1104", "環境保全課", "甲野 一", "U110401"]
    assert rows[2][2].startswith("'=")


def test_ap_78_a_pasted_result_ticks_whom_it_names_and_tells_the_rest(work: Registering) -> None:
    pasted = "利用者番号,結果\nU110401,OK\nＵ１１０４０３,OK\nU999999,<b>\n"
    page = work.press("検証の結果として取り込む", result=pasted)
    assert [words(one) for one in page.xpath("//thead//span[contains(@class,'frac')]")] == ["0／3", "2／3"]
    said = words(page.xpath("//*[@role='status'][contains(., '一致した')]")[0])
    assert said.startswith("結果と一致した2名のうち、2名を新しく登録済にしました。")
    assert "1件あります：U999999,<b>" in said


def test_ap_80_those_who_are_done_can_be_left_out(work: Registering) -> None:
    work.press("甲野 一 本番")
    page = work.screen.get(f"/work-items/{work.prod}?view=open")
    assert [words(one) for one in page.xpath("//tbody//th")] == ["乙野 二", "丙野 三"]
    answer = work.screen.send(form(page, f"/work-items/{work.prod}"), "乙野 二 本番")
    assert answer.headers["location"].endswith("?view=open")


def test_a_tick_of_nobody_is_refused(work: Registering) -> None:
    csrf = form(work.page(), "/sign-out").fields["csrf"]
    for sent in ("9999.0", "x", f"{work.prod}", f"{work.prod}.99", "-1.0", f"{work.prod}.0.0"):
        answer = work.screen.client.post(f"/work-items/{work.prod}/ticks", data={"csrf": csrf, "tick": sent})
        assert answer.status_code == 422, sent


def test_an_officer_sees_it_and_cannot_tick(work: Registering) -> None:
    page = work.page(login="mori")
    assert not page.xpath("//button[@name='tick' or @name='all']")
    officer = Screen(work.office.desk).sign_in("mori")
    csrf = form(officer.get(f"/work-items/{work.prod}"), "/sign-out").fields["csrf"]
    sent = {"csrf": csrf, "tick": f"{work.prod}.0"}
    assert officer.client.post(f"/work-items/{work.prod}/ticks", data=sent).status_code in (403, 409)
