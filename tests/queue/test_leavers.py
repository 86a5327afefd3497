"""People who are moved ahead of the day, who leave, and what becomes of what they asked for."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.desk import RETURN, Desk, mail
from tests.queue.test_spine import confirm
from uketsuke.domain.calendar import JST
from uketsuke.domain.people import Person
from uketsuke.domain.states import RequestState
from uketsuke.queue.leavers import ACTION
from uketsuke.queue.timetable import tick

FIRST = date(2026, 12, 15)
"""発令日."""


def takahashi(desk: Desk) -> Person:
    with desk.app.database.reading() as tx:
        (person,) = tx.people.by_mail("takahashi-t@city.example.lg.jp")
    return person


def foretell(desk: Desk, **changes: object) -> Person:
    """A list says now what will be from that day on."""
    ahead = takahashi(desk).model_copy(update={"valid_from": FIRST, **changes})
    with desk.app.database.transaction("list") as tx:
        tx.people.put(ahead)
        tx.marks.set("import:people")
    return ahead


def asked(desk: Desk) -> str:
    """A clean return by 髙橋, planned for 18 December."""
    number = desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月18日"))).number
    desk.work()
    return number


def histories(desk: Desk, number: str) -> list[object]:
    request = desk.request(number)
    with desk.app.database.reading() as tx:
        entries = tx.audit.of_request(request.id)
    return [entry.facts["change"] for entry in entries if entry.action == ACTION]


def test_until_the_day_the_old_section_counts_and_from_it_on_the_new_one(desk: Desk) -> None:
    old = takahashi(desk)
    ahead = foretell(desk, department="市民協働課")
    for day, person in ((FIRST.replace(day=14), old), (FIRST, ahead)):
        desk.clock.at = datetime(day.year, day.month, day.day, 9, tzinfo=JST)
        with desk.app.database.reading() as tx:
            world = desk.app.world(tx)
            assert world.person(old.employee_number) == person
            assert world.people(mail="takahashi-t@city.example.lg.jp") == [person]
            assert world.people(name="高橋徹") == [person]
            assert (person in tx.people.of_department("市民協働課")) is (person is ahead)
            assert tx.people.search(old.employee_number) == [person]
            assert tx.people.history(old.employee_number) == [old, ahead]


def test_who_comes_only_later_is_not_active_before(desk: Desk) -> None:
    new = Person(employee_number="99999", name="新田 一", department="道路計画課", valid_from=FIRST)
    with desk.app.database.transaction("list") as tx:
        tx.people.put(new)
        assert tx.people.get("99999") == new
        assert desk.app.world(tx).person("99999") is None


def test_a_leavers_letter_goes_to_the_section_and_the_history_says_so_once(desk: Desk) -> None:
    number = asked(desk)
    before = len(desk.letters())
    with desk.app.database.reading() as tx:
        section = tx.departments.address_of("道路計画課")
    foretell(desk, active=False)
    desk.work()
    assert histories(desk, number) == []
    desk.clock.at = datetime(2026, 12, 18, 9, 30, tzinfo=JST)
    for _ in range(2):
        desk.work()
    assert histories(desk, number) == ["left"]
    assert tick(desk.app) == 0
    confirm(desk, number)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert [letter["To"] for letter in desk.letters()[before:]] == [section]


@pytest.mark.parametrize(
    ("changes", "change"), [({"department": "市民協働課"}, "moved"), ({"phone": "9999"}, None)]
)
def test_who_moved_is_told_apart_from_who_stayed(
    desk: Desk, changes: dict[str, object], change: str | None
) -> None:
    number = asked(desk)
    foretell(desk, **changes)
    desk.clock.at = datetime(2026, 12, 15, 9, tzinfo=JST)
    desk.work()
    assert histories(desk, number) == ([change] if change else [])
