"""Where the time of the whole way goes: shares of a profile, by what people would recognise."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from dataclasses import dataclass

PARTS = {
    "commits": ("sqlite3.Connection", "commit"),
    "statements (SQLAlchemy and SQLite)": ("sqlalchemy/engine/base.py", "execute"),
    "waiting for the guarded reader": ("uketsuke/intake/reader.py", "read"),
    "assessing (claim, extract, plan)": ("uketsuke/processors/assess.py", "assess"),
    "rendering letters": ("uketsuke/templates/letters.py", "render"),
    "talking SMTP": ("uketsuke/queue/deliver.py", "_wait"),
    "talking IMAP": ("uketsuke/intake/mailbox.py", "collect"),
    "audit chain": ("uketsuke/store/audit.py", "append"),
}
"""What is measured: file and function, time inside it and below. Parts overlap: statements are everywhere."""


@dataclass(frozen=True)
class Profile:
    """Share of the total for each part, and how many commits there were."""

    shares: dict[str, float]
    commits: int


def profile_of(work: Callable[[], object]) -> Profile:
    """Run it under the profiler."""
    profile = cProfile.Profile()
    profile.runcall(work)
    stats = pstats.Stats(profile)
    total: float = stats.total_tt  # type: ignore[attr-defined]
    found, commits = dict.fromkeys(PARTS, 0.0), 0
    for (file, _, function), (_, calls, _, cumulative, _) in stats.stats.items():  # type: ignore[attr-defined]
        for part, (where, name) in PARTS.items():
            if (function == name and where in file) or (where in function and name in function):
                found[part] += cumulative / total
                commits += calls if part == "commits" else 0
    return Profile(found, commits)
