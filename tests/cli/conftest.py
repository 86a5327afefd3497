"""The command line as a person or script uses it: words in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
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


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk made by `init`, once: its tables take a while."""
    folder = tmp_path_factory.mktemp("pattern") / "desk"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_")}
    subprocess.run([sys.executable, "-m", "uketsuke", "init", str(folder)], check=True, env=environment)
    return folder


@pytest.fixture
def desk(cli: Cli, pattern: Path, tmp_path: Path) -> Path:
    """The settings of a desk of this test's own, as `init` makes it."""
    shutil.copytree(pattern, tmp_path / "desk")
    (tmp_path / "desk" / "data").chmod(0o700)
    file = tmp_path / "desk" / "uketsuke.toml"
    file.write_text(file.read_text("utf-8").replace(str(pattern), str(tmp_path / "desk")), "utf-8")
    return file
