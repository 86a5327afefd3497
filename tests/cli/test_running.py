"""`run`: three processes as one, that come back when they die and stop when they are asked."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_supervisor import wait_for
from uketsuke.cli.opening import app_of

SAMPLE = Path(__file__).parents[1] / "samples/kobe/lte-handover/kobe-06-lte-handover-clean.eml"
STARTED = re.compile(r"▶ (\w+) を始めました（pid (\d+)）")


class Running:
    """A desk that `uketsuke run` keeps going."""

    def __init__(self, config: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.bind = f"127.0.0.1:{free.getsockname()[1]}"
        self.config, self.log = config, config.parent / "run.log"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_")},
            "UKETSUKE_CONSOLE__BIND": self.bind,
            "UKETSUKE_MAILBOX__URL": f"folder://{config.parent / 'inbox'}",
            "UKETSUKE_MAILBOX__POLL_SECONDS": "0.2",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uketsuke", "run", "--config", str(config)],
                stderr=log,
                stdout=log,
                env=environment,
                start_new_session=True,
            )

    def pids(self, name: str) -> list[int]:
        """Every process id that the part has had."""
        return [int(pid) for part, pid in STARTED.findall(self.log.read_text("utf-8")) if part == name]

    def answers(self) -> bool:
        """Whether the console is there."""
        try:
            with urllib.request.urlopen(f"http://{self.bind}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def requests(self) -> int:
        """How many requests there are."""
        with app_of(self.config) as app, app.database.reading() as tx:
            return tx.tray.all_requests().total

    def put(self, name: str, raw: bytes) -> None:
        """Lay a mail into the folder."""
        part = self.config.parent / "inbox" / f"{name}.part"
        part.write_bytes(raw)
        part.rename(part.with_suffix(".eml"))


@pytest.fixture
def running(desk: Path) -> Iterator[Running]:
    (desk.parent / "inbox").mkdir()
    started = Running(desk)
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.wait()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_desk_runs_survives_deaths_and_stops_in_time(running: Running) -> None:
    wait_for(running.answers, 120)
    running.put("one", SAMPLE.read_bytes())
    wait_for(lambda: running.requests() == 1, 120)
    assert running.log.read_text("utf-8").count("画面: ") == 1

    for name in ("web", "intake", "worker"):
        os.kill(running.pids(name)[-1], signal.SIGKILL)
    wait_for(lambda: all(len(running.pids(name)) == 2 for name in ("web", "intake", "worker")), 120)
    running.put("two", SAMPLE.read_bytes().replace(b"sample-009", b"another"))
    wait_for(lambda: running.answers() and running.requests() == 2, 120)

    begun = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(15) == 0
    assert time.monotonic() - begun < 10
    for name in ("web", "intake", "worker"):
        for pid in running.pids(name):
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_run_refuses_settings_and_tables_before_it_starts_anything(
    cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UKETSUKE_DATA_DIR", str(desk.parent / "nowhere"))
    ended = cli("run", "--config", desk)
    assert (ended.code, "▶" in ended.err) == (3, False)


def test_a_port_in_use_is_told_at_once(cli: Cli, desk: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = cli("web", "--config", desk, "--bind", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (ended.code, "console.bind" in ended.err) == (1, True)


@pytest.mark.parametrize("bind", ["8765", "127.0.0.1:", "127.0.0.1:99999", ":"])
def test_an_address_that_is_none_is_told(cli: Cli, desk: Path, bind: str) -> None:
    assert cli("web", "--config", desk, "--bind", bind).code == 1
