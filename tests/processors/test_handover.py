"""What is left of a hand-over after 来庁なし, 日程変更 or a correction."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_files import Sample, by_name, catalogue
from uketsuke.domain.plan import AgreeDate, LedgerUpdate, ManualTask, Plan, Ref, SendMail, Step
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.base import Outcome

FOLDER = "kobe/lte-handover"
SERVICE = catalogue().service("lte-handover")
Done = dict[int, dict[str, Any]]


def planned(name: str) -> tuple[Sample, Assessment, Plan]:
    sample = by_name(f"{FOLDER}/{name}")
    assessment = sample.assessed(number="2026-000087-6")
    return sample, assessment, Plan(service="lte-handover", version=1, steps=assessment.steps or ())


def left_after(name: str, results: Done, step: int, how: str) -> tuple[Step, ...]:
    sample, assessment, plan = planned(name)
    assert assessment.subject
    outcome = Outcome(step, {"hand_over_result": how})
    results = {**results, step: {"hand_over_result": how}}
    return SERVICE.revise(plan, results, outcome, sample.world, assessment.subject)


RESERVED: Done = {
    1: {"asset_no": ["LTE-0050", "LTE-0051"], "version": [2, 2]},
    2: {},
    3: {"hand_over_date": "2026-12-10"},
    4: {},
}


@pytest.mark.parametrize("how", ["no_show", "rescheduled"])
def test_a_missed_hand_over_is_contacted_and_agreed_again_and_its_units_stay(how: str) -> None:
    left = left_after("kobe-06-lte-handover-clean", RESERVED, 5, how)
    assert [(one.seq, one.kind, one.of) for one in left] == [
        (8, "send-mail", (3,)),
        (9, "agree-date", (4,)),
        (10, "send-mail", (5,)),
        (11, "manual-task", (6,)),
        (12, "ledger-update", (7,)),
        (13, "send-mail", (10,)),
    ]
    booking = next(one for one in left if isinstance(one, LedgerUpdate))
    assert (booking.key, booking.expects) == (Ref(step=1, name="asset_no"), Ref(step=1, name="version"))
    assert booking.only_if == (Ref(step=11, name="hand_over_result"), "handed_over")
    assert booking.set["hand_over_date"] == Ref(step=11, name="handed_over_on")


def test_the_new_contact_offers_days_and_says_why() -> None:
    contact, agree, told, confirm, *_ = left_after("kobe-06-lte-handover-clean", RESERVED, 5, "no_show")
    assert isinstance(contact, SendMail)
    assert isinstance(agree, AgreeDate)
    assert contact.template == "kobe.lte-handover.contact-again"
    assert contact.facts["reason"] == "no_show"
    assert contact.facts["hand_over_date"] is None
    assert contact.facts["offered"] == [day.isoformat() for day in agree.offered]
    assert not agree.proposed
    assert isinstance(told, SendMail)
    assert told.facts["hand_over_date"] == Ref(step=9, name="hand_over_date")
    assert isinstance(confirm, ManualTask)
    assert confirm.opens_on == Ref(step=9, name="hand_over_date")


EXCHANGED: Done = {
    1: {"asset_no": ["LTE-0050"], "version": [2]},
    2: {"version": [2]},
    3: {},
    4: {"hand_over_date": "2026-12-14", "return_date": "2026-12-14"},
    5: {},
    6: {"hand_over_result": "handed_over", "handed_over_on": "2026-12-14"},
    7: {"version": [3]},
}


def test_of_an_exchange_only_the_leg_that_did_not_happen_is_left() -> None:
    left = left_after("kobe-06-lte-handover-clean-exchange", EXCHANGED, 8, "no_show")
    assert [one.of[0] for one in left] == [3, 4, 5, 8, 9, 10]
    agree = next(one for one in left if isinstance(one, AgreeDate))
    assert agree.names == ("return_date",)
    done = left[-1]
    assert isinstance(done, SendMail)
    assert done.facts["hand_over_date"] == Ref(step=6, name="handed_over_on")
    assert done.facts["return_date"] == Ref(step=14, name="handed_over_on")
    assert done.after == (7, 15)


def test_a_hand_over_that_is_confirmed_but_not_booked_keeps_its_booking() -> None:
    results = {seq: result for seq, result in EXCHANGED.items() if seq != 7}
    left = left_after("kobe-06-lte-handover-clean-exchange", results, 8, "no_show")
    assert [one.of[0] for one in left] == [3, 4, 5, 7, 8, 9, 10]
    booking = next(one for one in left if one.of == (7,))
    assert isinstance(booking, LedgerUpdate)
    assert booking.only_if == (Ref(step=6, name="hand_over_result"), "handed_over")


def test_a_second_no_show_goes_on_counting() -> None:
    sample, assessment, first = planned("kobe-06-lte-handover-clean")
    assert assessment.subject
    once = left_after("kobe-06-lte-handover-clean", RESERVED, 5, "no_show")
    second = Plan(service="lte-handover", version=2, steps=once)
    results = {
        **RESERVED,
        5: {"hand_over_result": "no_show"},
        8: {},
        9: {"hand_over_date": "2026-12-15"},
        10: {},
    }
    twice = SERVICE.revise(
        second, results, Outcome(11, {"hand_over_result": "no_show"}), sample.world, assessment.subject
    )
    assert [one.seq for one in twice] == [14, 15, 16, 17, 18, 19]
    booking = next(one for one in twice if isinstance(one, LedgerUpdate))
    assert booking.key == Ref(step=1, name="asset_no")
    assert (
        len({first.hash(), second.hash(), Plan(service="lte-handover", version=3, steps=twice).hash()}) == 3
    )


def test_every_ledger_change_names_the_version_it_expects() -> None:
    for name in ("kobe-06-lte-handover-clean", "kobe-06-lte-handover-clean-exchange", "own-html-table-clean"):
        for step in planned(name)[1].steps or ():
            if isinstance(step, LedgerUpdate):
                assert step.expects not in (None, 0)


def test_an_exchange_books_both_units_with_the_days_that_really_were() -> None:
    out, back = (
        one for one in planned("kobe-06-lte-handover-clean-exchange")[1].steps or () if one.of in ((7,), (9,))
    )
    assert isinstance(out, LedgerUpdate)
    assert isinstance(back, LedgerUpdate)
    assert out.set["replaced_asset_no"] == "LTE-0017"
    assert out.set["user_name"] == "小林 誠"
    assert out.set["hand_over_date"] == Ref(step=6, name="handed_over_on")
    assert (back.set["status"], back.set["return_date"]) == ("in_repair", Ref(step=8, name="handed_over_on"))
