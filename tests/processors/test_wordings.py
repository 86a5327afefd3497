"""Mails as people write them: none runs on a wrong value, most clear ones need nobody (FAULTS B10)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from tests.desk import mail
from tests.sample_files import SAMPLES, catalogue, world_on
from uketsuke.domain.content import Channel
from uketsuke.intake.channels import read
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment
from uketsuke.queue.opening import runs_by_itself

AT = datetime.fromisoformat("2026-12-08T09:00:00+09:00")
WORLD = world_on(AT)
SECTIONS = {"kobayashi-m": "道路計画課", "suzuki-k": "福祉総務課"}
UNSAID = {"quantity": 1, "current_asset_no": None, "desired_date": None, "user_name": None, "purpose": None}
MOST_FLAGGED = 0.25


@dataclass(frozen=True)
class Wording:
    """One mail of a file, and what is right."""

    name: str
    subject: str
    text: str
    sender: str
    values: dict[str, Any] = field(default_factory=dict)
    why: str = ""

    def judged(self) -> Assessment:
        raw = mail(self.text, subject=self.subject, sender=f"{self.sender}@city.example.lg.jp", day=AT)
        return assess(read(raw, Channel.MAIL), AT, WORLD, catalogue(), number="2026-000087-6")


def wordings(file: str) -> list[Wording]:
    found = tomllib.loads((SAMPLES / "wordings" / f"{file}.toml").read_text("utf-8"))["mail"]
    return [Wording(sender=one.pop("from"), **one) for one in found]


ORDINARY, TRAPS = wordings("ordinary"), wordings("traps")


@pytest.mark.parametrize("wording", TRAPS, ids=[one.name for one in TRAPS])
def test_what_a_careful_clerk_would_stop_at_does_not_run_by_itself(wording: Wording) -> None:
    assert not runs_by_itself(wording.judged()), wording.why


@pytest.mark.parametrize("wording", ORDINARY, ids=[one.name for one in ORDINARY])
def test_what_runs_by_itself_was_read_as_a_clerk_reads_it(wording: Wording) -> None:
    judged = wording.judged()
    right = {**UNSAID, "department": SECTIONS[wording.sender], **wording.values}
    if runs_by_itself(judged):
        assert {name: judged.values.get(name) for name in right} == right


def test_most_clearly_written_mails_need_nobody() -> None:
    flagged = [one.name for one in ORDINARY if not runs_by_itself(one.judged())]
    assert len(flagged) <= MOST_FLAGGED * len(ORDINARY), flagged
