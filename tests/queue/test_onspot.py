"""その場で完了 (AP-85): one press carries the note through, as the operator, or changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.desk import Desk
from uketsuke import boundary
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel, Deed
from uketsuke.domain.job import JobName
from uketsuke.domain.states import RequestState, Role
from uketsuke.errors import LeaseLost
from uketsuke.intake.accept import accept
from uketsuke.intake.note import Note, accept_note
from uketsuke.queue.process import process
from uketsuke.store.requests import RequestRow
from uketsuke.store.tray import View

CALLED = datetime(2026, 12, 10, 9, 50, tzinfo=JST)
HANDED = {"hand_over_result": "handed_over", "handed_over_on": "2026-12-10"}
CALLER = {
    "所属": "道路計画課",
    "氏名": "髙橋 徹",
    "内線": "2345",
    "メールアドレス": "takahashi-t@city.example.lg.jp",
}
RETURN = {"サービス": "lte-handover", "申請区分": "返却", **CALLER, "LTE接続端子管理番号": "LTE-0012"}
EXCHANGE = {**RETURN, "申請区分": "故障交換", "故障内容": "電源が入らない"}
DISTRIBUTION = {"サービス": "lte-handover", "申請区分": "配布", **CALLER, "本数": "2"}


def deed(*units: str, **changes: Any) -> Deed:
    return Deed(
        **{
            "by": "hashimoto",
            "role": Role.OPERATOR,
            "at": CALLED,
            "units": units,
            "results": HANDED,
            **changes,
        }
    )


def note(values: dict[str, str], done: Deed | None, check: str | None = "counter") -> Note:
    return Note("note-1", "hashimoto", CALLED, CALLED + timedelta(minutes=5), check, values, done)


def taken(desk: Desk, one: Note) -> RequestRow:
    number = accept_note(desk.app.database, one, desk.app.now()).number
    desk.work()
    return desk.request(number)


def free_units(desk: Desk) -> list[str]:
    """What is in stock, in the order in which a plan would take it."""
    with desk.app.database.reading() as tx:
        return [row.key for row in tx.stock.free("lte-ledger", {"status": "in_stock"})]


def told(desk: Desk, row: RequestRow) -> list[tuple[str, str]]:
    """Who did what, as the audit log has it."""
    with desk.app.database.reading() as tx:
        return [(one.actor, one.action) for one in tx.audit.of_request(row.id)]


def test_an_exchange_at_the_counter_is_done_in_one_go(desk: Desk) -> None:
    unit = free_units(desk)[-1]
    row = taken(desk, note(EXCHANGE, deed(unit)))
    assert row.state is RequestState.DONE
    out, back = desk.unit(unit), desk.unit("LTE-0012")
    assert (out["status"], out["department"], out["hand_over_date"]) == (
        "handed_out",
        "道路計画課",
        "2026-12-10",
    )
    assert (back["status"], back["return_date"]) == ("in_repair", "2026-12-10")
    (letter,) = desk.letters()
    assert unit in letter.get_content()
    assert "takahashi-t@city.example.lg.jp" in str(letter["To"])


def test_the_audit_log_has_every_entry_once_and_the_operators_are_theirs(desk: Desk) -> None:
    row = taken(desk, note(RETURN, deed()))
    entries = told(desk, row)
    mine = [action for actor, action in entries if actor == "hashimoto"]
    assert mine == ["plan", "run", "step-agree-date", "step-manual-task"]
    assert [action for _, action in entries].count("step-ledger-update") == 2
    assert {"open", "step-send-mail", "complete"} <= {
        action for actor, action in entries if actor == "uketsuke"
    }


def test_the_deadlines_are_met_at_the_time_of_the_call(desk: Desk) -> None:
    desk.clock.at = datetime(2026, 12, 10, 17, 50, tzinfo=JST)
    late = datetime(2026, 12, 10, 17, 40, tzinfo=JST)
    row = taken(desk, Note("note-1", "hashimoto", late, late, "counter", RETURN, deed(at=late)))
    with desk.app.database.reading() as tx:
        steps = {step.kind: step for step in tx.steps.of_request(row.id) if step.due_at}
    assert set(steps) == {"agree-date", "manual-task"}
    for step in steps.values():
        assert step.done_at == late
        assert step.due_at is not None
        assert step.due_at >= step.done_at


def test_several_units_are_the_ones_that_were_handed_over(desk: Desk) -> None:
    named = tuple(free_units(desk)[-2:])
    row = taken(desk, note(DISTRIBUTION, deed(*named)))
    assert row.state is RequestState.DONE
    assert {desk.unit(key)["status"] for key in named} == {"handed_out"}


@pytest.mark.parametrize(
    ("values", "done", "check"),
    [
        (RETURN, deed(), None),
        ({**RETURN, "LTE接続端子管理番号": "LTE-9999"}, deed(), "counter"),
        ({**RETURN, "備考": "別の端末も紛失しました"}, deed(), "counter"),
        (RETURN, deed(results={}), "counter"),
        (RETURN, deed(results={**HANDED, "handed_over_on": "2026-12-11"}), "counter"),
        (RETURN, deed(results={**HANDED, "handed_over_on": "2020-12-10"}), "counter"),
        (RETURN, deed(results={**HANDED, "hand_over_result": "no_show"}), "counter"),
        (RETURN, deed("LTE-0012"), "counter"),
        (DISTRIBUTION, deed("LTE-0012", "LTE-0017"), "counter"),
        (RETURN, deed(role=Role.OFFICER), "counter"),
        (RETURN, deed(role=Role.STAFF), "counter"),
    ],
    ids=[
        "nobody checked who asks",
        "unknown unit",
        "loss",
        "no day",
        "a day ahead",
        "a day of another year",
        "nobody came",
        "a unit that no plan asks for",
        "units that are not in stock",
        "an officer",
        "staff",
    ],
)
def test_what_may_not_be_done_at_once_changes_nothing_and_waits_with_the_reason(
    desk: Desk, values: dict[str, str], done: Deed, check: str | None
) -> None:
    row = taken(desk, note(values, done, check))
    assert row.state is RequestState.NEEDS_REVIEW
    assert "done-on-the-spot" in [one.code for one in row.concerns]
    assert desk.unit("LTE-0012")["status"] == "handed_out"
    assert desk.letters() == []
    with desk.app.database.reading() as tx:
        assert tx.steps.of_request(row.id) == []
        assert [one.id for one in tx.tray.page(View.REVIEW, "operator01").rows] == [row.id]


def test_a_file_that_says_it_is_done_is_only_a_claim(desk: Desk) -> None:
    """Nobody signed in for it: it came by a folder, not by our console."""
    raw = note(RETURN, deed()).raw()
    number = accept(desk.app.database, raw, Channel.NOTE, source="folder", received_at=desk.app.now()).number
    desk.work()
    assert desk.request(number).state is RequestState.NEEDS_REVIEW
    assert desk.unit("LTE-0012")["status"] == "handed_out"


@pytest.mark.parametrize("broken", ['"done": 1', '"done": {}', '"done": {"role": "god", "results": {}}'])
def test_a_deed_that_cannot_be_read_is_in_sight(desk: Desk, broken: str) -> None:
    raw = note(RETURN, None).raw().decode().replace('"values"', f'{broken}, "values"', 1)
    number = accept(
        desk.app.database, raw.encode(), Channel.NOTE, source="console", received_at=desk.app.now()
    ).number
    desk.work()
    row = desk.request(number)
    assert (row.state, bool(row.concerns)) == (RequestState.NEEDS_REVIEW, True)


def test_sent_twice_it_is_done_once(desk: Desk) -> None:
    first = taken(desk, note(RETURN, deed()))
    again = taken(desk, note(RETURN, deed()))
    assert first.id == again.id
    assert len(desk.letters()) == 1
    assert [action for _, action in told(desk, again)].count("run") == 1


def test_a_worker_that_dies_before_its_commit_leaves_nothing_half_and_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same job again, as after the lease has ended: once carried through, and never twice."""
    number = accept_note(desk.app.database, note(RETURN, deed()), desk.app.now()).number
    with desk.app.database.transaction("claim") as tx:
        claim = tx.jobs.claim("me", timedelta(seconds=30), names=(JobName.PROCESS,))
    assert claim is not None
    monkeypatch.setattr(boundary, "point", die_at("process:before-commit"))
    with pytest.raises(Died):
        process(desk.app, claim)
    with desk.app.database.reading() as tx:
        assert tx.requests.by_number(number) is None
    monkeypatch.setattr(boundary, "point", die_at("process:after-commit"))
    with pytest.raises(Died):
        process(desk.app, claim)
    with pytest.raises(LeaseLost):
        process(desk.app, claim)
    desk.work()
    assert desk.request(number).state is RequestState.DONE
    assert [action for _, action in told(desk, desk.request(number))].count("run") == 1


class Died(BaseException):
    """In place of SIGKILL; nothing may catch it."""


def die_at(name: str) -> Callable[[str], None]:
    """A point that ends the process at that name."""

    def point(passed: str) -> None:
        if passed == name:
            raise Died(name)

    return point
