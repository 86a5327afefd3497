"""Words that nobody else ever writes, put in through every door of the desk (FAULTS S9)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from uketsuke.store.database import Database

SECURITY = Path(__file__).parents[2] / "docs" / "SECURITY.md"
_ROW = re.compile(r"^\| (?P<door>(?!door )[a-z][a-z -]+) \| (?P<columns>.*) \|$", re.MULTILINE)
NOWHERE = "nowhere"


@dataclass
class Canaries:
    """A word for each door; it looks like a password, a number of a person, a phone, an address in turn."""

    doors: dict[str, str] = field(default_factory=dict)

    def word(self, door: str) -> str:
        """The same each time it is asked for."""
        place = len(self.doors)
        shapes = (
            f"Kanaria{place:02}q!Zx",
            f"8{place:02}4-7719-30{place:02}",
            f"090-41{place:02}-77{place:02}",
            f"kanaria{place:02}@home.example",
        )
        return self.doors.setdefault(door, shapes[place % 4])

    def secret(self, door: str) -> str:
        """A password, whose door is never looked behind."""
        return self.doors.setdefault(door, f"Geheim{len(self.doors):02}q!Zx")

    def told(self, where: str) -> list[str]:
        """The doors whose words stand in that text, written in whatever way programs write."""
        return [
            door
            for door, word in self.doors.items()
            if word in where or word.replace("@", "%40").replace("!", "%21") in where
        ]


def columns_with(database: Database, canaries: Canaries) -> dict[str, set[str]]:
    """For each door the columns in which its word stands: all rows of all columns of all tables."""
    found = defaultdict[str, set[str]](set)
    with database.reading() as tx:
        asked = text("SELECT name FROM sqlite_master WHERE type = 'table'")
        for table in tx.connection.execute(asked).scalars().all():
            rows = tx.connection.execute(text(f'SELECT * FROM "{table}"'))
            for row in rows.mappings():
                for column, value in row.items():
                    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    for door in canaries.told(shown):
                        found[door].add(f"{table}.{column}")
    return found


def allowed_columns() -> dict[str, set[str]]:
    """The table of docs/SECURITY.md: what came in by which door may stand in which columns."""
    part = SECURITY.read_text("utf-8").partition("## Where words stay")[2].partition("\n## ")[0]
    rows = {row["door"].strip(): row["columns"] for row in _ROW.finditer(part)}
    return {door: set(re.findall(r"`([a-z_]+\.[a-z_]+)`", columns)) for door, columns in rows.items()}
