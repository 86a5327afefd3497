"""A whole uketsuke for tests: the real parts, the city of the samples, a clock moved by hand."""

from __future__ import annotations

import atexit
import email
import email.policy
import json
import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from uketsuke import bootstrap
from uketsuke.app import Actor, App, Sender
from uketsuke.clock import ManualClock
from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.people import Department, Person, SharedMailbox
from uketsuke.domain.states import Role
from uketsuke.intake.accept import Accepted, accept
from uketsuke.intake.channels import read
from uketsuke.intake.limits import Limits
from uketsuke.intake.note import SOURCE as NOTES
from uketsuke.queue.jobs import drain
from uketsuke.queue.sweep import sweep
from uketsuke.queue.timetable import tick
from uketsuke.settings import Database as DatabaseSettings
from uketsuke.settings import Queue, Settings, Smtp, Trust
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User

SAMPLES = Path(__file__).parent / "samples"
LTE = SAMPLES / "kobe" / "lte-handover"
CITY: dict[str, Any] = json.loads((SAMPLES / "kobe" / "context.json").read_text("utf-8"))
FOUNDED = datetime(2026, 4, 1, tzinfo=UTC)
"""When the city's people and units were entered."""
OPERATOR = Actor("operator01", Role.OPERATOR, "D0001")
SECOND = Actor("operator02", Role.OPERATOR, "D0002")
LEAD = Actor("lead01", Role.LEAD, "D0003")
OFFICER = Actor("officer01", Role.OFFICER, "D0004")
"""People of the desk: a contractor's people have numbers too, or they decide nothing of R3."""
LEDGERS = {"lte-ledger": "asset_no"}


class PlainReader:
    """Reads in this process: for tests that are not about the guard."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def read(self, raw: bytes, channel: Channel) -> Content:
        return read(raw, channel, self._limits)

    def close(self) -> None:
        """Nothing was started."""


def settings_for(data: Path, url: str | None = None, **changes: Any) -> Settings:
    """Settings of the samples' city over that folder; no undo window, short leases."""
    values: dict[str, Any] = {
        "mode": "test",
        "data_dir": data,
        "secret": SecretStr("only for tests"),
        "database": DatabaseSettings(url=SecretStr(url or "sqlite:///uketsuke.db")),
        "queue": Queue(undo_seconds=0, lease_seconds=30),
        "smtp": Smtp(url=SecretStr("maildir:outbox")),
        "trust": Trust(
            staff_domains=tuple(CITY["staff_domains"]),
            authserv_ids=tuple(CITY["trusted_authserv_ids"]),
            border_hosts=tuple(CITY["border_hosts"]),
        ),
    }
    return Settings(**{**values, **changes})


def found_city(database: Database, at: datetime) -> None:
    """People, departments and the LTE ledger of the samples."""
    with database.transaction("found-city") as tx:
        tx.people.import_rows([Person.model_validate(one) for one in CITY["staff"]])
        for department in CITY["departments"]:
            tx.departments.put(Department.model_validate(department))
        for mailbox in CITY["shared_mailboxes"]:
            tx.departments.put_mailbox(SharedMailbox.model_validate(mailbox))
        for one in (OPERATOR, SECOND, LEAD, OFFICER):
            tx.users.put(User(login=one.login, name=one.login, roles=(one.role,), employee_number=one.person))
        for ledger, key in LEDGERS.items():
            for row in CITY[ledger]:
                tx.ledgers.insert(ledger, row[key], row, Origin(actor="import", at=at))


def memory() -> Path | None:
    """A folder in memory, where there is a gigabyte to spare: no desk is about what a disk keeps."""
    place = Path("/dev/shm")
    if not os.access(place, os.W_OK) or shutil.disk_usage(place).free < 1 << 30:
        return None
    return place


