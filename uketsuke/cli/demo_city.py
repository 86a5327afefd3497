"""みなと市, the invented city of the demo: the data in `uketsuke/demo`, and a folder that runs it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from uketsuke.app import App
from uketsuke.cli.configuration import FILE_NAME
from uketsuke.cli.exits import Failure
from uketsuke.clock import FileClock
from uketsuke.domain.people import Account, Department, Person, SharedMailbox
from uketsuke.domain.states import Role
from uketsuke.settings import NOT_SETTINGS, PREFIX
from uketsuke.store.ledgers import Origin
from uketsuke.store.transaction import Transaction
from uketsuke.store.users import User

MARKER = "demo.json"
"""Stands in every folder that the demo made; nothing without it is ever deleted."""
BEGINS = datetime.fromisoformat("2026-12-08T08:45:00+09:00")
SESSION_MINUTES = 30 * 24 * 60
"""Days go by while somebody looks; that must not sign them out."""
SIGN_INS: Mapping[str, tuple[str, Role, str | None]] = {
    "operator01": ("小川", Role.OPERATOR, "80001"),
    "lead01": ("大野", Role.LEAD, "80002"),
    "miyake-n": ("三宅", Role.OFFICER, "90001"),
    "admin01": ("管理者", Role.ADMIN, "80003"),
}


def demo_files() -> Traversable:
    """The folder of the demo's data."""
    return files("uketsuke.demo")


def demo_world() -> dict[str, Any]:
    """People, departments and ledgers of the city, in the shape of a snapshot."""
    world: dict[str, Any] = json.loads(demo_files().joinpath("world.json").read_text("utf-8"))
    return world


@dataclass(frozen=True)
class DemoFolder:
    """Where a demo lives: settings, database, mailbox folder, Maildir, clock."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """Its settings."""
        return self.path / FILE_NAME

    @property
    def inbox(self) -> Path:
        """Put a mail here and it is taken in."""
        return self.path / "inbox"

    @property
    def outbox(self) -> Path:
        """The Maildir that letters leave to."""
        return self.path / "outbox"

    @property
    def clock(self) -> FileClock:
        """The demo's time."""
        return FileClock(self.path / "clock")

    def exists(self) -> bool:
        """Whether a demo was made here."""
        return (self.path / MARKER).exists()

    def sign_ins(self) -> dict[str, str]:
        """Login → made-up password."""
        found: dict[str, str] = json.loads((self.path / MARKER).read_text("utf-8"))["sign_ins"]
        return found

    def make(self, bind: str, undo_seconds: float) -> None:
        """Write settings, clock and made-up passwords; raises `Failure` in a folder of somebody else's."""
        if self.path.exists() and any(self.path.iterdir()):
            raise Failure("demo-folder", folder=self.path)
        self.inbox.mkdir(parents=True)
        self.clock.set(BEGINS)
        self.settings_file.write_text(_settings(self, bind, undo_seconds), "utf-8")
        passwords = {login: f"minato-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for login in SIGN_INS}
        descriptor = os.open(self.path / MARKER, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"made_by": "uketsuke demo", "sign_ins": passwords}, file)

    def remove(self) -> None:
        """Delete it, if it is ours; raises `Failure`."""
        if not self.path.exists():
            return
        if not self.exists():
            raise Failure("demo-folder", folder=self.path)
        shutil.rmtree(self.path)

    def environment(self) -> dict[str, str]:
        """The environment of its processes: no other settings than its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(PREFIX) or name.removeprefix(PREFIX) in NOT_SETTINGS
        }
        return {**kept, f"{PREFIX}CONFIG": str(self.settings_file.resolve())}


def people_the_city(app: App, sign_ins: Mapping[str, str]) -> None:
    """Store people, departments, ledgers and sign-ins, in one transaction."""
    world = demo_world()
    with app.database.transaction("demo-city") as tx:
        for person in world["staff"]:
            tx.people.put(Person.model_validate(person))
        for department in world["departments"]:
            tx.departments.put(Department.model_validate(department))
        for mailbox in world["shared_mailboxes"]:
            tx.departments.put_mailbox(SharedMailbox.model_validate(mailbox))
        for system, accounts in world["systems_accounts"].items():
            for account in accounts:
                tx.accounts.put(Account(system=system, **account))
        for ledger in app.catalogue.ledgers.values():
            rows = [(str(row[ledger.key]), row) for row in world.get(ledger.id, [])]
            tx.ledgers.import_rows(ledger.id, rows, Origin(actor="demo"))
        _sign_in(tx, sign_ins)


def _sign_in(tx: Transaction, passwords: Mapping[str, str]) -> None:
    from uketsuke.console.passwords import hash_password  # takes a while to load

    for login, (name, role, number) in SIGN_INS.items():
        stored = hash_password(passwords[login])
        tx.users.put(
            User(login=login, name=name, password_hash=stored, roles=(role,), employee_number=number)
        )


def _settings(folder: DemoFolder, bind: str, undo_seconds: float) -> str:
    """TOML basic strings have the escapes of JSON (TOML 1.0, strings)."""
    place = folder.path.resolve()
    values: dict[str, dict[str, Any]] = {
        "": {
            "mode": "demo",
            "data_dir": str(place),
            "clock": f"file:{place / 'clock'}",
            "log_level": "warning",
        },
        "[database]": {"url": "sqlite:///uketsuke.db"},
        "[queue]": {"broker": "database", "threads": 2, "undo_seconds": undo_seconds, "sweep_seconds": 1},
        "[[mailbox]]": {"name": "demo", "url": f"folder://{place / 'inbox'}", "poll_seconds": 0.5},
        "[smtp]": {"url": "maildir:outbox"},
        "[[form]]": demo_world()["registered_forms"][0],
        "[console]": {"bind": bind, "base_url": f"http://{bind}", "session_minutes": SESSION_MINUTES},
        "[trust]": {
            name: demo_world()[key]
            for name, key in (
                ("staff_domains", "staff_domains"),
                ("authserv_ids", "trusted_authserv_ids"),
                ("border_hosts", "border_hosts"),
            )
        },
    }
    lines: list[str] = []
    for table, entries in values.items():
        lines += [
            table,
            *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()),
        ]
    return "\n".join(lines).strip() + "\n"
