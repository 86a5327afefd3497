"""Colleagues of the section who were in Cc get the result, at the directory's addresses (FAULTS 3)."""

from __future__ import annotations

import pytest

from tests.sample_files import by_name, world_on
from uketsuke.domain.authority import Authority, Evidence, Identity, Path, Risk
from uketsuke.domain.plan import SendMail
from uketsuke.processors.copies import with_copies
from uketsuke.processors.sender import Who

SAMPLE = by_name("kobe/lte-handover/own-sentence-return-clean")
WORLD = world_on(SAMPLE.received_at)
CITY = "city.example.lg.jp"
TAKAHASHI, KOBAYASHI, TANAKA = (f"{one}@{CITY}" for one in ("takahashi-t", "kobayashi-m", "tanaka-h"))
LETTERS = tuple(
    SendMail(seq=n, template="t", to=to) for n, to in ((1, TAKAHASHI), (2, "soumu"), (3, TAKAHASHI))
)
STRONG = Authority(
    path=Path.MAIL_PROVEN, identity=Identity.ONE_PERSON, evidence=Evidence.STRONG, risk=Risk.R1
)


def copied(*cc: str, **changes: object) -> list[tuple[str, ...]]:
    """The Cc of the plan's letters, where 髙橋 of 道路計画課 asks."""
    (asking,) = WORLD.people(mail=TAKAHASHI) or []
    content = SAMPLE.content.model_copy(update={"cc": cc})
    who = Who(STRONG.path, STRONG.identity, asking)
    steps = with_copies(LETTERS, content, who, STRONG.model_copy(update=changes), WORLD)
    return [step.cc for step in steps if isinstance(step, SendMail)]


def test_the_last_letter_to_who_asks_goes_to_a_colleague_of_the_same_section_too() -> None:
    assert copied(KOBAYASHI.upper(), TAKAHASHI, KOBAYASHI) == [(), (), (KOBAYASHI,)]


@pytest.mark.parametrize("cc", [TANAKA, "m@evil.example", f"furukawa-f@{CITY}", f"nobody@{CITY}"])
def test_nobody_of_another_section_outside_retired_or_unknown_gets_one(cc: str) -> None:
    assert copied(cc) == [(), (), ()]


def test_a_weak_sender_and_an_account_of_somebody_send_no_copies() -> None:
    assert copied(KOBAYASHI, evidence=Evidence.WEAK) == [(), (), ()]
    assert copied(KOBAYASHI, risk=Risk.R3) == [(), (), ()]
