"""依頼フォーム: what a signed-in person asks for becomes one receipt, with strong evidence (UX 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html

from tests.console.screens import PASSWORD_HASH, Screen, form, open_screen, text_of, words
from uketsuke.domain.authority import Evidence, Path, Target
from uketsuke.domain.states import Role
from uketsuke.store.users import User

RETURN = {"n__kind": "返却", "n__current_asset_no": "LTE-0012", "n__desired_date": "12/18"}
LTE = "/forms/lte-handover"


@pytest.fixture
def clerk() -> Iterator[Screen]:
    """A browser in which 髙橋 徹 of 道路計画課 is signed in."""
    opened = open_screen()
    sign_up(opened, "takahashi-t", "髙橋 徹")
    yield opened.sign_in("takahashi-t")
    opened.desk.app.close()


def sign_up(screen: Screen, login: str, name: str) -> str:
    """A sign-in of somebody of the directory, with no role at the desk; gives the employee number."""
    with screen.desk.app.database.transaction("sign-up") as tx:
        (person,) = tx.people.named(name)
        user = User(login=login, name=name, roles=(Role.STAFF,), password_hash=PASSWORD_HASH)
        tx.users.put(user.model_copy(update={"employee_number": person.employee_number}))
    return person.employee_number


def press(screen: Screen, page: Any, button: str, code: int = 200, **values: Any) -> Any:
    answer = screen.send(form(page, LTE), button, code, **values)
    return answer if code == 303 else html.fromstring(answer.text)


def confirmed(screen: Screen, **values: str) -> Any:
    """The confirm page of a return."""
    return press(screen, screen.get(LTE), "確認へ進む", **{**RETURN, **values})


def sent(screen: Screen, **values: str) -> str:
    """A form goes out and is read; its receipt number."""
    answer = press(screen, confirmed(screen, **values), "この内容で依頼する", 303)
    screen.desk.work()
    return str(answer.headers["location"]).rpartition("/")[2]


def test_ap_34_a_signed_in_person_asks_with_strong_evidence_and_gets_the_number_by_page_and_mail(
    clerk: Screen,
) -> None:
    number = sent(clerk)
    page = words(clerk.get(f"/forms/done/{number}").get_element_by_id("main"))
    row = clerk.desk.request(number)
    assert number in page
    assert "12月11日（金）17時30分まで" in page
    assert row.authority is not None
    found = row.authority.path, row.authority.evidence, row.authority.target
    assert found == (Path.SIGNED_IN, Evidence.STRONG, Target.SECTION)
    assert row.service == "lte-handover"
    letter = next(one for one in clerk.desk.letters() if number in str(one["Subject"]))
    assert str(letter["To"]) == "takahashi-t@city.example.lg.jp"
    assert "受け付けました" in letter.get_content()


def test_who_asks_is_the_sessions_word_whatever_the_form_says(clerk: Screen) -> None:
    page = confirmed(clerk)
    forged = {"n__requester_name": "幽霊", "n__requester_email": "x@evil.example", "department": "税務課"}
    answer = press(clerk, page, "この内容で依頼する", 303, submitter="D1001", **forged)
    clerk.desk.work()
    row = clerk.desk.request(str(answer.headers["location"]).rpartition("/")[2])
    assert (row.requester_name, row.department) == ("髙橋 徹", "道路計画課")
    assert row.requester_mail == "takahashi-t@city.example.lg.jp"


def test_ap_34_a_double_click_a_reload_and_a_replay_create_one(clerk: Screen) -> None:
    page = confirmed(clerk)
    first = press(clerk, page, "この内容で依頼する", 303).headers["location"]
    clerk.desk.work()
    again = press(clerk, page, "この内容で依頼する", 303, n__quantity="2").headers["location"]
    assert again == first
    clerk.desk.work()
    with clerk.desk.app.database.reading() as tx:
        assert len(tx.requests.of_department("道路計画課", open_only=False)) == 1


def test_ap_33_what_is_wrong_stands_on_top_with_links_values_stay_and_the_first_has_the_focus(
    clerk: Screen,
) -> None:
    page = press(clerk, clerk.get(LTE), "確認へ進む", 422, n__kind="返却", n__desired_date="きのう")
    links = page.xpath("//section[@class='errsum']//a/@href")
    assert links[0] == "#n_current_asset_no"
    assert all(page.get_element_by_id(link[1:]).get("aria-invalid") == "true" for link in links)
    assert page.xpath("//*[@autofocus]/@id") == ["n_current_asset_no"]
    assert page.get_element_by_id("n_desired_date").get("value") == "きのう"


def test_a_field_that_only_some_need_is_asked_with_and_without_a_script(clerk: Screen) -> None:
    page = clerk.get(LTE)
    assert not page.xpath("//*[@name='n.failure_detail']")
    page = press(clerk, page, "確認へ進む", 422, n__kind="故障交換", n__current_asset_no="LTE-0012")
    assert "必須" in words(page.xpath("//label[@for='n_failure_detail']")[0])
    token = page.xpath("//input[@name='csrf']/@value")[0]
    part = clerk.client.post(f"{LTE}/look", data={"csrf": token, "n.kind": "故障交換"})
    assert 'name="n.failure_detail"' in part.text
    assert "<html" not in part.text


def test_the_same_thing_still_open_is_linked_and_the_link_leads_to_its_state(clerk: Screen) -> None:
    number = sent(clerk)
    page = confirmed(clerk)
    assert page.xpath(f"//a[@href='/my/requests/{number}']")
    assert clerk.client.get(f"/my/requests/{number}").headers["location"].startswith("/s/")
    assert number in words(clerk.get("/my").get_element_by_id("main"))


def test_urgent_needs_a_reason_and_is_looked_at(clerk: Screen) -> None:
    page = press(clerk, clerk.get(LTE), "確認へ進む", 422, **RETURN, urgent="1")
    assert page.xpath("//*[@autofocus]/@id") == ["f_reason"]
    row = clerk.desk.request(sent(clerk, urgent="1", reason="明日の議会で使う"))
    assert "urgent" in [one.code for one in row.concerns]


def test_a_sign_in_of_nobody_in_the_directory_sends_nothing(guest: Screen) -> None:
    guest.sign_in("ono")
    assert "フォームを使えません" in text_of(guest.client.get(LTE).text)
    token = guest.get("/my/sign-in").xpath("//input[@name='csrf']/@value")[0]
    assert guest.client.post(LTE, data={"csrf": token, "press": "send"}).status_code == 403


def test_nobody_sees_the_receipt_of_another(clerk: Screen) -> None:
    number = sent(clerk)
    other = Screen(clerk.desk)
    sign_up(other, "other", "加藤 優")
    other.sign_in("other")
    assert other.client.get(f"/forms/done/{number}").status_code == 404
    assert other.client.get(f"/my/requests/{number}").status_code == 404


def test_staff_come_to_the_forms_after_signing_in(clerk: Screen) -> None:
    assert clerk.client.get("/").headers["location"] == "/forms"
    assert "返したい" in words(clerk.get("/forms").get_element_by_id("main"))
