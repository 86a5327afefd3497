"""A colleague in Cc gets the result's letter, and nobody else of the Cc does."""

from __future__ import annotations

from datetime import datetime

from tests.desk import RETURN, Desk, mail
from uketsuke.domain.calendar import JST
from uketsuke.domain.plan import SendMail

CITY = "city.example.lg.jp"


def test_the_stored_plan_sends_its_last_letter_to_the_colleague_too() -> None:
    desk = Desk.open(datetime(2026, 12, 10, 10, 5, tzinfo=JST))
    cc = f"Cc: kobayashi-m@{CITY}, tanaka-h@{CITY}, m@evil.example\r\n".encode()
    number = desk.receive(cc + mail(RETURN.format(unit="LTE-0012", day="12月18日"))).number
    desk.work()
    plan_id = desk.request(number).plan_id
    assert plan_id is not None
    with desk.app.database.reading() as tx:
        letters = [step for step in tx.plans.get(plan_id).plan().steps if isinstance(step, SendMail)]
    told = [step.cc for step in letters if step.to == f"takahashi-t@{CITY}"]
    assert told[-1] == (f"kobayashi-m@{CITY}",)
    assert not any(told[:-1])
    desk.app.close()
