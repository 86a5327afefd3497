"""AP-59: every exit code is reached, and every error says cause, effect and remedy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from uketsuke.cli import words

MESSAGES = Path(words.__file__).parents[1] / "templates/messages/cli.ja.toml"


def test_ap_59_0_is_success(cli: Cli) -> None:
    assert cli("check-config").code == 0


def test_ap_59_1_is_failure(cli: Cli, desk: Path) -> None:
    assert cli("user", "disable", "nobody", "--config", desk).code == 1


@pytest.mark.parametrize("wrong", [["bogus"], ["explain", "nowhere.eml"], ["init"], ["run", "--fast"]])
def test_ap_59_2_is_wrong_usage(cli: Cli, wrong: list[str]) -> None:
    assert cli(*wrong).code == 2


def test_ap_59_3_is_bad_configuration(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_QUEUE__BROKR", "database")
    assert cli("intake", "once").code == 3
    monkeypatch.delenv("UKETSUKE_QUEUE__BROKR")
    monkeypatch.setenv("UKETSUKE_CITY", "atlantis")
    assert cli("upgrade").code == 3


def test_ap_59_4_is_a_service_out_of_reach(cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_MAILBOX__URL", "imap://u:p@127.0.0.1:1/INBOX")
    ended = cli("intake", "once", "--config", desk)
    assert ended.code == 4
    assert "失われません" in ended.err


def test_ap_59_5_wants_a_person(cli: Cli, desk: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("職員番号,氏名,所属\n1,,\n", "utf-8")
    assert cli("import", "people", sheet, "--config", desk).code == 5


def test_ap_59_130_is_interrupted(tmp_path: Path) -> None:
    """The command waits for the other end of a pipe that nobody opens."""
    pipe = tmp_path / "mail.eml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "uketsuke", "explain", str(pipe)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_")},
        # A shell starts background jobs with SIGINT ignored, and so would its grandchildren be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 30
    while not waits_for_a_writer(process.pid):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def waits_for_a_writer(pid: int) -> bool:
    """Whether the process sleeps in opening the pipe."""
    try:
        return "wait_for_partner" in Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        return False


def test_every_error_says_cause_effect_and_remedy() -> None:
    errors = tomllib.loads(MESSAGES.read_text("utf-8"))["cli"]["error"]
    for name, parts in errors.items():
        if isinstance(parts, dict):
            assert set(parts) == {"cause", "effect", "remedy"}, name


def test_every_message_key_that_the_code_names_exists() -> None:
    """A missing text would only be noticed by the person who needed it."""
    import re

    texts = tomllib.loads(MESSAGES.read_text("utf-8"))["cli"]
    known = dict(flat(texts))
    used = set()
    for source in Path(words.__file__).parent.glob("*.py"):
        code = source.read_text("utf-8")
        used |= set(re.findall(r'\bsay\(\s*"([a-z0-9_.-]+)"', code))
        used |= {f"error.{key}.cause" for key in re.findall(r'Failure\(\s*"([a-z-]+)"', code)}
    assert not sorted(used - known.keys())


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
