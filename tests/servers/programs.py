"""Programs of the machine: found, started in a folder of their own, stopped by their own process id."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

HOST = "127.0.0.1"
OUT_OF_PATH = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin")

START = 90.0
"""Seconds a server may take to start; a database that crashed reads its log first, on a busy disk."""


def is_required() -> bool:
    """Whether a missing server is a failure (CI) rather than a reason to skip."""
    return os.environ.get("UKETSUKE_REQUIRE_SERVICES") == "1"


def miss(what: str) -> NoReturn:
    """Skip this test because `what` is not here, or fail it where everything has to be."""
    reason = f"{what} is not installed; `make services` installs it on Debian"
    if is_required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find_program(*names: str, folders: Sequence[str] = ()) -> str:
    """Path of the first of these programs that is here; otherwise the test is skipped or fails."""
    places = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath), *OUT_OF_PATH])
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    miss(names[0])


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Poll until the condition holds; `TimeoutError` naming what was waited for after `seconds`."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.02)


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def server_folder(name: str, owner: str | None = None) -> Iterator[Path]:
    """A short folder that a demoted server can reach (pytest's own are closed), removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"uketsuke-{name}-"))
    folder.chmod(0o755)
    if owner is not None:
        shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Daemon:
    """One server process; its output goes to a file that is shown when it does not come up."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        user: str | None = None,
        *,
        folder: Path | None = None,
        keep: Sequence[int] = (),
    ) -> None:
        """`folder` to run in, else that of the log; `keep` are descriptors that it inherits."""
        self.command = list(command)
        self.log = log
        self.user = user
        self._folder, self._keep = folder or log.parent, tuple(keep)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process that was started still is."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                pass_fds=self._keep,
                start_new_session=True,
                **demoted(self.user),  # type: ignore[call-overload]
            )
        try:
            wait_until(lambda: is_ready() or not self.is_running, f"start of {self.command[0]}", START)
        except TimeoutError:
            self.stop(signal.SIGKILL)
            raise
        if not self.is_running:
            raise RuntimeError(f"{self.command[0]} ended at once:\n{self.log.read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal and wait for the end; nothing happens when it is not running."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def demoted(user: str | None) -> dict[str, object]:
    """Arguments for `subprocess` that give up root for a server which refuses it."""
    if user is None or os.geteuid() != 0:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
