"""Business time, injected: what `app.clock` is (DESIGN 8). Leases use database time instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware."""

    def now(self) -> datetime:
        """The business moment it is, UTC."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(UTC)  # noqa: TID251 - the clock is the one who may ask


class FileClock:
    """A time that stands in a file, shared by all processes of a demo or test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """See `Clock`; the file holds one ISO time with its zone."""
        return datetime.fromisoformat(self.path.read_text("utf-8").strip()).astimezone(UTC)

    def set(self, at: datetime) -> None:
        """Put another time into the file, atomically."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(at.isoformat(), "utf-8")
        fresh.replace(self.path)


class ManualClock:
    """A time that tests move by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """See `Clock`."""
        return self.at

    def forward(self, **parts: float) -> None:
        """Move on by a `timedelta(**parts)`."""
        self.at += timedelta(**parts)


def clock_of(setting: str) -> Clock:
    """The clock a setting names: `system` or `file:<path>`."""
    if setting.startswith("file:"):
        return FileClock(Path(setting.removeprefix("file:")))
    return SystemClock()
