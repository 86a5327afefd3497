"""`user`: sign-ins of the console."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from uketsuke.cli.opening import app_of
from uketsuke.console.passwords import is_right

SECRET = "correct horse battery"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    return file


def stored(desk: Path, login: str) -> str:
    with app_of(desk) as app, app.database.reading() as tx:
        user = tx.users.get(login)
    assert user is not None
    assert user.password_hash is not None
    return user.password_hash


def test_a_password_is_kept_as_argon2_and_never_printed(cli: Cli, desk: Path, password: Path) -> None:
    ended = cli("user", "add", "op", "--password-file", password, "--config", desk)
    assert ended.code == 0
    assert stored(desk, "op").startswith("$argon2id$")
    assert is_right(stored(desk, "op"), SECRET)
    assert SECRET not in ended.out + ended.err


def test_a_new_password_replaces_the_old_one(cli: Cli, desk: Path, password: Path) -> None:
    cli("user", "add", "op", "--password-file", password, "--config", desk)
    password.write_text("another long password\n")
    assert cli("user", "password", "op", "--password-file", password, "--config", desk).code == 0
    assert not is_right(stored(desk, "op"), SECRET)
    assert is_right(stored(desk, "op"), "another long password")


def test_nobody_is_asked_without_a_terminal(cli: Cli, desk: Path) -> None:
    ended = cli("user", "add", "op", "--config", desk)
    assert (ended.code, "--password-file" in ended.err) == (2, True)


def test_a_short_password_is_refused(cli: Cli, desk: Path, password: Path) -> None:
    password.write_text("short\n")
    assert cli("user", "add", "op", "--password-file", password, "--config", desk).code == 1
    assert cli("user", "list", "--config", desk, "--format", "json").json["users"] == []


def test_roles_are_those_of_the_table_and_nobody_becomes_the_system(
    cli: Cli, desk: Path, password: Path
) -> None:
    options = ("--password-file", password, "--config", desk)
    assert cli("user", "add", "op", "--role", "system", *options).code == 2
    assert cli("user", "add", "op", "--role", "operator", "--role", "lead", *options).code == 0
    assert cli("user", "roles", "op", "officer", "--config", desk).code == 0
    (user,) = cli("user", "list", "--config", desk, "--format", "json").json["users"]
    assert user["roles"] == ["officer"]


def test_a_sign_in_is_never_overwritten(cli: Cli, desk: Path, password: Path) -> None:
    options = ("--password-file", password, "--config", desk)
    cli("user", "add", "op", *options)
    assert cli("user", "add", "op", *options).code == 1


def test_the_last_admin_stays(cli: Cli, desk: Path, password: Path) -> None:
    options = ("--password-file", password, "--config", desk)
    cli("user", "add", "root", "--role", "admin", *options)
    for command in (("roles", "root", "operator"), ("disable", "root")):
        ended = cli("user", *command, "--config", desk)
        assert (ended.code, "ただ一人の管理者" in ended.err) == (1, True)
    cli("user", "add", "second", "--role", "admin", *options)
    assert cli("user", "disable", "root", "--config", desk).code == 0
    assert cli("user", "roles", "second", "lead", "--config", desk).code == 1


def test_every_change_of_a_sign_in_is_in_the_audit_log(cli: Cli, desk: Path, password: Path) -> None:
    cli("user", "add", "op", "--password-file", password, "--config", desk)
    cli("user", "roles", "op", "lead", "--config", desk)
    cli("user", "disable", "op", "--config", desk)
    with app_of(desk) as app, app.database.reading() as tx:
        assert [entry.action for entry in tx.audit.about("user:op")] == [
            "user-add",
            "user-roles",
            "user-disable",
        ]
        assert tx.audit.verify() is None


@pytest.mark.parametrize(
    "command",
    [["disable", "op"], ["roles", "op", "lead"], ["password", "op", "--password-file", "password"]],
)
def test_open_screens_are_closed_with_the_sign_in(
    cli: Cli, desk: Path, password: Path, command: list[str]
) -> None:
    cli("user", "add", "op", "--password-file", password, "--config", desk)
    with app_of(desk) as app, app.database.transaction("sign-in") as tx:
        tx.sessions.open("hash", "op", "csrf", app.now() + timedelta(hours=1))
    assert cli("user", *command, "--config", desk).code == 0
    with app_of(desk) as app, app.database.transaction("reopen") as tx:
        user = tx.users.get("op")
        assert user is not None
        tx.users.put(user.model_copy(update={"active": True}))
        assert tx.sessions.get("hash") is None
