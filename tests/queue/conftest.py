"""A desk on the morning of 10 December 2026, and what tests ask of it again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.desk import Desk
from uketsuke.domain.calendar import JST


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The product with an empty tray."""
    opened = Desk.open(datetime(2026, 12, 10, 10, 1, tzinfo=JST))
    yield opened
    opened.app.close()
