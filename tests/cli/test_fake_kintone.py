"""`fake-kintone`, as far as it ends by itself; what it serves is tested in tests/connectors/kintone."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_file_that_is_no_state_ends_the_command_with_words(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text('{"hosts": 1}', "utf-8")
    ended = cli("fake-kintone", "--bind", "127.0.0.1:0", "--seed", file)
    assert ended.code == 3
    assert "hosts" in ended.err


def test_a_file_that_is_not_there_is_named(cli: Cli) -> None:
    ended = cli("fake-kintone", "--bind", "127.0.0.1:0", "--seed", "none.json")
    assert (ended.code, "none.json" in ended.err) == (3, True)
