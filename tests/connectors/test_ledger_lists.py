"""A list in a ledger grows by what a plan adds; what stands there stays."""

from __future__ import annotations

from typing import Any

import pytest

from uketsuke.connectors.ledger import grown
from uketsuke.domain.plan import LedgerUpdate, Ref

STEP = LedgerUpdate(
    seq=3,
    ledger="account-register",
    key=["a30410"],
    expects=[1],
    set={"state": "active"},
    add={"unlock_dates": Ref(step=2, name="done_on")},
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"unlock_dates": []}, ["2027-02-09"]),
        ({"unlock_dates": ["2027-01-22"]}, ["2027-01-22", "2027-02-09"]),
        ({}, ["2027-02-09"]),
        ({"unlock_dates": "2027-01-22"}, ["2027-01-22", "2027-02-09"]),
    ],
)
def test_the_day_of_an_unlock_is_added_behind_the_earlier_ones(
    before: dict[str, Any], after: list[str]
) -> None:
    assert grown(before, STEP, {2: {"done_on": "2027-02-09"}}) == {"unlock_dates": after}
