"""A missing program skips on a desk and fails in CI."""

from __future__ import annotations

import pytest

from .programs import find_program, wait_until


def test_a_missing_program_skips_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UKETSUKE_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed; `make services`"):
        find_program("no-such-server")


def test_a_missing_program_fails_where_everything_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server"):
        find_program("no-such-server")


def test_waiting_names_what_did_not_happen() -> None:
    with pytest.raises(TimeoutError, match="the moon did not happen within 0 s"):
        wait_until(lambda: False, "the moon", seconds=0)
