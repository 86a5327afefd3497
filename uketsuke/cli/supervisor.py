"""Keeps a few processes running: starts them, restarts what dies, stops them all cleanly.

Children stay in the supervisor's process group, so that a terminal or a service
manager reaches them all; each is told by the kernel when the supervisor dies.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STOP_SECONDS = 8.0
"""How long a child may take to stop before it is killed."""
INTERRUPT_SECONDS = 2.0
"""After Ctrl+C a terminal has told the children too; dramatiq takes a second signal for "at once"."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before a child that died is started again; doubled each time, back to the first once it lived."""
LIVED_SECONDS = 20.0
LOOK_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that should run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    again_at: float = 0.0
    restarts: int = 0


Report = Callable[[str, Mapping[str, object]], None]
"""Told of events: `started`, `died`, `stopped`, `killed`, with name, pid, code."""


@dataclass
class Supervisor:
    """Runs its children until `stop` is called or a signal asks for it."""

    children: Sequence[Child]
    report: Report
    environment: Mapping[str, str] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _interrupted: bool = False

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            self._start(child)

    def watch(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Restart what dies until asked to stop; then stop all. `meanwhile` is called at every look."""
        try:
            while not self._stopping.wait(LOOK_SECONDS):
                self.look()
                meanwhile()
        finally:
            self.end()

    def look(self) -> None:
        """Notice what died, and start it again when its wait is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._mourn(child, now)
            if child.process is None and now >= child.again_at:
                child.restarts += 1
                self._start(child)

    def stop(self, signum: int = signal.SIGTERM, frame: object = None) -> None:
        """Ask for the end; may be used as a signal handler."""
        self._interrupted = signum == signal.SIGINT
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT ask for the end; only in the main thread."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def end(self) -> None:
        """Stop every child, at first politely."""
        self._stopping.set()
        alive = [(child, child.process) for child in self.children if child.process is not None]
        begun = time.monotonic()
        while self._interrupted and time.monotonic() - begun < INTERRUPT_SECONDS:
            if all(process.poll() is not None for _, process in alive):
                break
            time.sleep(LOOK_SECONDS)
        for _, process in alive:
            if process.poll() is None:
                process.terminate()
        until = begun + STOP_SECONDS
        for child, process in alive:
            try:
                code = process.wait(max(0.0, until - time.monotonic()))
                self.report("stopped", {"name": child.name, "pid": process.pid, "code": code})
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.report("killed", {"name": child.name, "pid": process.pid})
            child.process = None

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(child.command, env=self.environment)
        child.started = time.monotonic()
        self.report("started", {"name": child.name, "pid": child.process.pid})

    def _mourn(self, child: Child, now: float) -> None:
        assert child.process is not None  # noqa: S101 - only called for one that ran
        if now - child.started >= LIVED_SECONDS:
            child.wait = FIRST_WAIT
        facts = {"name": child.name, "pid": child.process.pid, "code": child.process.returncode}
        self.report("died", {**facts, "wait": child.wait})
        child.process, child.again_at = None, now + child.wait
        child.wait = min(child.wait * 2, LONGEST_WAIT)


def part(name: str, *words: str) -> Child:
    """A part of uketsuke as a child: `python -m uketsuke <words> --supervised`."""
    return Child(name, [sys.executable, "-m", "uketsuke", *words, "--supervised"])


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies (Linux; elsewhere nothing happens)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGTERM)
