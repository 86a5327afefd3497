"""The repository's own files, as the house tests look at them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Top of the repository."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def committed_files() -> tuple[Path, ...]:
    """What git knows of and what it would add, or every file where there is no git (a source archive)."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts))
    paths = (ROOT / name.decode() for name in listed.split(b"\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(*folders: str) -> Iterator[Path]:
    """Committed Python files below the folders named, relative to the top."""
    for path in committed_files():
        if path.suffix == ".py" and any(path.is_relative_to(ROOT / folder) for folder in folders):
            yield path


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def where(path: Path, line: int) -> str:
    """`file:line`, as editors and terminals understand it."""
    return f"{path.relative_to(ROOT)}:{line}"
