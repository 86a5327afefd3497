"""What one look into a mailbox brought."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.intake.accept import Accepted


@dataclass
class Summary:
    """Counts of one collection."""

    new: int = 0
    known: int = 0
    filed: int = 0

    def count(self, accepted: Accepted) -> None:
        """Add one message."""
        if accepted.is_new:
            self.new += 1
        else:
            self.known += 1

    def add(self, other: Summary) -> None:
        """Add another mailbox's counts."""
        self.new += other.new
        self.known += other.known
        self.filed += other.filed
