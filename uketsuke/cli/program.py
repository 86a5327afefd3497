"""The program: its commands, how they introduce themselves, how errors end it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from uketsuke.cli import (
    audit,
    demo,
    doctor,
    explaining,
    exports,
    imitation,
    intake,
    kintone,
    running,
    setup,
    transfer,
    users,
)
from uketsuke.cli.exits import code_of, describe
from uketsuke.cli.output import tell
from uketsuke.cli.words import say
from uketsuke.errors import UketsukeError

GROUPS: dict[str, dict[str, Callable[..., None]]] = {
    "intake": {"once": intake.once, "watch": intake.watch},
    "import": {
        "people": transfer.import_people,
        "posts": transfer.import_posts,
        "departments": transfer.import_departments,
        "mailboxes": transfer.import_mailboxes,
        "accounts": transfer.import_accounts,
        "ledger": transfer.import_ledger,
    },
    "export": {
        "people": exports.export_people,
        "posts": exports.export_posts,
        "departments": exports.export_departments,
        "mailboxes": exports.export_mailboxes,
        "accounts": exports.export_accounts,
        "ledger": exports.export_ledger,
    },
    "audit": {"verify": audit.verify},
    "kintone": {"check": kintone.check},
    "user": {
        "add": users.add,
        "list": users.list_users,
        "password": users.password,
        "roles": users.roles,
        "disable": users.disable,
    },
}


class Command(TyperCommand):
    """A command whose help starts with an example."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        print(say("help.example", example=say(f"command.{_path(ctx)}.example")))
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help starts with an example."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        print(say("help.example", example=say(f"command.{_path(ctx)}.example")))
        super().format_help(ctx, formatter)


def _path(context: Any) -> str:
    """`intake-once` for `uketsuke intake once`; `program` for the program itself."""
    return "-".join(context.command_path.split()[1:]) or "program"


def _group(name: str, commands: dict[str, Callable[..., None]]) -> typer.Typer:
    """A group and its commands, helped by the messages under `command.<name>[-<command>]`."""
    prefix = "" if name == "program" else f"{name}-"
    group = typer.Typer(
        name=name,
        cls=Group,
        help=say(f"command.{name}.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for command, function in commands.items():
        group.command(command, cls=Command, help=say(f"command.{prefix}{command}.help"))(function)
    return group


def program() -> typer.Typer:
    """All commands."""
    top = _group(
        "program",
        {
            "init": setup.init,
            "check-config": setup.check_config,
            "doctor": doctor.doctor,
            "upgrade": setup.upgrade,
            "demo": demo.demo,
            "run": running.run,
            "web": running.web,
            "worker": running.worker,
            "timetable": running.timetable,
            "explain": explaining.explain,
            "fake-kintone": imitation.fake_kintone,
        },
    )
    for name, commands in GROUPS.items():
        top.add_typer(_group(name, commands))
    return top


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    try:
        program()(args=arguments, prog_name="uketsuke")
    except UketsukeError as error:
        tell(describe(error))
        sys.exit(code_of(error))
