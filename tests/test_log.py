"""What standard error tells: events from the chosen level upwards, as JSON where nobody watches."""

from __future__ import annotations

import json

import pytest

from uketsuke import log


@pytest.mark.parametrize(("level", "told"), [("info", ["polled", "parked"]), ("warning", ["parked"])])
def test_events_are_told_from_the_chosen_level_upwards(
    capfd: pytest.CaptureFixture[str], level: str, told: list[str]
) -> None:
    log.configure(level)
    log.logger(__name__).info("polled", mailbox="main")
    log.logger(__name__).warning("parked", receipt="2026-000001-5")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == told
