"""The annotated tree in the README is true."""

from __future__ import annotations

import re

from .sources import ROOT, committed_files

ENTRY = re.compile(r"^(?P<indent>(?:[│ ] {3})*)(?:[├└]── )?(?P<name>[\w.-]+/?)(?: {2,}(?P<note>\S.*))?$")


def listed_paths(readme: str) -> dict[str, str]:
    """Path relative to the top → its note, from the code block that holds tree lines."""
    block = next(part for part in readme.split("```") if "├── " in part)
    paths: dict[str, str] = {}
    parents: list[str] = []
    for line in block.splitlines()[1:]:
        entry = ENTRY.match(line)
        assert entry, f"README: not a line of the tree: {line!r}"
        depth = len(entry["indent"]) // 4 + ("── " in line)
        parents[depth:] = [entry["name"].rstrip("/")]
        paths["/".join(parents)] = entry["note"] or ""
    return paths


def packages() -> set[str]:
    """Every folder of the package that holds code of its own."""
    inits = (path.relative_to(ROOT) for path in committed_files() if path.name == "__init__.py")
    return {str(path.parent) for path in inits if path.parts[0] == "uketsuke"}


def test_every_path_in_the_tree_exists() -> None:
    missing = [path for path in listed_paths(readme()) if not (ROOT / path).exists()]
    assert not missing, f"README's tree names what is not there: {missing}"


def test_every_package_folder_is_in_the_tree() -> None:
    unlisted = sorted(packages() - set(listed_paths(readme())))
    assert not unlisted, f"README's tree does not say what these are for: {unlisted}"


def test_every_entry_says_what_it_is_for() -> None:
    silent = [path for path, note in listed_paths(readme()).items() if not note]
    assert not silent, f"README's tree has no note for: {silent}"


def test_nested_paths_are_read_from_the_tree() -> None:
    tree = "```text\na/  the package\n├── b/  one\n│   └── c.py  two\n└── d.py  three\ne  four\n```"
    assert listed_paths(tree) == {
        "a": "the package",
        "a/b": "one",
        "a/b/c.py": "two",
        "a/d.py": "three",
        "e": "four",
    }


def readme() -> str:
    """The README as committed."""
    return (ROOT / "README.md").read_text(encoding="utf-8")
