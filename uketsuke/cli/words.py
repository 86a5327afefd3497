"""What the command line says, by key, from `templates/messages/cli.ja.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts(file: str = "cli.ja.toml", table: str = "cli") -> dict[str, Any]:
    source = files("uketsuke.templates").joinpath("messages", file)
    texts: dict[str, Any] = tomllib.loads(source.read_text("utf-8"))[table]
    return texts


def say(key: str, /, **facts: object) -> str:
    """The text of a dotted key, its `{facts}` filled in; raises `KeyError` for an unknown key."""
    found: Any = _texts()
    for part in key.split("."):
        found = found[part]
    return str(found).format(**facts)


def listed(key: str) -> dict[str, list[str]]:
    """The lists of words under a dotted key, by name; empty where nobody wrote any."""
    found: Any = _texts()
    for part in key.split("."):
        found = found.get(part, {})
    return {name: list(words) for name, words in found.items()}


def say_or(key: str, otherwise: str, /, **facts: object) -> str:
    """The text of a key, or something else where nobody wrote one."""
    try:
        return say(key, **facts)
    except KeyError:
        return otherwise


def headings(table: str, names: Sequence[str]) -> dict[str, str]:
    """Column → its heading in a table of that name."""
    return {name: say_or(f"column.{table}.{name}", name) for name in names}


def on_pages(kind: str, code: str) -> str:
    """What the console calls a code of the authority (`path`, `identity`, `doubt`): one word everywhere."""
    return str(_texts("console.ja.toml", "ui")["authority"][kind][code])
