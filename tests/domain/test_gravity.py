"""A plan is as grave as what its steps do, whatever its service says (FAULTS 3)."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uketsuke.domain.authority import Action, Risk, SecondPerson, strictest
from uketsuke.domain.gravity import ACTIONS, WEIGHTS, actions_of, risk_of
from uketsuke.domain.plan import (
    AccountAction,
    AccountDeed,
    AgreeDate,
    LedgerUpdate,
    ManualTask,
    Ref,
    Reserve,
    SendMail,
    Step,
)

LETTER = SendMail(seq=1, template="x.y.done", to="a@city.example.lg.jp")
R3 = {"unlock", "reset-password", "enable", "delete", "grant"}
R2 = {"create", "change", "disable", "revoke"}


def by_machine(deed: AccountDeed, seq: int = 2) -> Step:
    return AccountAction(seq=seq, system="ad", account="a10001", do=deed)


def by_hand(deed: AccountDeed, seq: int = 2) -> Step:
    return ManualTask(seq=seq, task="x", does=(deed,))


def change(*keys: str, seq: int = 2) -> Step:
    return LedgerUpdate(seq=seq, ledger="l", key=list(keys), expects=[1] * len(keys), set={"state": "x"})


@pytest.mark.parametrize("how", [by_machine, by_hand])
def test_every_deed_has_its_weight_whoever_does_it(how: object) -> None:
    assert set(get_args(AccountDeed)) == set(WEIGHTS) == R3 | R2
    for deed in WEIGHTS:
        risk = risk_of((LETTER, how(deed)))  # type: ignore[operator]
        assert risk is (Risk.R3 if deed in R3 else Risk.R2)


def test_words_weigh_nothing_and_a_ledgers_row_little() -> None:
    assert risk_of(()) is risk_of((LETTER, AgreeDate(seq=2, names=("day",)))) is Risk.R0
    assert risk_of((LETTER, change("1"))) is Risk.R1
    assert risk_of((Reserve(seq=1, ledger="l", criteria={}, count=1, set={}),)) is Risk.R1


def test_more_than_twenty_rows_are_grave_each_counted_once() -> None:
    keys = [str(place) for place in range(21)]
    assert risk_of((change(*keys[:20]), change(*keys[:20], seq=3))) is Risk.R1
    assert risk_of((change(*keys[:20]), change(keys[20], seq=3))) is Risk.R3
    taken = Reserve(seq=1, ledger="l", criteria={}, count=20, set={})
    booked = LedgerUpdate(seq=2, ledger="l", key=Ref(step=1, name="asset_no"), expects=1, set={})
    assert risk_of((taken, booked)) is Risk.R1
    assert risk_of((taken, booked, change("1", seq=3))) is Risk.R3
    assert actions_of((change(*keys),)) == {Action.BULK}


@given(st.lists(st.sampled_from(sorted(WEIGHTS)), min_size=1, max_size=6), st.randoms())
def test_nothing_beside_a_step_makes_it_lighter(deeds: list[AccountDeed], random: object) -> None:
    steps = [by_machine(deed, place) for place, deed in enumerate(deeds, 2)]
    mixed = [LETTER, change("1", seq=9), *steps]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert risk_of(mixed) is max(risk_of([one]) for one in mixed)
    assert actions_of(mixed) == {ACTIONS[deed] for deed in deeds if deed in ACTIONS}


def test_the_strictest_policy_counts() -> None:
    assert strictest([SecondPerson.NONE, SecondPerson.BEFORE, SecondPerson.AFTER]) is SecondPerson.BEFORE
    assert strictest([SecondPerson.NONE, SecondPerson.AFTER]) is SecondPerson.AFTER
