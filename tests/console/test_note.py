"""新規受付: a call becomes a receipt, once, with what the rules say shown before (UX 5.11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.console.screens import MORNING, Screen, form, text_of, words
from uketsuke.domain.authority import Evidence
from uketsuke.domain.calendar import JST

CALL = {"who": "髙橋", "what": "LTEを返却したい", "s": "lte-handover"}


def look(screen: Screen, **values: str) -> Any:
    """The page after 探す, as a browser without JavaScript does it."""
    from lxml import html

    page = screen.get("/requests/new")
    return html.fromstring(screen.send(form(page, "/requests/new"), "探す", 200, **values).text)


def accept(screen: Screen, page: Any, code: int = 303, **values: str) -> Any:
    """Press 受付する."""
    return screen.send(form(page, "/requests/new"), "受付する", code, **values)


def test_ap_82_a_caller_is_found_by_name_number_and_section_and_the_service_by_their_words(
    screen: Screen,
) -> None:
    page = look(screen, who="髙橋", what="LTEを返却したい")
    assert "髙橋 徹" in words(page.get_element_by_id("hits"))
    assert "「LTE" in words(page.get_element_by_id("services"))
    person = screen.desk.app
    with person.database.reading() as tx:
        known = tx.people.named("髙橋 徹")[0]
    for text in (known.employee_number, known.department):
        assert known.name in words(look(screen, who=text).get_element_by_id("hits")), text


def test_ap_82_a_name_that_is_nearly_somebodys_is_offered_and_never_chosen(screen: Screen) -> None:
    page = look(screen, who="髙橋 撤", what="LTEを返却したい")
    assert "近い名前" in words(page.get_element_by_id("hits"))
    assert not page.xpath("//*[@id='hits']//input[@name='p'][@checked][@value!='unlisted']")


def test_ap_82_only_fields_that_matter_are_asked_and_the_sections_own_units_are_offered(
    screen: Screen,
) -> None:
    page = look(screen, **CALL, n__kind="返却")
    assert "LTE-0012" in words(page.get_element_by_id("fields"))
    assert not page.xpath("//*[@name='n.failure_detail' or @name='n.requester_name']")
    assert look(screen, **CALL, n__kind="故障交換").xpath("//*[@name='n.failure_detail']")


def test_ap_83_the_start_can_be_corrected_and_starts_the_clock(screen: Screen) -> None:
    page = look(screen, **CALL, n__kind="返却")
    answer = accept(screen, page, started="９：３０", n__current_asset_no="LTE-0012", n__desired_date="12/18")
    screen.desk.work()
    number = answer.headers["location"].removeprefix("/requests/")
    assert screen.desk.request(number).applied_at == datetime(2026, 12, 10, 9, 30, tzinfo=JST)
    assert "いまより前の時刻" in text_of(accept(screen, page, 422, started="23:59").text)


def test_ap_83_an_identity_check_is_never_preselected_and_raises_the_evidence(screen: Screen) -> None:
    page = look(screen, **CALL, n__kind="返却")
    assert page.xpath("//input[@name='check'][@checked]/@value") == [""]
    fields = {"n__current_asset_no": "LTE-0012", "n__desired_date": "12/18"}
    for check, evidence in (("", None), ("call-back", Evidence.STRONG)):
        made = look(screen, **CALL, n__kind="返却")
        number = accept(screen, made, check=check, **fields).headers["location"].removeprefix("/requests/")
        screen.desk.work()
        authority = screen.desk.request(number).authority
        assert authority is not None
        assert (authority.evidence is Evidence.STRONG) == (evidence is Evidence.STRONG)


def test_pressing_twice_creates_one(screen: Screen) -> None:
    page = look(screen, **CALL, n__kind="返却")
    first, second = (accept(screen, page, n__current_asset_no="LTE-0012") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    screen.desk.work()
    assert words(screen.get("/requests").xpath("//h1")[0]) == "依頼一覧 1件"


def test_the_number_is_shown_at_once_also_before_it_is_read(screen: Screen) -> None:
    answer = accept(screen, look(screen, **CALL, n__kind="返却"), n__current_asset_no="LTE-0012")
    page = screen.get(answer.headers["location"])
    assert words(page.xpath("//h1")[0]) == answer.headers["location"].removeprefix("/requests/")
    screen.desk.work()
    assert "LTE接続端子の返却" in words(screen.get(answer.headers["location"]).xpath("//h1")[0])


def test_ap_84_a_caller_who_is_not_listed_is_typed_and_weak(screen: Screen) -> None:
    page = look(screen, who="幽霊", what="LTEを返却したい")
    assert "氏名と所属" in text_of(accept(screen, page, 422, p="unlisted").text)
    answer = accept(screen, page, p="unlisted", name="架空 太郎", section="道路計画課", s="lte-handover")
    screen.desk.work()
    row = screen.desk.request(answer.headers["location"].removeprefix("/requests/"))
    assert row.requester_name == "架空 太郎"
    assert row.authority is not None
    assert row.authority.evidence is Evidence.WEAK


def test_what_follows_is_said_by_the_rules_that_will_judge_it(screen: Screen) -> None:
    page = look(screen, **CALL, n__kind="返却", n__current_asset_no="LTE-0012", n__desired_date="12/18")
    follows = words(page.get_element_by_id("follows"))
    assert "12/11(金) 17:30" in follows
    assert "返却待ち" in follows
    assert "道路計画課の進行中" in follows
    assert "12月11日（金）17時30分までに" in follows


@pytest.mark.parametrize("missing", ["who", "what"])
def test_without_a_caller_or_a_matter_nothing_is_accepted(screen: Screen, missing: str) -> None:
    values = {**CALL, missing: ""} | ({"s": ""} if missing == "what" else {})
    page = look(screen, **values)
    answer = accept(screen, page, 422, **({"s": ""} if missing == "what" else {}))
    assert "まだ受け付けていません" in text_of(answer.text)
    assert screen.desk.clock.now() == MORNING


def test_ap_82_the_script_that_guards_typing_is_there_before_the_first_answer_can_be_asked_for(
    screen: Screen,
) -> None:
    scripts = [one.rpartition("/")[2] for one in screen.get("/requests/new").xpath("//script/@src")]
    assert scripts[0].startswith("note.js"), scripts
    assert any(one.startswith("htmx") for one in scripts), scripts
