"""What the command line says, by key, from `templates/messages/cli.ja.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> dict[str, Any]:
    source = files("uketsuke.templates").joinpath("messages", "cli.ja.toml")
    texts: dict[str, Any] = tomllib.loads(source.read_text("utf-8"))["cli"]
    return texts


def say(key: str, /, **facts: object) -> str:
    """The text of a dotted key, its `{facts}` filled in; raises `KeyError` for an unknown key."""
    found: Any = _texts()
    for part in key.split("."):
        found = found[part]
    return str(found).format(**facts)


def say_or(key: str, otherwise: str, /, **facts: object) -> str:
    """The text of a key, or something else where nobody wrote one."""
    try:
        return say(key, **facts)
    except KeyError:
        return otherwise
