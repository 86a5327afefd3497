"""`init`, `upgrade` and `check-config`."""

from __future__ import annotations

import shlex
import socket
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_init_makes_settings_database_and_secret(cli: Cli, desk: Path) -> None:
    data = desk.parent / "data"
    assert (data / "uketsuke.db").exists()
    assert stat.S_IMODE((data / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert cli("check-config", "--config", desk).code == 0


def test_init_never_overwrites(cli: Cli, desk: Path) -> None:
    desk.write_text("# mine\n")
    again = cli("init", desk.parent)
    assert again.code == 1
    assert "既にあります" in again.err
    assert desk.read_text() == "# mine\n"


def test_init_prints_three_commands_that_the_program_knows(cli: Cli) -> None:
    commands = cli("init", "desk", "--format", "json").json["next"]
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)[1:]
        known = [word for word in words[: words.index("--config")] if word != "operator01"]
        assert cli(*known, "--help").code == 0


def test_every_value_of_the_commented_settings_is_one_that_may_be_set(cli: Cli, desk: Path) -> None:
    """The lines commented out are valid too: a person who removes a # gets no error."""
    text = desk.read_text("utf-8")
    opened = [
        line.removeprefix("# ") if line.startswith("# services_folder") else line
        for line in text.splitlines()
    ]
    desk.write_text("\n".join(opened), "utf-8")
    assert cli("check-config", "--config", desk).err.count("no such setting") == 0


def test_upgrade_makes_the_tables_of_settings_without_a_folder(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UKETSUKE_DATA_DIR", "elsewhere")
    assert cli("timetable").code == 3
    assert cli("upgrade").code == 0
    assert cli("upgrade").code == 0
    assert cli("timetable").code == 0


def test_check_config_shows_every_value_and_no_password(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_MAILBOX__URL", "imaps://desk:s3cret@imap.example.lg.jp/INBOX")
    monkeypatch.setenv("UKETSUKE_SECRET", "t0ken")
    monkeypatch.setenv("UKETSUKE_DATABASE__URL", "postgresql+psycopg://u:hidden@db.example.lg.jp/uketsuke")
    shown = cli("check-config")
    assert shown.code == 0
    assert "imaps://desk:***@imap.example.lg.jp/INBOX" in shown.out
    assert "queue.threads" in shown.out
    assert not any(word in shown.out + shown.err for word in ("s3cret", "t0ken", "hidden"))
    assert cli("check-config", "--format", "json").json["settings"]["secret"] == "***"


def test_check_config_lists_all_problems_at_once_with_their_lines(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        '[queue]\nthreds = 3\nthreads = 900\n\n[smtp]\nurl = "ftp://relay"\n\n[consol]\nbind = "x"\n'
    )
    ended = cli("check-config", "--config", file)
    assert ended.code == 3
    assert f"{file}:2: queue.threds: no such setting; did you mean threads?" in ended.err
    assert f"{file}:3: queue.threads" in ended.err
    assert f"{file}:6: smtp.url: must start with smtp://" in ended.err
    assert f"{file}:8: consol: no such setting; did you mean console?" in ended.err
    assert "4 件" in ended.err


def test_check_config_gives_the_same_problems_as_data(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text("queue = 3\nsmpt = 1\n")
    ended = cli("check-config", "--config", file, "--format", "json")
    assert (ended.code, ended.json["ok"], len(ended.json["problems"])) == (3, False, 2)


def test_check_config_touches_no_network_unless_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        monkeypatch.setenv("UKETSUKE_MAILBOX__URL", f"imap://u:p@127.0.0.1:{port}/INBOX")
        monkeypatch.setenv("UKETSUKE_SMTP__URL", f"smtp://127.0.0.1:{port}")
        assert cli("check-config").code == 0
        with pytest.raises(TimeoutError):
            listener.accept()


def test_connect_names_everything_that_cannot_be_reached(
    cli: Cli, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("UKETSUKE_MAILBOX__URL", f"imap://u:p@127.0.0.1:{port}/INBOX")
    monkeypatch.setenv("UKETSUKE_SMTP__URL", f"smtp://127.0.0.1:{port}")
    ended = cli("check-config", "--config", desk, "--connect", "--format", "json")
    assert ended.code == 4
    assert {one["name"]: one["ok"] for one in ended.json["connections"]} == {
        "database": True,
        "mailbox main": False,
        "smtp": False,
    }
    assert "対処" in ended.err
