"""Several threads that begin together, each with its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Found = TypeVar("Found")


def together(work: Callable[[int], Found], count: int = 4) -> list[Found]:
    """Run `work(0) … work(count - 1)` at once; an exception in any of them is raised here."""
    start = threading.Barrier(count)

    def begin(number: int) -> Found:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
