"""Slows down guessing of passwords: per sign-in name and address, forgotten after a while."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable

FAILURES_ALLOWED = 5
PAUSE_SECONDS = 300.0


class Throttle:
    """Counts failed sign-ins in this process; a restart forgets, which a guesser cannot cause."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing counted; `now` gives seconds that only grow."""
        self._now = now
        self._failures: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def must_wait(self, login: str, address: str) -> bool:
        """Whether this pair has failed too often lately."""
        with self._lock:
            return len(self._recent((login, address))) >= FAILURES_ALLOWED

    def failed(self, login: str, address: str) -> None:
        """Count one wrong password."""
        with self._lock:
            self._recent((login, address)).append(self._now())

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of somebody who knew the password after all."""
        with self._lock:
            self._failures.pop((login, address), None)

    def _recent(self, pair: tuple[str, str]) -> list[float]:
        since = self._now() - PAUSE_SECONDS
        for known in [known for known, times in self._failures.items() if times[-1:] < [since]]:
            del self._failures[known]
        self._failures[pair] = [at for at in self._failures[pair] if at >= since]
        return self._failures[pair]
