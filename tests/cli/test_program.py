"""What every command has in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from tests.cli.conftest import Cli
from uketsuke.cli.program import GROUPS, program

TOP = tuple(sorted(typer.main.get_command(program()).commands))  # type: ignore[attr-defined]


def commands() -> Iterator[tuple[str, ...]]:
    yield ()
    for name in TOP:
        yield (name,)
        yield from ((name, inner) for inner in GROUPS.get(name, ()))


@pytest.mark.parametrize(
    "words", [pytest.param(words, id=" ".join(words) or "program") for words in commands()]
)
def test_help_starts_with_an_example_of_that_command(cli: Cli, words: tuple[str, ...]) -> None:
    ended = cli(*words, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"例: uketsuke {' '.join(words)}".rstrip())


def test_ap_60_every_command_that_ends_gives_json(cli: Cli, desk: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery\n")
    (tmp_path / "people.csv").write_text("職員番号,氏名,所属\n1,青木 千尋,税務課\n", "utf-8")
    (tmp_path / "departments.csv").write_text("所属コード,所属名\n1,税務課\n", "utf-8")
    (tmp_path / "lte.csv").write_text("asset_no,status\nLTE-0001,在庫\n", "utf-8")
    (tmp_path / "note.json").write_text('{"form_id": "operator-entry", "values": {}}')
    calls = [
        ["init", "other"],
        ["check-config"],
        ["upgrade"],
        ["timetable"],
        ["intake", "once"],
        ["user", "add", "op", "--password-file", password],
        ["user", "list"],
        ["user", "password", "op", "--password-file", password],
        ["user", "roles", "op", "lead"],
        ["user", "disable", "op"],
        ["import", "people", "people.csv"],
        ["import", "departments", "departments.csv"],
        ["import", "ledger", "lte-ledger", "lte.csv"],
        ["export", "people"],
        ["export", "departments"],
        ["export", "ledger", "lte-ledger"],
        ["explain", "note.json"],
    ]
    for call in calls:
        where = [] if call[0] == "init" else ["--config", desk]
        ended = cli(*call, *where, "--format", "json")
        assert ended.code == 0, (call, ended.err)
        assert ended.json["schema_version"] == 1, call


def test_jsonl_gives_one_object_on_each_line(cli: Cli, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "職員番号,氏名,所属\n1,青木 千尋,税務課\n2,上田 真由,税務課\n", "utf-8"
    )
    ended = cli("import", "people", "people.csv", "--config", desk, "--format", "jsonl")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["verdict"] for line in lines] == ["added", "added"]
    assert all(line["schema_version"] == 1 for line in lines)
