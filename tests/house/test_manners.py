"""Nothing committed tells where it was written, or fetches from a fixed registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sources import ROOT, committed_files, where

MACHINE_PATHS = re.compile(
    r"(?<![\w.>-])/(?:(?:work|tmp|opt|mnt)/[a-z._]|root/(?!\.cache\b)|home/(?!uketsuke\b)\w+/|Users/\w+/)"
)
"""Absolute paths that only some machine has; those of an installation (`/srv/uketsuke`) are documentation."""
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("deb", "debian", "org"),
            ("docker", "io"),
            ("golang", "org"),
        )
    )
)


def lines() -> Iterator[tuple[Path, int, str]]:
    """Every line of every committed text file."""
    for path in committed_files():
        raw = path.read_bytes()
        if b"\0" in raw[:8000]:
            continue
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            yield path, number, line


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    found = [f"{where(path, number)}" for path, number, line in lines() if MACHINE_PATHS.search(line)]
    assert not found, "\n".join(found)


def test_no_file_but_the_lock_names_a_package_registry() -> None:
    found = [
        where(path, number)
        for path, number, line in lines()
        if path != ROOT / "uv.lock" and REGISTRIES.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("parts", [("/tmp", "try", "x"), ("/opt", "own", "x"), ("/home", "me", "src")])
def test_a_machine_path_would_be_noticed(parts: tuple[str, ...]) -> None:
    assert MACHINE_PATHS.search(f"see {'/'.join(parts)} for more")
