from __future__ import annotations

import pytest

from tests.connectors.kintone.city import City


@pytest.fixture
def city() -> City:
    return City()
