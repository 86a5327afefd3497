"""Who stands in for an account's owner by post asks in their place; no other colleague does (EU-1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_files import by_name, catalogue, context
from uketsuke.domain.authority import Target
from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import FromFacts
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment

SAMPLE = by_name("ashiya/account-unlock/as-account-unlock-clean-mail")
OWNER, NAKANO = "30233", "30718"


def judged(mail: str, *, name: str = "小松 茜", **post: Any) -> Assessment:
    """The owner's own words, sent by somebody who holds that post."""
    data: dict[str, Any] = dict(context("ashiya"))
    held = {"posts": [{"title": "秘書", **post}]} if post else {}
    data["staff"] = [{**one, **held} if one["employee_number"] == NAKANO else one for one in data["staff"]]
    world = SnapshotWorld(data, local_day(SAMPLE.received_at), catalogue("ashiya").key_columns)
    address = f"{mail}@ashiya-sample.example.lg.jp"
    text = SAMPLE.content.text.replace("小松 茜", name).replace("職員番号：30233\n", "")
    content = SAMPLE.content.model_copy(update={"sender": FromFacts(address=address), "text": text})
    return assess(content, SAMPLE.received_at, world, catalogue("ashiya"))


def outcome(found: Assessment) -> tuple[Target | None, bool]:
    named = {one.code for one in found.concerns}
    return found.authority.target, "not-their-account" in named


@pytest.mark.parametrize(
    ("mail", "post", "expected"),
    [
        ("komatsu-a", {}, (Target.OWN, False)),
        ("nakano-k", {}, (Target.OTHER, True)),
        ("nakano-k", {"persons": [OWNER]}, (Target.SECTION, False)),
        ("nakano-k", {"persons": ["30512"]}, (Target.OTHER, True)),
        ("nakano-k", {"sections": ["福祉課"]}, (Target.OTHER, True)),
        ("nakano-k", {"persons": [OWNER], "valid_to": "2027-02-08"}, (Target.OTHER, True)),
        ("nakano-k", {"persons": [OWNER], "valid_from": "2027-02-10"}, (Target.OTHER, True)),
    ],
)
def test_only_a_post_for_that_person_opens_their_account(
    mail: str, post: dict[str, Any], expected: tuple[Target, bool]
) -> None:
    assert outcome(judged(mail, **post)) == expected


def test_whoever_asks_in_anothers_place_names_one_of_the_two() -> None:
    assert outcome(judged("nakano-k", name="中野 圭吾", persons=[OWNER])) == (Target.SECTION, False)
    assert outcome(judged("nakano-k", name="藤本 圭", persons=[OWNER])) == (Target.SECTION, True)


def test_the_owner_is_asked_and_told_not_who_stands_in() -> None:
    steps = judged("nakano-k", persons=[OWNER]).steps or ()
    addresses = {step.to for step in steps if step.kind in ("confirm", "send-mail")}
    assert addresses == {"komatsu-a@ashiya-sample.example.lg.jp"}
