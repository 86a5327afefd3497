"""Logs and errors tell what went wrong and where, never in a person's words (FAULTS S9)."""

from __future__ import annotations

import subprocess
import sys

from tests.queue.canary import WORDS


def test_nothing_of_a_mail_stands_in_logs_or_errors_however_it_goes_wrong() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.queue.canary"], capture_output=True, text=True, timeout=120, check=False
    )
    told = run.stdout + run.stderr
    assert run.returncode == 0, told
    for event in (
        "job_crashed",
        "constraint",
        "Exception in ASGI application",
        "polled",
        "last_error: Value",
    ):
        assert event in told
    for kind in ("ValueError at canary.py", "IntegrityError"):
        assert kind in told
    assert [word for word in WORDS if word in told or ascii(word)[1:-1] in told] == []
