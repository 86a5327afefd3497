"""Where each setting was given, for messages that a person can act on: a line of the file, or a variable."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

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

    def before(self, path: Sequence[str]) -> str:
        """`file:line: ` or `VARIABLE: ` where somebody gave it, else nothing."""
        where = self.of(path)
        return f"{where}: " if where else ""


def describe(found: dict[str, Any], places: Places, root: type[BaseModel]) -> str:
    """One problem as a line: where, what, and what was probably meant."""
    path = [str(part) for part in found["loc"]]
    line = f"{places.before(path)}{'.'.join(path)}"
    if found["type"] != "extra_forbidden":
        return f"{line}: {found['msg'].removeprefix('Value error, ')}"
    near = difflib.get_close_matches(path[-1], _names_beside(path, root), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{line}: no such setting{meant}"


def _names_beside(path: list[str], model: type[BaseModel]) -> list[str]:
    for part in path[:-1]:
        field = model.model_fields.get(part)
        model = (field and _model_in(field.annotation)) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table that a setting is made of: itself, or each of a list or of a dictionary."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)


def _split(name: str) -> Setting:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
