"""Small enough to be read: sizes, names and types that no linter knows to ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .sources import ROOT, Function, functions, python_files, where

LONGEST_FUNCTION = 50
LONGEST_MODULE = 300
SAY_NOTHING = re.compile(r"^_?(utils?|helpers?|common|managers?|handlers?|models?|misc)$")
OURS = ("uketsuke", "tests/servers", "tests/house")
MIGRATIONS = ROOT / "uketsuke/store/migrations"


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring: explaining is never what makes it long."""
    assert function.end_lineno is not None
    first = function.body[0]
    total = function.end_lineno - function.lineno + 1
    if function.body and getattr(getattr(first, "value", None), "value", None).__class__ is str:
        assert first.end_lineno is not None
        total -= first.end_lineno - first.lineno + 1
    return total


def unannotated(function: Function) -> list[str]:
    """Names of parameters without a type, and `return`."""
    spec = function.args
    listed = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    listed += [star for star in (spec.vararg, spec.kwarg) if star is not None]
    names = [arg.arg for arg in listed if arg.annotation is None and arg.arg not in {"self", "cls"}]
    return names if function.returns is not None else [*names, "return"]


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [
        f"{where(path, function.lineno)} {function.name}: {length(function)} lines"
        for path in python_files(*OURS)
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*OURS)}
    long = [f"{where(path, size)} {size} lines" for path, size in sizes.items() if size > LONGEST_MODULE]
    assert not long, "\n".join(long)


def test_every_module_and_folder_has_a_name_that_says_something() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for path in python_files(*OURS)
        if any(SAY_NOTHING.match(part) for part in (*path.relative_to(ROOT).parts[:-1], path.stem))
    ]
    assert not vague, "\n".join(vague)


def test_every_function_is_fully_annotated() -> None:
    untyped = [
        f"{where(path, function.lineno)} {function.name}: {', '.join(unannotated(function))}"
        for path in python_files(*OURS)
        if not path.is_relative_to(MIGRATIONS)
        for function in functions(path)
        if unannotated(function)
    ]
    assert not untyped, "\n".join(untyped)


@pytest.mark.parametrize("name", ["utils", "_helpers", "manager", "models"])
def test_a_vague_name_would_be_noticed(name: str) -> None:
    assert SAY_NOTHING.match(name)


def test_a_long_untyped_function_would_be_noticed(tmp_path: Path) -> None:
    source = tmp_path / "long.py"
    source.write_text("def f(a, *b):\n    '''\n" + "\n" * 60 + "    '''\n" + "    a = 1\n" * 50)
    (function,) = functions(source)
    assert length(function) == LONGEST_FUNCTION + 1
    assert unannotated(function) == ["a", "b", "return"]
