"""Faults that a scripted server plays, each at a named step of the protocol."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What happens instead of the proper course. "After" means: done, and made durable, but not told."""

    REPLY = "reply"
    """Refuse with the reply given; nothing is done. SMTP's 421 and IMAP's BYE also disconnect."""
    CUT = "cut"
    """Disconnect; nothing is done."""
    CUT_AFTER = "cut-after"
    """Do it, then disconnect without a reply: the ambiguous case."""
    CUT_MIDDLE = "cut-middle"
    """Do it, send half of the reply (or the `reply` given, as it stands), disconnect."""
    HANG = "hang"
    """Nothing is done and nothing said, until the peer gives up."""
    HANG_AFTER = "hang-after"
    """Do it, then say nothing until the peer gives up."""


@dataclass(frozen=True)
class Fault:
    """One fault: at `step`, for lines containing `match`, after `skip` harmless passages, `times` times."""

    step: str
    act: Act
    reply: str = ""
    match: str = ""
    skip: int = 0
    times: int | None = 1
    """`None`: from then on always."""


class _Pending:
    """A fault and how often it is still to be passed over and played."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.skip = fault.skip
        self.left = fault.times

    def is_due(self, step: str, line: str) -> bool:
        """Count this passage, and say whether the fault is played now."""
        if self.fault.step != step or self.fault.match.lower() not in line.lower() or self.left == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Script:
    """The faults still to come; safe to change while the server runs."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Play this fault when its step is reached."""
        with self._lock:
            self._pending.append(_Pending(fault))

    def clear(self) -> None:
        """From now on everything goes well."""
        with self._lock:
            self._pending.clear()

    def take(self, step: str, line: str = "") -> Fault | None:
        """The fault to play now, if any."""
        with self._lock:
            return next((entry.fault for entry in self._pending if entry.is_due(step, line)), None)

    def unplayed(self) -> list[Fault]:
        """Faults that were never reached: a test that leaves some has not tested them."""
        with self._lock:
            return [entry.fault for entry in self._pending if entry.left not in (0, None)]
