"""The department is reminded of its checks: in opening hours, once in each period, of all that waits."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.console.test_checks_page import Checking
from tests.desk import OFFICER
from uketsuke.domain.calendar import JST
from uketsuke.queue.checking import pass_check
from uketsuke.queue.reminders import Waiting, remind_departments, waiting_checks


@pytest.fixture
def city() -> Checking:
    """A check that waits since Monday the 7th, and one since Thursday the 10th."""
    return Checking(screen=False)


def at(city: Checking, day: int, hour: int = 9) -> int:
    """Reminders written at that time of December."""
    city.office.desk.clock.at = datetime(2026, 12, day, hour, 30, tzinfo=JST)
    return remind_departments(city.office.desk.app)


def waiting(city: Checking) -> list[Waiting]:
    with city.office.desk.app.database.reading() as tx:
        return waiting_checks(tx)


def test_one_letter_lists_all_that_waits_after_three_business_days(city: Checking) -> None:
    # The fixture's own tick on Thursday, the third business day, has written it.
    letters = [one for one in city.office.desk.letters() if "確認をお待ち" in one.get_content()]
    assert [str(one["Subject"]) for one in letters] == [f"【受付番号 {city.first.number}】確認のお願い"]
    assert str(letters[0]["To"]) == "digital-strategy@city.example.lg.jp"
    assert [at(city, 11), at(city, 12), at(city, 13), at(city, 14)] == [0, 0, 0, 0]
    assert at(city, 15, hour=7) == 0
    assert at(city, 15) == 1
    assert at(city, 15, hour=10) == 0
    city.office.desk.work()
    text = city.office.desk.letters()[-1].get_content()
    assert [line for line in text.splitlines() if line.startswith("・")] == [
        f"・{city.first.number} 書庫の利用登録 環境保全課 12月7日（月）から",
        f"・{city.second.number} 書庫の利用登録 道路計画課 12月10日（木）から",
    ]
    assert "/checks" in text
    assert "/s/" not in text
    assert "乙野" not in text


def test_the_period_begins_again_and_nothing_is_said_of_what_was_checked(city: Checking) -> None:
    assert at(city, 15) == 1
    assert [at(city, 16), at(city, 17)] == [0, 0]
    for row in (city.first, city.second):
        pass_check(city.office.desk.app, OFFICER, city.check(row))
    assert at(city, 18) == 0


def test_without_an_address_nobody_is_written_to(city: Checking) -> None:
    with city.office.desk.app.database.transaction("no-address") as tx:
        tx.departments.take_mailbox("digital-strategy@city.example.lg.jp")
        known = tx.departments.matching("デジタル戦略部")[0]
        tx.departments.put(known.model_copy(update={"general_affairs_list": None}))
    assert at(city, 15) == 0
    assert all(one.item.wait.reminded_on != city.office.desk.app.today() for one in waiting(city))
