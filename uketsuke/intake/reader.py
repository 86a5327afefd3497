"""The guarded reader: whatever a message does to its reader, it costs only that message.

ReaderFailed    a message that could not be read at all; it waits, visible, for an operator
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from types import ModuleType, TracebackType
from typing import Self

from pydantic import ValidationError

from uketsuke.domain.content import Channel, Content
from uketsuke.errors import UketsukeError
from uketsuke.intake.guard import DONE, MEMORY, serve
from uketsuke.intake.limits import Limits, ProcessLimits

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""All of the environment that the fork server starts with."""
_LONGEST_ANSWER = 64 * 1024 * 1024


class ReaderFailed(UketsukeError):
    """Raised when the guarded process gave no content for a message.

    `reason` is `timeout` (CPU or wall time), `killed` (by a signal), `memory` or `crashed`;
    `detail` says what is known, without any word of the message.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"the message could not be read: {reason}" + (f" ({detail})" if detail else ""))


class Reader:
    """Reads messages in one warm process apart, which is replaced after a death and after many mails.

    Thread-safe: one message at a time. Make it at the start, before threads (its
    fork server starts with an emptied environment), and after any fork of one's own.
    """

    entry: Callable[[Connection, ProcessLimits, Limits], None] = staticmethod(serve)
    """What runs in the process."""

    def __init__(self, limits: Limits = Limits(), process: ProcessLimits = ProcessLimits()) -> None:  # noqa: B008
        self._limits = limits
        self._process_limits = process
        self._lock = threading.Lock()
        self._child: Child | None = None
        start_fork_server()

    def read(self, raw: bytes, channel: Channel) -> Content:
        """The content of a message.

        Raises `ReaderFailed`; the next message gets a fresh process then.
        """
        with self._lock:
            child = self._ready_child()
            answer = child.ask(channel.value.encode("ascii") + b" " + raw)
            if answer is None or not answer.startswith(DONE):
                self._child = None
                raise child.bury(answer)
            try:
                content = Content.model_validate_json(answer[1:])
            except ValidationError as error:
                self._drop()
                raise ReaderFailed("crashed", f"invalid content: {error.error_count()} errors") from None
            if child.answered >= self._process_limits.mails:
                self._drop()
            return content

    @property
    def pid(self) -> int | None:
        """Process id of the warm process, None when there is none at the moment."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """Ends the process; reading again afterwards starts a new one."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ready_child(self) -> Child:
        if self._child is not None and not self._child.process.is_alive():
            # It died between two mails (an operator, the kernel): nobody's mail is to blame.
            self._drop()
        if self._child is None:
            self._child = Child(self.entry, self._process_limits, self._limits)
        return self._child

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class Child:
    """One guarded process and the pipe to it."""

    def __init__(
        self,
        entry: Callable[[Connection, ProcessLimits, Limits], None],
        process: ProcessLimits,
        limits: Limits,
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        self.connection, theirs = context.Pipe()
        self.process: ForkServerProcess = context.Process(
            target=entry, args=(theirs, process, limits), name="uketsuke-reader", daemon=True
        )
        with _bare_main():
            self.process.start()
        theirs.close()
        self.answered = 0
        self._wall_seconds = process.wall_seconds
        self._expired = False

    def ask(self, request: bytes) -> bytes | None:
        """The answer, or None when the process died or had to be killed."""
        watch = threading.Timer(self._wall_seconds, self._expire)
        watch.daemon = True
        watch.start()
        try:
            self.connection.send_bytes(request)
            answer = self.connection.recv_bytes(_LONGEST_ANSWER)
        except (EOFError, OSError):
            return None
        finally:
            watch.cancel()
        self.answered += 1
        return answer

    def _expire(self) -> None:
        self._expired = True
        self.process.kill()

    def bury(self, answer: bytes | None) -> ReaderFailed:
        """Ends the process and tells why it gave no content."""
        self.end()
        if answer is not None and answer.startswith(MEMORY):
            return ReaderFailed("memory")
        if answer is not None:
            return ReaderFailed("crashed", answer[1:200].decode("ascii", "replace"))
        code = self.process.exitcode
        if self._expired or code == -signal.SIGXCPU:
            return ReaderFailed("timeout", "wall" if self._expired else "cpu")
        if code == -signal.SIGKILL:
            return ReaderFailed("killed")
        return ReaderFailed("crashed", f"exit {code}")

    def end(self) -> None:
        """Closes the pipe, which ends an idle process, and makes sure that it is gone."""
        self.connection.close()
        self.process.join(1.0)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def start_fork_server() -> None:
    """Starts the fork server, once in a process, with the reading modules loaded and no secrets."""
    set_forkserver_preload(["uketsuke.intake.guard", "uketsuke.intake.jis"])
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    whole = dict(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    try:
        ensure_running()
    finally:
        os.environ.update(whole)


@contextlib.contextmanager
def _bare_main() -> Iterator[None]:
    """Keeps multiprocessing from importing our main program, database and all, into the new process."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
