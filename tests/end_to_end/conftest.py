"""A desk with a real mailbox, a real relay and either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.walk import Walk
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def walk(
    request: pytest.FixtureRequest, tmp_path: Path, dovecot: Dovecot, smtp_relay: SmtpRelay
) -> Iterator[Walk]:
    """A furnished desk on Tuesday, 8 December 2026, 15:00; workers run in this process."""
    url = (
        f"sqlite:///{tmp_path / 'uketsuke.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    opened = Walk.open(tmp_path, dovecot, smtp_relay, url)
    yield opened
    opened.close()
