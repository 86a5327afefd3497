"""The console's own words: short texts that depend on facts, looked up by key (UX 2).

Longer texts stand in the pages themselves; states, decisions and concerns have
their words in the message catalogue that letters and `explain` use too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


class Words:
    """Texts by dotted key; `{name}` in a text is filled with the fact of that name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Use these texts."""
        self._texts = dict(texts)

    @classmethod
    def load(cls, language: str = "ja") -> Words:
        """Read the console's message files of a language: `[….]console.<language>.toml`."""
        folder = files("uketsuke.templates").joinpath("messages")
        found = sorted(
            (one for one in folder.iterdir() if f".{one.name}".endswith(f".console.{language}.toml")),
            key=lambda one: one.name,
        )
        tables = (tomllib.loads(one.read_text("utf-8"))["ui"] for one in found)
        return cls({key: text for table in tables for key, text in _flatten("", table)})

    def __call__(self, key: str, /, **facts: object) -> str:
        """The text of a key; raises `KeyError` for an unknown key or a fact that was not given."""
        return self._texts[key].format(**facts)

    def get(self, key: str, otherwise: str) -> str:
        """The text of a key, or something else where nobody wrote one."""
        return self._texts.get(key, otherwise)

    def under(self, prefix: str) -> dict[str, str]:
        """All texts below a key, by their last part."""
        start = f"{prefix}."
        return {key.removeprefix(start): text for key, text in self._texts.items() if key.startswith(start)}


def _flatten(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += (
            _flatten(f"{prefix}{key}.", value) if isinstance(value, dict) else [(f"{prefix}{key}", value)]
        )
    return found
