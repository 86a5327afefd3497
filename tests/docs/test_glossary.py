"""docs/GLOSSARY.md names what exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(\w+)` \| `([\w.]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "GLOSSARY.md").read_text("utf-8"))


@pytest.mark.parametrize(("word", "where"), [(word, where) for word, where, _ in ROWS])
def test_the_code_word_exists_where_the_glossary_says(word: str, where: str) -> None:
    assert hasattr(importlib.import_module(where), word)


def test_no_word_is_defined_twice() -> None:
    words = [word for word, _, _ in ROWS]
    assert len(words) == len(set(words)) > 20


def test_words_that_are_to_be_avoided_are_not_class_names() -> None:
    """Ticket, case, task and SLA have a better word here; `Request` clashes with Starlette's."""
    avoided = re.compile(r"^class (Ticket|Request|Task|SLA|Sla|Email|Message)\b", re.MULTILINE)
    for source in (ROOT / "uketsuke").rglob("*.py"):
        assert not avoided.search(source.read_text("utf-8")), source
