"""What keeps the processes of a desk running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from uketsuke.cli import supervisor as module
from uketsuke.cli.supervisor import Child, Supervisor

SLEEPER = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({!r}, 'w'); time.sleep(60)"


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


class Desk:
    """A supervisor over python snippets, with what it reported."""

    def __init__(self, *snippets: str) -> None:
        self.events: list[tuple[str, Mapping[str, object]]] = []
        children = [Child(f"child{n}", [sys.executable, "-c", text]) for n, text in enumerate(snippets)]
        self.supervisor = Supervisor(children, lambda event, facts: self.events.append((event, facts)))

    def names(self) -> list[str]:
        return [event for event, _ in self.events]


def test_a_child_that_dies_is_started_again() -> None:
    desk = Desk(SLEEPER)
    desk.supervisor.start()
    first = desk.supervisor.children[0].process
    assert first is not None
    first.kill()
    first.wait()

    def alive_again() -> bool:
        desk.supervisor.look()
        return desk.names() == ["started", "died", "started"]

    wait_for(alive_again)
    desk.supervisor.end()
    assert desk.names()[-1] == "stopped"


def test_a_child_that_keeps_dying_is_started_less_and_less_often() -> None:
    desk = Desk("exit(1)")
    desk.supervisor.start()

    def died_twice() -> bool:
        desk.supervisor.look()
        return desk.names().count("died") == 2

    wait_for(died_twice)
    waits = [facts["wait"] for event, facts in desk.events if event == "died"]
    assert waits == [module.FIRST_WAIT, module.FIRST_WAIT * 2]
    desk.supervisor.end()


def test_stopping_stops_every_child() -> None:
    desk = Desk(SLEEPER, SLEEPER)
    desk.supervisor.start()
    pids = [child.process.pid for child in desk.supervisor.children if child.process]
    desk.supervisor.end()
    assert desk.names() == ["started", "started", "stopped", "stopped"]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_after_an_interrupt_children_are_left_to_end_by_themselves_first(tmp_path: Path) -> None:
    """A terminal sends Ctrl+C to all of them; a second signal would cut what a worker has begun."""
    ready = tmp_path / "ready"
    counts = (
        "import signal, time; n = []; signal.signal(signal.SIGTERM, lambda *_: n.append(1));"
        f"open({str(ready)!r}, 'w'); time.sleep(0.5); exit(len(n))"
    )
    desk = Desk(counts)
    desk.supervisor.start()
    wait_for(ready.exists)
    desk.supervisor.stop(signal.SIGINT)
    desk.supervisor.end()
    assert desk.events[-1][1]["code"] == 0


def test_a_child_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.3)
    ready = tmp_path / "ready"
    desk = Desk(DEAF.format(str(ready)))
    desk.supervisor.start()
    wait_for(ready.exists)
    desk.supervisor.end()
    assert desk.names() == ["started", "killed"]


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """SIGKILL leaves nobody behind to hold the port."""
    pid_file = tmp_path / "pid"
    child = (
        "import os, time; from uketsuke.cli.supervisor import end_with_parent; end_with_parent();"
        f"open({str(pid_file)!r} + '.new', 'w').write(str(os.getpid()));"
        f"os.rename({str(pid_file)!r} + '.new', {str(pid_file)!r}); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]
    )
    wait_for(pid_file.exists)
    pid = int(pid_file.read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_for(
        lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]
    )
