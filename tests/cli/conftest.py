"""The command line as a person or script uses it: words in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from uketsuke.cli.program import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its stdout, which must be one JSON object."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Cli = Callable[..., Ended]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Runs `uketsuke <words>` in an empty folder, without any setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("UKETSUKE_") and name != "UKETSUKE_REQUIRE_SERVICES":
            monkeypatch.delenv(name)

    def call(*words: object) -> Ended:
        capfd.readouterr()
        code: object = 0
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        found = capfd.readouterr()
        return Ended(int(str(code or 0)), found.out, found.err)

    return call


@pytest.fixture
def desk(cli: Cli, tmp_path: Path) -> Path:
    """The settings of a desk made by `init`."""
    assert cli("init", "desk").code == 0
    return tmp_path / "desk" / "uketsuke.toml"
