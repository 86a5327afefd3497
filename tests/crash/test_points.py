"""F1, static: only one place commits, and only inside `outside(…)` does anything leave the process.

So there is a named point before and after each, and the suite cannot overlook one that is new.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, python_files, where

COMMITTING = {"commit", "begin", "begin_nested", "rollback"}
ONE_PLACE = "uketsuke/store/database.py"
OUTSIDE_MODULES = {
    "imapclient",
    "aiosmtplib",
    "socket",
    "smtplib",
    "imaplib",
    "httpx2",
    "urllib.request",
    "ldap3",
}
"""Whoever imports one of these talks to somebody outside."""
CALLS = {
    "uketsuke/intake/mailbox.py": {"client", "IMAPClient"},
    "uketsuke/queue/deliver.py": {"client", "_client"},
    "uketsuke/intake/folder.py": {"file"},
    "uketsuke/queue/maildir.py": {"_write_durably", "rename", "_sync"},
    "uketsuke/connectors/directory_port.py": {"connection", "_connection"},
    "uketsuke/connectors/kintone_port.py": {"_client"},
    "uketsuke/connectors/fake_kintone/server.py": {"client"},
}
"""The modules that do, and the names on which they call; a new one must be put here, and be surrounded."""
HARMLESS = frozenset(
    ["shutdown", "close", "has_capability", "get", "stat", "startswith", "is_file", "exists"]
)
"""Calls on those names that tell nobody anything."""
ASK_NOBODY = frozenset(
    {
        "uketsuke/queue/jobs.py",
        *(f"uketsuke/cli/{name}.py" for name in ("serving", "demo", "connections", "probe_post")),
    }
)
"""They ask for the host's name, listen, or try for `check-config` and `doctor` whether somebody answers."""
FILES_OF_OURS = {"rename", "unlink", "write_bytes", "write_text", "rmdir", "symlink_to"}
MAY_WRITE_FILES = {"uketsuke/clock.py", "uketsuke/queue/maildir.py", "uketsuke/intake/folder.py"} | {
    "uketsuke/connectors/fake_kintone/state.py"  # another system's memory, not ours
}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commits(tree: ast.AST) -> Iterator[int]:
    """Lines that begin, commit or roll back."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in COMMITTING
            and not node.args  # a connection's take none; what is begun of ours is named
        ):
            yield node.lineno


def imports(tree: ast.AST) -> set[str]:
    """Modules imported, whole and by their first part."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found | {name.partition(".")[0] for name in found}


def unguarded(tree: ast.AST, names: set[str], inside: bool = False) -> Iterator[tuple[int, str]]:
    """Calls on these names, or of them, that do not stand inside `with outside(…)`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name in GUARDED_FUNCTIONS:
            continue
        within = inside or (isinstance(node, ast.With | ast.AsyncWith) and _is_outside(node))
        if isinstance(node, ast.Call) and not within and (called := _called(node, names)):
            yield node.lineno, called
        yield from unguarded(node, names, within)


GUARDED_FUNCTIONS = {"_move", "_write_durably", "_sync"}
"""Called only inside `outside(…)`, which `test_a_guarded_function_is_called_inside` checks."""


def _is_outside(node: ast.With | ast.AsyncWith) -> bool:
    calls = [item.context_expr for item in node.items]
    return any(isinstance(call, ast.Call) and ast.unparse(call.func) == "outside" for call in calls)


def _called(node: ast.Call, names: set[str]) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id if node.func.id in names else ""
    if not isinstance(node.func, ast.Attribute) or node.func.attr in HARMLESS:
        return ""
    if node.func.attr in names:
        return node.func.attr
    owner = node.func.value
    base = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return ast.unparse(node.func) if base in names else ""


def test_only_the_database_commits() -> None:
    found = [
        where(path, line)
        for path in python_files("uketsuke")
        if name_of(path) != ONE_PLACE and "migrations" not in path.parts
        for line in commits(tree_of(path))
    ]
    assert not found, f"these begin or commit beside {ONE_PLACE}: {found}"


def test_every_commit_of_the_database_has_a_point_before_and_after() -> None:
    source = (ROOT / ONE_PLACE).read_text("utf-8")
    assert source.count("connection.begin()") == source.count("self._connection(")
    assert source.count(':before-commit")') == source.count(':after-commit")') == 2


def test_only_modules_that_are_known_talk_to_anybody_outside() -> None:
    found = {name_of(path): imports(tree_of(path)) & OUTSIDE_MODULES for path in python_files("uketsuke")}
    talking = {name for name, modules in found.items() if modules}
    allowed = set(CALLS) | ASK_NOBODY
    assert talking <= allowed, f"not known to the crash suite: {sorted(talking - allowed)}"


@pytest.mark.parametrize("name", CALLS)
def test_every_call_outside_stands_between_its_two_points(name: str) -> None:
    found = [f"{name}:{line} {called}" for line, called in unguarded(tree_of(ROOT / name), CALLS[name])]
    assert not found, f"not inside `with outside(…)`: {found}"


@pytest.mark.parametrize("name", CALLS)
def test_a_guarded_function_is_called_inside(name: str) -> None:
    tree = tree_of(ROOT / name)
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} & GUARDED_FUNCTIONS
    if name == "uketsuke/intake/folder.py":
        defined -= {"_move"}  # holds its own `outside`
    assert not list(unguarded(tree, defined))


def test_files_are_written_by_nobody_else() -> None:
    found = [
        where(path, node.lineno)
        for path in python_files("uketsuke/intake", "uketsuke/queue", "uketsuke/connectors", "uketsuke/store")
        if name_of(path) not in MAY_WRITE_FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in FILES_OF_OURS
    ]
    assert not found, found


OFFENDERS = {
    "a commit": ("def f(connection):\n    connection.commit()\n", "commit"),
    "a call on a client": ("def f(client):\n    client.move([1], 'x')\n", "call"),
    "a call after the block": ("with outside('x'):\n    pass\nclient.fetch([1], ['y'])\n", "call"),
    "a connection": ("def f():\n    return IMAPClient('host')\n", "call"),
    "an awaited call": ("async def f(self):\n    await self._client.data(b'')\n", "call"),
}


@pytest.mark.parametrize("name", OFFENDERS)
def test_a_planted_offender_is_noticed(name: str) -> None:
    source, kind = OFFENDERS[name]
    tree = ast.parse(source)
    names = CALLS["uketsuke/intake/mailbox.py"] | CALLS["uketsuke/queue/deliver.py"]
    assert list(commits(tree)) if kind == "commit" else list(unguarded(tree, names))
