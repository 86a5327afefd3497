"""A plan that changes somebody's account asks that somebody before anything else happens."""

from __future__ import annotations

from typing import Any

from uketsuke.domain.consent import asks_first, owners_of
from uketsuke.domain.plan import AccountAction, AgreeDate, Confirm, LedgerUpdate, ManualTask, SendMail, Step


def confirm(seq: int, owner: str = "10001", **more: Any) -> Step:
    return Confirm(seq=seq, owner=owner, **more)


def unlock(seq: int, owner: str | None = "10001", **more: Any) -> Step:
    return AccountAction(seq=seq, system="ad", account="a10001", do="unlock", owner=owner, **more)


def change(seq: int, **more: Any) -> Step:
    return LedgerUpdate(seq=seq, ledger="accounts", key="a10001", expects=1, set={"state": "active"}, **more)


def test_everything_comes_after_the_owner_was_asked() -> None:
    letter = SendMail(seq=4, template="x.y.done", to="a@city.example.lg.jp")
    assert asks_first((confirm(1), unlock(2), change(3), letter))
    assert asks_first((AgreeDate(seq=1, names=("day",)), confirm(2), unlock(3)))


def test_a_plan_that_never_asks_or_asks_too_late_does_not() -> None:
    assert not asks_first((unlock(1),))
    assert not asks_first((unlock(1), confirm(2)))
    assert not asks_first((change(1), confirm(2), unlock(3)))
    assert not asks_first(())


def test_a_way_around_the_question_is_found() -> None:
    """`after` lets steps run side by side: each needs the question behind it."""
    assert not asks_first((confirm(1), unlock(2, after=())))
    assert not asks_first((confirm(1), unlock(2, after=(3,)), change(3, after=())))
    assert asks_first((confirm(1), unlock(2, after=(1,)), change(3, after=(2,))))


def test_asking_one_owner_says_nothing_about_another() -> None:
    assert not asks_first((confirm(1, "10002"), unlock(2, "10001")))
    both = (confirm(1, "10001"), confirm(2, "10002", after=()), unlock(3, "10001", after=(1,)))
    assert asks_first((*both, unlock(4, "10002", after=(2,))))
    assert not asks_first((*both, unlock(4, "10002", after=(1,))))
    assert asks_first((confirm(1), unlock(2, None)))


def test_the_owners_are_those_of_confirmations_actions_and_tasks() -> None:
    task = ManualTask(seq=3, task="reset", does=("reset-password",), owner="10003")
    assert owners_of((confirm(1), unlock(2, "10002"), task, change(4))) == {"10001", "10002", "10003"}