@cache
def founded_city() -> Path:
    """An SQLite file with the city in it, made once and copied for each desk."""
    folder = Path(tempfile.mkdtemp(prefix="uketsuke-city-", dir=memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder}/city.db", clock=lambda: FOUNDED)
    database.upgrade()
    found_city(database, FOUNDED)
    database.close()
    return folder / "city.db"


@dataclass
class Desk:
    """The product, and what tests do with it."""

    app: App
    clock: ManualClock

    @classmethod
    def open(
        cls,
        at: datetime,
        *,
        data: Path | None = None,
        url: str | None = None,
        sender: Sender | None = None,
        **changes: Any,
    ) -> Desk:
        """A new desk at that moment; a folder that it makes for itself goes when nobody has its database."""
        own, data = data is None, data or Path(tempfile.mkdtemp(prefix="uketsuke-desk-", dir=memory()))
        clock = ManualClock(at)
        settings = settings_for(data, url, **changes)
        if url is None:
            data.mkdir(parents=True, exist_ok=True)
            shutil.copy(founded_city(), data / "uketsuke.db")
        else:
            database = Database(url, clock=clock.now)
            database.upgrade()
            found_city(database, FOUNDED)
            database.close()
        reader = PlainReader(Limits(dkim_keys=bootstrap.dkim_keys(settings)))
        app = bootstrap.build(settings, clock=clock, reader=reader, sender=sender)
        if own:
            weakref.finalize(app.database, shutil.rmtree, data, ignore_errors=True)
        return cls(app, clock)

    def receive(self, raw: bytes, channel: Channel = Channel.MAIL) -> Accepted:
        """A message comes in now; a note as our own console takes it in."""
        source = NOTES if channel is Channel.NOTE else "test"
        return accept(self.app.database, raw, channel, source=source, received_at=self.clock.now())

    def work(self) -> None:
        """Let everything happen that is due now."""
        while drain(self.app) + tick(self.app) + sweep(self.app):
            pass

    def request(self, number: str) -> RequestRow:
        """The request of that number, as it stands."""
        with self.app.database.reading() as tx:
            found = tx.requests.by_number(number)
        assert found is not None, number
        return found

    def unit(self, key: str) -> dict[str, Any]:
        """The values of a unit of the LTE ledger."""
        with self.app.database.reading() as tx:
            row = tx.ledgers.row("lte-ledger", key)
        assert row is not None, key
        return row.values

    def letters(self) -> list[EmailMessage]:
        """What has left, in the order it was written."""
        folder = self.app.settings.path("outbox") / "new"
        found = [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in (folder.iterdir() if folder.exists() else ())
        ]
        with self.app.database.reading() as tx:
            order = {
                letter.message_id: letter.id
                for letter in (tx.letters.by_message_id(str(one["Message-ID"]).strip("<>")) for one in found)
                if letter is not None
            }
        return sorted(found, key=lambda one: order[str(one["Message-ID"]).strip("<>")])  # type: ignore[return-value]


def mail(
    body: str,
    *,
    sender: str = "takahashi-t@city.example.lg.jp",
    subject: str = "LTE接続端子の返却",
    message_id: str = "<own-1@mail.city.example.lg.jp>",
    replying_to: str | None = None,
    proven: bool = True,
    day: datetime = datetime(2026, 12, 10, 10, tzinfo=JST),
) -> bytes:
    """A mail as the city's border host hands it over, at 10:00 on 10 December 2026 where nothing is said."""
    message = EmailMessage(policy=email.policy.SMTP)
    if proven:
        message["Authentication-Results"] = "mx.city.example.lg.jp; dmarc=pass header.from=city.example.lg.jp"
    message["Received"] = (
        f"from relay.city.example.lg.jp by mx.city.example.lg.jp with ESMTPS id T1; {format_datetime(day)}"
    )
    message["From"] = sender
    message["To"] = "it-helpdesk@city.example.lg.jp"
    message["Subject"] = subject
    message["Message-ID"] = message_id
    if replying_to:
        message["In-Reply-To"] = f"<{replying_to}>"
        message["References"] = f"<{replying_to}>"
    message.set_content(body)
    return message.as_bytes()


RETURN = "申請区分：返却\n所属：道路計画課\n氏名：髙橋 徹\n管理番号：{unit}\n返却希望日：{day}\n"
"""A return as a clerk writes it."""


def sample(name: str) -> bytes:
    """The bytes of a sample of lte-handover or an edge sample."""
    for folder in (LTE, SAMPLES / "edge"):
        for suffix in (".eml", ".json"):
            if (folder / f"{name}{suffix}").exists():
                return (folder / f"{name}{suffix}").read_bytes()
    raise FileNotFoundError(name)
