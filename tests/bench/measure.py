"""Measuring: rounds of several things by turns, medians, memory of a process."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """What one thing cost: seconds for each piece of work, the median of the rounds."""

    seconds: float
    spread: float
    """Slowest round over fastest."""

    @property
    def rate(self) -> float:
        """Pieces a second."""
        return 1 / self.seconds


def by_turns(works: Mapping[str, Callable[[], tuple[float, int]]], rounds: int) -> dict[str, Timing]:
    """Each work once a round, all rounds interleaved, so that a busy minute slows all alike.

    A work gives (seconds, pieces).
    """
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            seconds, pieces = work()
            found[name].append(seconds / pieces)
    return {name: Timing(statistics.median(each), max(each) / min(each)) for name, each in found.items()}


def timed(work: Callable[[], object]) -> float:
    """Seconds on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def resident(pid: int | None = None) -> float:
    """MiB that a process has in memory (Linux)."""
    pages = Path(f"/proc/{pid or os.getpid()}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
