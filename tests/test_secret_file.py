"""The key that signs tokens is made once, whole, by whoever is first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from uketsuke import bootstrap
from uketsuke.errors import ConfigurationError
from uketsuke.settings import Settings, load


def test_processes_that_start_together_sign_with_the_same_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = {*pool.map(lambda _: bootstrap._secret(settings), range(32))}
    assert len(keys) == 1


def test_an_empty_key_signs_nothing(tmp_path: Path) -> None:
    """A full disk leaves an empty file; tokens signed with nothing could be made by anybody."""
    (tmp_path / "secret").touch()
    with pytest.raises(ConfigurationError) as caught:
        bootstrap._secret(Settings(data_dir=tmp_path))
    assert "secret" in caught.value.problems[0]


def test_a_process_that_starts_while_another_makes_the_key_does_not_see_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, seen = Settings(data_dir=tmp_path), []
    whole = bootstrap.secrets.token_hex

    def meanwhile(size: int) -> str:
        monkeypatch.setattr(bootstrap.secrets, "token_hex", whole)
        seen.append(bootstrap._secret(settings))
        return whole(size)

    monkeypatch.setattr(bootstrap.secrets, "token_hex", meanwhile)
    assert bootstrap._secret(settings) == seen[0]
    assert len(seen[0]) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_an_empty_key_in_the_settings_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(None, {"UKETSUKE_SECRET": ""})
    assert "secret: must not be empty" in caught.value.problems[0]
