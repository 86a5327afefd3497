"""Where each setting was given, for messages that a person can act on: a line of the file, or a variable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_TABLE_OF_MANY = re.compile(r"\s*\[\[([^\[\]]+)\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")

Setting = tuple[str, ...]


class Places:
    """Setting paths such as `("mailbox", "0", "url")`, and where they stand."""

    def __init__(self) -> None:
        self._known: dict[Setting, str] = {}

    def note_file(self, file: Path, text: str) -> None:
        """Remember the line of every table and key of a TOML file."""
        table: Setting = ()
        counts: dict[Setting, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{file}:{number}"
            if many := _TABLE_OF_MANY.match(line):
                name = _split(many[1])
                counts[name] = counts.get(name, -1) + 1
                table = (*name, str(counts[name]))
                self._known.setdefault(name, where)
                self._known[table] = where
            elif one := _TABLE.match(line):
                table = _split(one[1])
                self._known.setdefault(table, where)
            elif key := _KEY.match(line):
                self._known.setdefault((*table, *_split(key[1])), where)

    def note_variable(self, path: Sequence[str], name: str) -> None:
        """Remember the variable that gave a setting; it wins over the file."""
        self._known[tuple(path)] = name

    def of(self, path: Sequence[str]) -> str | None:
        """Where the setting stands, or the nearest table around it; None where nobody gave it."""
        plain = tuple(part for part in path if not part.isdigit())
        for known in (tuple(path), plain):
            if known in self._known:
                return self._known[known]
        below = (where for inner, where in self._known.items() if inner[: len(plain)] == plain)
        return next(below, None) or (self.of(path[:-1]) if len(path) > 1 else None)


def _split(name: str) -> Setting:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
