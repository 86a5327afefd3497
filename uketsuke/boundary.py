"""The two places where the process may die between two worlds.

Every commit goes through `Database.transaction` and every call to an outside
system through `outside`. Both pass a named point before and after, so that the
crash suite can end the process exactly there (FAULTS F1), and `outside` refuses
to run while a transaction is open (DESIGN 2, promise 8).

`UKETSUKE_CRASH=<point>:<passage>` ends the process by SIGKILL at that passage.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from uketsuke.errors import TransactionOpen

_state = threading.local()
_passages: Counter[str] = Counter()
_lock = threading.Lock()


def point(name: str) -> None:
    """Pass the named point; die here when the crash suite asks for it."""
    wanted = os.environ.get("UKETSUKE_CRASH")
    if not wanted:
        return
    with _lock:
        _passages[name] += 1
        passage = _passages[name]
    _note(name)
    if wanted == f"{name}:{passage}":
        os.kill(os.getpid(), signal.SIGKILL)


def _note(name: str) -> None:
    """Tell the crash suite which points were passed, for its coverage check."""
    path = os.environ.get("UKETSUKE_CRASH_TRACE")
    if path:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{name}\n".encode())
        finally:
            os.close(descriptor)


@contextmanager
def outside(name: str) -> Iterator[None]:
    """Surround one call to an outside system; raises `TransactionOpen` inside a transaction."""
    if transaction_depth():
        raise TransactionOpen(name)
    point(f"{name}:before")
    yield
    point(f"{name}:after")


@contextmanager
def committing(name: str) -> Iterator[None]:
    """Surround one transaction, commit included; used by `Database.transaction` alone."""
    _state.depth = transaction_depth() + 1
    try:
        yield
    finally:
        _state.depth -= 1


def transaction_depth() -> int:
    """How many transactions this thread has open."""
    return getattr(_state, "depth", 0)
