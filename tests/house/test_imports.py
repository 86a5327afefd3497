"""The allow-list that import-linter cannot express: what the pure packages may import at all."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sources import ROOT, python_files, where

ALLOWED = {
    "uketsuke/domain": ("pydantic", "uketsuke.domain", "uketsuke.errors", "uketsuke.settings"),
    "uketsuke/processors": ("pydantic", "uketsuke.domain", "uketsuke.processors"),
}
IMPURE = frozenset(
    {"asyncio", "http", "imaplib", "multiprocessing", "smtplib", "socket", "sqlite3", "ssl", "subprocess"}
)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything a file imports."""
    package = path.relative_to(ROOT).parent.parts if path.is_relative_to(ROOT) else ()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                yield node.lineno, module if node.module and not node.level else f"{module}.{alias.name}"


def is_allowed(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a pure package may import this name."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return top not in IMPURE
    return any(name == entry or name.startswith(f"{entry}.") for entry in allowed)


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_pure_package_imports_only_what_it_may(folder: str) -> None:
    wrong = [
        f"{where(path, line)} imports {name}"
        for path in python_files(folder)
        for line, name in imports(path)
        if not is_allowed(name, ALLOWED[folder])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["sqlalchemy.orm", "uketsuke.store.tables", "socket", "jinja2"])
def test_an_impure_import_would_be_noticed(name: str) -> None:
    assert not is_allowed(name, ALLOWED["uketsuke/processors"])
