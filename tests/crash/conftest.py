"""Offices of their own for every run, on either database; processes forked from one zygote."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.crash.office import Office, Zygote, come_to_rest, working
from tests.crash.oracle import examine, outcome
from tests.crash.scenario import ordinary_day
from tests.end_to_end.world import furnish
from tests.servers.dovecot import DovecotServer
from tests.servers.postgres import Postgres
from tests.servers.smtp import SmtpRelay
from uketsuke.store.database import Database

MakeOffice = Callable[..., Office]
MEMORY = Path("/dev/shm")
"""A killed process loses nothing that it had written; power cuts are tried by order (test_order)."""


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """The process that forks all others."""
    process = Zygote()
    yield process
    process.close()


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A fast folder for databases, removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="uketsuke-crash-", dir=MEMORY if MEMORY.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def furnished(place: Path) -> Path:
    """A SQLite database with the small world in it, to be copied."""
    path = place / "furnished.db"
    database = Database(f"sqlite:///{path}")
    furnish(database)
    database.close()
    with_everything = place / "whole.db"
    _gather(path, with_everything)
    return with_everything


def _gather(path: Path, whole: Path) -> None:
    """One file without a write-ahead log beside it."""
    source, target = sqlite3.connect(path), sqlite3.connect(whole)
    with source, target:
        source.backup(target)
    source.close()
    target.close()


def furnish_url(url: str) -> None:
    """Fill a template database of PostgreSQL."""
    database = Database(url)
    furnish(database)
    database.close()


@pytest.fixture(scope="session")
def opened() -> Iterator[list[Office]]:
    """The offices that are open."""
    offices: list[Office] = []
    yield offices
    _close(offices)


@pytest.fixture(autouse=True)
def tidy(opened: list[Office]) -> Iterator[None]:
    """Close what a test has opened when it is over: each office holds connections, threads and a relay."""
    before = len(opened)
    yield
    _close(opened[before:])
    del opened[before:]


def _close(offices: list[Office]) -> None:
    for office in offices:
        office.close()
        office.relay.stop()


@pytest.fixture(scope="session")
def make_office(
    place: Path,
    furnished: Path,
    dovecot_server: DovecotServer,
    opened: list[Office],
    request: pytest.FixtureRequest,
) -> MakeOffice:
    """`make_office("sqlite")` or `make_office("postgresql")`: empty mailbox, fresh database, own relay."""
    numbers, turn = count(1), threading.Lock()

    def make(engine: str = "sqlite", **options: Any) -> Office:
        with turn:  # days are lived beside each other, and pytest's fixtures know one thread
            return make_one(engine, options)

    def make_one(engine: str, options: dict[str, Any]) -> Office:
        folder = place / f"office-{next(numbers)}"
        folder.mkdir()
        if engine == "sqlite":
            shutil.copy(furnished, folder / "uketsuke.db")
            url = f"sqlite:///{folder / 'uketsuke.db'}"
        else:
            server: Postgres = request.getfixturevalue("crash_postgres")
            url = server.create(server.prepare("furnished", furnish_url))
        relay = SmtpRelay(folder / "accepted.jsonl")
        relay.start()
        office = Office(folder, dovecot_server.account(), relay, url, **options)
        opened.append(office)
        return office

    dovecot_server.start()
    return make


@pytest.fixture(scope="session")
def undisturbed(make_office: MakeOffice, zygote: Zygote) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What an ordinary day comes to without any kill, and the points that each role passed."""
    office, day = make_office(), ordinary_day()
    office.account.deliver_all(day.raw)
    with working(office, zygote, day) as crew:
        crew.start(traced=True)
        come_to_rest(crew, day)
        trace = {role: crew.trace(role) for role in crew.members}
    report = examine(office, day.raw, cuts=0)
    assert not report.problems, report
    return outcome(office), trace
