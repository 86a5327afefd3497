"""`user`: who may sign in to the console."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from uketsuke.cli.configuration import ConfigOption
from uketsuke.cli.exits import Code, Failure
from uketsuke.cli.opening import app_of
from uketsuke.cli.output import Format, FormatOption, columns, show
from uketsuke.cli.registers import ACTOR
from uketsuke.cli.words import say
from uketsuke.domain.states import Role
from uketsuke.queue.sign_ins import SHORTEST, would_leave_no_admin
from uketsuke.store.transaction import Transaction
from uketsuke.store.users import User

GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)

LoginArgument = Annotated[str, typer.Argument(help=say("option.login"), metavar="LOGIN")]
PasswordOption = Annotated[
    Path | None,
    typer.Option("--password-file", help=say("option.password-file"), exists=True, dir_okay=False),
]


def add(
    login: LoginArgument,
    role: Annotated[list[str] | None, typer.Option("--role", help=say("option.role"))] = None,
    name: Annotated[str, typer.Option("--name", help=say("option.name"))] = "",
    employee_number: Annotated[
        str | None, typer.Option("--employee-number", help=say("option.employee-number"))
    ] = None,
    password_file: PasswordOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """A new sign-in."""
    roles = roles_of(role or [Role.OPERATOR.value])
    stored = _hashed(_password(password_file))
    with _transaction(config) as tx:
        if tx.users.get(login) is not None:
            raise Failure("user-exists", login=login)
        user = User(
            login=login,
            name=name or login,
            password_hash=stored,
            roles=roles,
            employee_number=employee_number,
        )
        tx.users.put(user)
        _note(tx, "user-add", login, {"roles": [role.value for role in roles]})
    _tell("added", user, form)


def list_users(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Every sign-in, without names of persons."""
    with _transaction(config, write=False) as tx:
        users = tx.users.all()
    text = columns((user.login, _text(user)) for user in users)
    show(form, {"users": [_facts(user) for user in users]}, text, rows="users")


def password(
    login: LoginArgument,
    password_file: PasswordOption = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Another password; every open screen of that sign-in is closed."""
    stored = _hashed(_password(password_file))
    with _transaction(config) as tx:
        user = _user(tx, login)
        tx.users.set_password(login, stored)
        _note(tx, "user-password", login, {})
    _tell("password", user, form)


def roles(
    login: LoginArgument,
    role: Annotated[list[str], typer.Argument(help=say("option.role"), metavar="ROLE…")],
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Other roles; every open screen is closed."""
    wanted = roles_of(role)
    with _transaction(config) as tx:
        before = _user(tx, login)
        user = before.model_copy(update={"roles": wanted})
        _change(tx, user)
        facts = {"before": [one.value for one in before.roles], "after": [one.value for one in wanted]}
        _note(tx, "user-roles", login, facts)
    _tell("roles", user, form)


def disable(login: LoginArgument, config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """No more signing in; every open screen is closed."""
    with _transaction(config) as tx:
        user = _user(tx, login).model_copy(update={"active": False})
        _change(tx, user)
        _note(tx, "user-disable", login, {})
    _tell("disabled", user, form)


def roles_of(words: list[str]) -> tuple[Role, ...]:
    """The roles of these names; raises `Failure`."""
    known = {role.value: role for role in GIVEN}
    for word in words:
        if word not in known:
            raise Failure("no-role", Code.USAGE, role=word, roles=", ".join(known))
    return tuple(dict.fromkeys(known[word] for word in words))


def _password(file: Path | None) -> str:
    """From the file, else asked for twice; never on the command line, where others could see it."""
    if file is not None:
        words = file.read_text("utf-8").rstrip("\r\n")
    elif sys.stdin.isatty():
        words = getpass.getpass(say("user.ask"))
        if getpass.getpass(say("user.ask-again")) != words:
            raise Failure("passwords-differ")
    else:
        raise Failure("no-terminal", Code.USAGE)
    if len(words) < SHORTEST:
        raise Failure("short-password", least=SHORTEST)
    return words


def _hashed(words: str) -> str:
    from uketsuke.console.passwords import hash_password  # takes a while to load

    return hash_password(words)


@contextmanager
def _transaction(config: Path | None, *, write: bool = True) -> Iterator[Transaction]:
    with app_of(config) as app, app.database.transaction("user") if write else app.database.reading() as tx:
        yield tx


def _user(tx: Transaction, login: str) -> User:
    user = tx.users.get(login)
    if user is None:
        raise Failure("no-user", login=login)
    return user


def _change(tx: Transaction, user: User) -> None:
    """Whoever has become somebody else signs in anew; raises `Failure` where no admin would be left."""
    tx.users.lock()
    if would_leave_no_admin(tx, user):
        raise Failure("last-admin", login=user.login)
    tx.users.put(user)
    tx.sessions.close_all(user.login)


def _note(tx: Transaction, action: str, login: str, facts: dict[str, Any]) -> None:
    tx.audit.append(at=tx.now, actor=ACTOR, action=action, subject=f"user:{login}", facts=facts)


def _facts(user: User) -> dict[str, Any]:
    return {
        "login": user.login,
        "roles": [role.value for role in user.roles],
        "employee_number": user.employee_number,
        "active": user.active,
    }


def _text(user: User) -> str:
    roles = ", ".join(role.value for role in user.roles)
    return roles if user.active else f"{roles} {say('user.inactive')}"


def _tell(what: str, user: User, form: Format) -> None:
    show(form, _facts(user), [say(f"user.{what}", login=user.login, roles=_text(user))])
