"""Rights in kintone: what their plans do, in which order, and who tells the applicant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_files import Sample, by_name, catalogue, context
from uketsuke.domain.authority import Risk
from uketsuke.domain.calendar import local_day
from uketsuke.domain.plan import AccountAction, Confirm, LedgerUpdate, Plan, RecordStatus, SendMail, Step
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.processors.assess import assess


def steps_of(sample: Sample, **changes: Any) -> tuple[Step, ...]:
    """The plan of a sample, in a world with these lists replaced."""
    known = catalogue()
    world = SnapshotWorld({**context(), **changes}, local_day(sample.received_at), known.key_columns)
    return assess(sample.content, sample.received_at, world, known).steps or ()


def kinds(steps: tuple[Step, ...]) -> list[str]:
    return [step.kind for step in steps]


DEVELOPER = "kobe/kintone-developer/kobe-16-kintone-developer-clean"
SPACE = "kobe/kintone-space/kobe-17-kintone-space-clean"
GROUP = "kobe/kintone-group/kobe-18-kintone-group-clean"


def test_a_developer_is_put_into_the_group_and_the_list_and_told_by_kintone() -> None:
    steps = steps_of(by_name(DEVELOPER))
    assert kinds(steps) == ["record-status", "account-action", "ledger-update", "record-status"]
    act, book = steps[1], steps[2]
    assert isinstance(act, AccountAction)
    assert isinstance(book, LedgerUpdate)
    assert (act.account, act.do, act.values) == (
        "tanaka-h",
        "change",
        {"group": "アプリ開発者", "add": ["tanaka-h"]},
    )
    assert (book.key, book.expects, book.set["department"]) == (["tanaka-h"], [0], "市民協働課")


@pytest.mark.parametrize("name", [DEVELOPER, SPACE, GROUP])
def test_the_letter_is_ours_only_where_kintone_sends_none(name: str) -> None:
    sample = by_name(name)
    assert "send-mail" not in kinds(steps_of(sample))
    (letter,) = [
        step
        for step in steps_of(sample, settings={"automatic_mail_by": "uketsuke"})
        if isinstance(step, SendMail)
    ]
    assert letter.to.endswith("@city.example.lg.jp")


@pytest.mark.parametrize("name", [DEVELOPER, SPACE, GROUP])
def test_no_work_waits_for_what_the_record_shows(name: str) -> None:
    steps = steps_of(by_name(name))
    plan = Plan(service="x", version=1, steps=steps)
    shown = {step.seq for step in steps if isinstance(step, RecordStatus)}
    waiting = [step for step in steps if shown & set(plan.needs(step.seq))]
    assert [step.kind for step in waiting] == ["record-status"]  # 完了 after 処理中
    assert len(shown) == 2


def test_a_group_with_people_of_other_sections_is_agreed_first() -> None:
    steps = steps_of(by_name(GROUP))
    assert isinstance(steps[0], Confirm)
    assert steps[0].owner == "10001"
    act = next(step for step in steps if isinstance(step, AccountAction))
    assert (act.account, act.values["add"], act.values["remove"]) == ("keiri_tanto", ["kobayashi-m"], [])
    book = next(step for step in steps if isinstance(step, LedgerUpdate))
    assert book.set["members"] == by_name(GROUP).expected["derived"]["resulting_members"]


def test_members_of_ones_own_section_are_an_ordinary_right() -> None:
    sample = by_name(GROUP)
    accounts = [{"id": "kobayashi-m", "employee_number": "10006"}]  # 市民協働課
    others = context()["systems_accounts"]["kintone_admin"]
    world = {"systems_accounts": {"kintone_admin": [*accounts, *others]}}
    steps = steps_of(sample, **world)
    assert not [step for step in steps if isinstance(step, Confirm)]


def test_a_dynamic_group_gets_no_plan_of_its_own_accord() -> None:
    sample = by_name(GROUP)
    rows = [{**context()["kintone-group-list"][0], "dynamic": True}]
    known = catalogue()
    world = SnapshotWorld(
        {**context(), "kintone-group-list": rows}, local_day(sample.received_at), known.key_columns
    )
    found = assess(sample.content, sample.received_at, world, known)
    assert [one.rule for one in found.concerns] == ["KG-3"]


def test_guests_make_a_space_grave() -> None:
    sample = by_name("kobe/kintone-space/kobe-17-kintone-space-flagged")
    assert sample.assessed().authority.risk is Risk.R3
