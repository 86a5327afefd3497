"""What a command prints: data on stdout in the form that was asked for, messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from unicodedata import east_asian_width

import typer

from uketsuke.cli.words import say

SCHEMA_VERSION = 1
"""Raised when a program that reads our JSON would have to change."""


class Format(StrEnum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


FormatOption = Annotated[Format, typer.Option("--format", help=say("option.format"))]


def tell(message: str) -> None:
    """A message for the person at the terminal; never data."""
    print(message, file=sys.stderr, flush=True)


def show(form: Format, facts: Mapping[str, Any], text: Iterable[str] = (), rows: str | None = None) -> None:
    """Print what a command found: `text` for people, `facts` as JSON.

    `rows` names the list in `facts` of which jsonl prints one item per line.
    """
    if form is Format.TEXT:
        for line in text:
            print(line)
    elif form is Format.JSON:
        print(json.dumps({"schema_version": SCHEMA_VERSION, **facts}, ensure_ascii=False, indent=1))
    else:
        for item in facts[rows] if rows else [facts]:
            print(json.dumps({"schema_version": SCHEMA_VERSION, **item}, ensure_ascii=False))
    sys.stdout.flush()


def columns(rows: Iterable[tuple[str, str]], gap: int = 2) -> list[str]:
    """Two columns of text, aligned by how wide characters are on a terminal."""
    pairs = list(rows)
    wide = max((_width(left) for left, _ in pairs), default=0)
    return [f"{left}{' ' * (wide - _width(left) + gap)}{right}".rstrip() for left, right in pairs]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
