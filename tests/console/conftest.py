"""What the console's tests start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.screens import Screen, open_screen


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A browser in front of an empty tray, signed in as an operator, on 10 December 2026 at 10:01."""
    opened = open_screen()
    opened.sign_in()
    yield opened
    opened.desk.app.close()


@pytest.fixture
def guest() -> Iterator[Screen]:
    """The same, with nobody signed in."""
    opened = open_screen()
    yield opened
    opened.desk.app.close()
